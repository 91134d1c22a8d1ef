// An endpoint: a handler with a declared request record (base/fields.h) and a line in routes.cc.
//
//   struct FrameRequest {
//     std::string frame_id;
//     int64_t row_offset = 0;
//   };
//   template <> inline constexpr auto kFields<FrameRequest> = std::tuple{…};
//   Json GetFrame(const FrameRequest& request, Call& call);
//
//   Get<GetFrame>("/3/Frames/{frame_id}", "A frame with its columns and some rows.")
//
// Fields come from the path ({…}), the query and a form body; unknown ones and bad values are
// answered by an error that names them all. A handler returns Json, or an HttpResponse where it is
// something else, and throws for the rest (server/errors.h).
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "base/json_fwd.h"
#include "server/http/http.h"

namespace thalweg {

struct ServerContext;

// Name and text of each field, decoded.
using FieldList = std::vector<std::pair<std::string, std::string>>;

// What a handler is given beside its request.
struct Call {
  ServerContext& server;
  const HttpRequest& http;
};

// The request of an endpoint without fields.
struct NoFields {};

struct Endpoint {
  HttpMethod method = HttpMethod::kGet;
  std::string_view pattern;
  std::string_view summary;
  // Null: the handler takes any fields.
  const ParamSchema& (*schema)() = nullptr;
  HttpResponse (*run)(const FieldList& fields, Call& call) = nullptr;
  RequestPlan::Lane lane = RequestPlan::Lane::kWork;
  bool body_to_file = false;  // and the body is no form
  uint64_t max_body = uint64_t{64} << 20;

  // Answers at once, without waiting for anything: on the I/O thread.
  constexpr Endpoint Quick() const {
    Endpoint copy = *this;
    copy.lane = RequestPlan::Lane::kQuick;
    return copy;
  }
  // The body is data of any size, to be found in HttpRequest::body_file.
  constexpr Endpoint Upload() const {
    Endpoint copy = *this;
    copy.body_to_file = true;
    copy.max_body = UINT64_MAX;
    return copy;
  }
};

HttpResponse JsonResponse(const Json& json, int status = 200);
// Sets the members of a request record; FieldErrors. See server/schemas/wire_values.h.
void ParseRequest(const ParamSchema& schema, const FieldList& fields, void* request);

namespace internal {

template <class Handler>
struct HandlerTypes;
template <class R, class Q>
struct HandlerTypes<R (*)(const Q&, Call&)> {
  using Result = R;
  using Request = Q;
};

template <auto kHandler>
HttpResponse RunHandler(const FieldList& fields, Call& call) {
  using Types = HandlerTypes<decltype(kHandler)>;
  using Request = typename Types::Request;
  const auto respond = [&](const Request& request) {
    if constexpr (std::is_same_v<typename Types::Result, HttpResponse>) {
      return kHandler(request, call);
    } else {
      return JsonResponse(kHandler(request, call));
    }
  };
  if constexpr (std::is_same_v<Request, FieldList>) {
    return respond(fields);
  } else {
    Request request;
    ParseRequest(SchemaOf<Request>(), fields, &request);
    return respond(request);
  }
}

template <auto kHandler>
constexpr Endpoint MakeEndpoint(HttpMethod method, std::string_view pattern,
                                std::string_view summary) {
  using Request = typename HandlerTypes<decltype(kHandler)>::Request;
  Endpoint endpoint{method, pattern, summary, nullptr, &RunHandler<kHandler>};
  if constexpr (!std::is_same_v<Request, FieldList>) endpoint.schema = &SchemaOf<Request>;
  return endpoint;
}

}  // namespace internal

template <auto kHandler>
constexpr Endpoint Get(std::string_view pattern, std::string_view summary) {
  return internal::MakeEndpoint<kHandler>(HttpMethod::kGet, pattern, summary);
}
template <auto kHandler>
constexpr Endpoint Post(std::string_view pattern, std::string_view summary) {
  return internal::MakeEndpoint<kHandler>(HttpMethod::kPost, pattern, summary);
}
template <auto kHandler>
constexpr Endpoint Put(std::string_view pattern, std::string_view summary) {
  return internal::MakeEndpoint<kHandler>(HttpMethod::kPut, pattern, summary);
}
template <auto kHandler>
constexpr Endpoint Delete(std::string_view pattern, std::string_view summary) {
  return internal::MakeEndpoint<kHandler>(HttpMethod::kDelete, pattern, summary);
}

}  // namespace thalweg
