// Which answers are compressed.
#pragma once

#include <string_view>

#include "server/http/http.h"

namespace thalweg::internal {

// Whether an Accept-Encoding field allows gzip.
bool AcceptsGzip(std::string_view accept_encoding);

// Whether compression pays: text of more than a kilobyte, or a stream of text, that is not
// compressed yet.
bool WorthCompressing(const HttpResponse& response);

}  // namespace thalweg::internal
