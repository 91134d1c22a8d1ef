// Work whose need of memory cannot be known beforehand (compressed files): it is ended before it
// takes the last of it.
#pragma once

#include <functional>
#include <string>

#include "base/progress.h"

namespace thalweg {

// Runs `work` with a context that is cancelled when the given one is, or when nearly no memory is
// free; then MemoryError that begins with `what` ("parsing a.csv.gz") and says what was taken.
void RunWatched(const std::string& what, const WorkContext& context,
                const std::function<void(const WorkContext&)>& work);

}  // namespace thalweg
