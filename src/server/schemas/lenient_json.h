// JSON as H2O's clients write dictionaries: keys quoted, texts often bare words:
// {"strategy": RandomDiscrete,"max_models": 3}
#pragma once

#include <string_view>

#include "base/json_fwd.h"

namespace thalweg {

// JSON, and beside it words without quotes (letters, digits, and most signs; true, false, null and
// numbers in any case of letters keep their meaning), single quotes, None. UserError that names
// `what` and the place of the first mistake; nesting is limited.
Json ParseLenientJson(std::string_view text, std::string_view what);

}  // namespace thalweg
