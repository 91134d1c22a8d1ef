#include "server/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/json.h"
#include "base/text.h"
#include "server/errors.h"
#include "server/http/url.h"
#include "server/schemas/exclude_fields.h"
#include "server/schemas/meta.h"
#include "server/schemas/wire_values.h"

namespace thalweg {
namespace {

constexpr std::string_view kExclude = "_exclude_fields";

// "/3/Frames/a/" -> "3", "Frames", "a"
std::vector<std::string_view> Segments(std::string_view path) {
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  if (path.empty()) return {};
  return Split(path, '/');
}

bool IsPlaceholder(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool IsForm(const HttpRequest& request) {
  const std::string_view type = request.Header("Content-Type");
  return !request.body.empty() &&
         (type.empty() || type.starts_with("application/x-www-form-urlencoded"));
}

void AppendFields(std::string_view text, const char* what, FieldList& fields) {
  auto parsed = ParseQuery(text);
  if (!parsed)
    throw HttpError(400, "java.lang.IllegalArgumentException",
                    fmt::format("the {} is not well-formed", what));
  std::move(parsed->begin(), parsed->end(), std::back_inserter(fields));
}

}  // namespace

HttpResponse JsonResponse(const Json& json, int status) {
  HttpResponse response;
  response.status = status;
  response.body = FormatWireJson(json);
  return response;
}

void ParseRequest(const ParamSchema& schema, const FieldList& fields, void* request) {
  std::vector<FieldError> errors;
  for (const auto& [name, text] : fields) {
    const ParamSpec* spec = schema.Find(name);
    if (spec == nullptr) {
      const std::string nearest = schema.Nearest(name);
      throw IllegalArgument("Unknown parameter: " + Printable(name) +
                            (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
    }
    try {
      ParseWireField(*spec, text, request);
    } catch (const UserError& error) {
      errors.push_back({name, error.what()});
    }
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

Router::Router(std::span<const Endpoint> endpoints, const std::string& prefix,
               ServerContext& server)
    : prefix_(prefix), server_(server) {
  for (const Endpoint& endpoint : endpoints) {
    Route route{&endpoint, {}};
    for (const std::string_view segment : Segments(endpoint.pattern)) {
      route.segments.emplace_back(segment);
    }
    routes_[{endpoint.method, route.segments.size()}].push_back(std::move(route));
  }
  // Literal segments win over placeholders.
  const auto placeholders = [](const Route& route) {
    return std::count_if(route.segments.begin(), route.segments.end(), IsPlaceholder);
  };
  for (auto& [key, routes] : routes_) {
    std::stable_sort(routes.begin(), routes.end(), [&](const Route& a, const Route& b) {
      return placeholders(a) < placeholders(b);
    });
  }
}

Router::Match Router::Find(HttpMethod method, std::string_view path) const {
  if (!path.starts_with(prefix_)) return {};
  path.remove_prefix(prefix_.size());
  const std::vector<std::string_view> segments = Segments(path);
  const auto routes = routes_.find({method, segments.size()});
  if (routes == routes_.end()) return {};
  for (const Route& route : routes->second) {
    Match match{route.endpoint, {}};
    bool fits = true;
    for (size_t i = 0; i < segments.size() && fits; ++i) {
      const std::string_view pattern = route.segments[i];
      if (IsPlaceholder(pattern)) {
        auto value = PercentDecode(segments[i]);
        fits = value.has_value() && !value->empty();
        if (fits) match.path_fields.emplace_back(pattern.substr(1, pattern.size() - 2), *value);
      } else {
        fits = pattern == segments[i];
      }
    }
    if (fits) return match;
  }
  return {};
}

RequestPlan Router::Plan(HttpMethod method, std::string_view path) const {
  const Match match = Find(method, path);
  RequestPlan plan;
  if (match.endpoint == nullptr) {
    plan.lane = RequestPlan::Lane::kQuick;  // 404
    plan.max_body = 1 << 20;
    return plan;
  }
  plan.lane = match.endpoint->lane;
  plan.body_to_file = match.endpoint->body_to_file;
  plan.max_body = match.endpoint->max_body;
  // Forms are read on the thread that answers.
  constexpr uint64_t kMaxQuickBody = 1 << 20;
  if (plan.lane == RequestPlan::Lane::kQuick)
    plan.max_body = std::min(plan.max_body, kMaxQuickBody);
  return plan;
}

HttpResponse Router::Handle(const HttpRequest& request) {
  const auto start = std::chrono::steady_clock::now();
  bool quick = false;
  HttpResponse response = Answer(request, &quick);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string_view method = HttpMethodName(request.method);
  server_.activity.RequestDone(method, request.path, response.status, seconds, quick);
  // Polls would drown the rest.
  if (!quick || response.status >= 400) {
    server_.log.Write(response.status >= 500   ? LogLevel::kError
                      : response.status >= 400 ? LogLevel::kWarn
                                               : LogLevel::kDebug,
                      "request",
                      {{"id", request.id},
                       {"method", method},
                       {"path", request.path},
                       {"status", response.status},
                       {"ms", seconds * 1e3},
                       {"bytes_in", request.body_bytes},
                       {"bytes_out", uint64_t{response.body.size()}},
                       {"user", request.user},
                       {"remote", request.remote}});
  }
  return response;
}

HttpResponse Router::Answer(const HttpRequest& request, bool* quick) {
  std::string where = request.path;
  try {
    const HttpMethod method =
        request.method == HttpMethod::kHead ? HttpMethod::kGet : request.method;
    Match match = Find(method, request.path);
    if (match.endpoint == nullptr) {
      where = "Resource " + Printable(request.path, 1000);
      throw NoSuchThing(where + " not found");
    }
    *quick = match.endpoint->lane == RequestPlan::Lane::kQuick;
    FieldList fields = std::move(match.path_fields);
    const size_t path_fields = fields.size();
    AppendFields(request.query, "query", fields);
    if (IsForm(request)) AppendFields(request.body, "form", fields);
    std::string excluded;
    const auto in_path = [&](const std::string& name) {
      return std::any_of(fields.begin(), fields.begin() + path_fields,
                         [&](const auto& f) { return f.first == name; });
    };
    // A field of the path stands; what a query says of it again is dropped, as H2O does.
    const auto rest = std::remove_if(fields.begin() + path_fields, fields.end(), [&](auto& field) {
      if (field.first == kExclude) excluded = std::move(field.second);
      return field.first == kExclude || in_path(field.first);
    });
    fields.erase(rest, fields.end());
    Call call{server_, request};
    HttpResponse response = match.endpoint->run(fields, call);
    if (!excluded.empty() && response.status == 200 && !response.stream) {
      ExcludeFields(excluded, response.body);
    }
    return response;
  } catch (...) {
    return ErrorResponse(std::current_exception(), where);
  }
}

HttpResponse Router::Refusal(int status, const std::string& message) const {
  return JsonResponse(ErrorJson(status, "java.lang.IllegalArgumentException", message, ""), status);
}

}  // namespace thalweg
