#include "server/errors.h"

#include <fmt/format.h>

#include <chrono>
#include <new>

#include "base/json.h"
#include "base/wall_clock.h"
#include "jobs/catalog.h"
#include "jobs/job.h"
#include "server/endpoint.h"
#include "server/file_roots.h"
#include "server/schemas/meta.h"

namespace thalweg {
namespace {

constexpr const char* kNotFound = "water.exceptions.H2ONotFoundArgumentException";
constexpr const char* kKeyNotFound = "water.exceptions.H2OKeyNotFoundArgumentException";
constexpr const char* kIllegal = "water.exceptions.H2OIllegalArgumentException";
constexpr const char* kJavaIllegal = "java.lang.IllegalArgumentException";

}  // namespace

HttpError NoSuchThing(const std::string& message) { return {404, kNotFound, message}; }

HttpError IllegalArgument(const std::string& message) { return {412, kIllegal, message}; }

Json ErrorJson(int status, std::string_view type, std::string_view message,
               std::string_view where) {
  const std::string shown = fmt::format("\n\nERROR MESSAGE:\n\n{}\n\n", message);
  JsonObject error = SchemaObject("H2OErrorV3", "H2OError");
  error["timestamp"] = WallClockMs();
  error["error_url"] = where;
  error["msg"] = shown;
  error["dev_msg"] = shown;
  error["http_status"] = status;
  error["values"] = JsonObject();
  error["exception_type"] = type;
  error["exception_msg"] = shown;
  error["stacktrace"] = JsonArray{fmt::format("{}: {}", type, message)};
  return error;
}

HttpResponse ErrorResponse(const std::exception_ptr& error, std::string_view where) {
  const auto respond = [&](int status, std::string_view type, std::string_view message) {
    return JsonResponse(ErrorJson(status, type, message, where), status);
  };
  try {
    std::rethrow_exception(error);
  } catch (const HttpError& e) {
    return respond(e.status(), e.type(), e.what());
  } catch (const NotFound& e) {
    Json json = ErrorJson(404, kKeyNotFound,
                          fmt::format("Object '{}' not found for argument: key{}", e.name(),
                                      e.why().empty() ? "" : ": " + e.why()),
                          where);
    json.as_object()["values"] = JsonObject{{"argument", "key"}, {"name", e.name()}};
    return JsonResponse(json, 404);
  } catch (const OutsideRoots& e) {
    return respond(404, kNotFound, e.what());
  } catch (const TooManyJobs& e) {
    return respond(503, "java.lang.RuntimeException", e.what());
  } catch (const FieldErrors& e) {
    return respond(412, kIllegal, e.what());
  } catch (const UserError& e) {
    return respond(400, kJavaIllegal, e.what());
  } catch (const Cancelled&) {
    return respond(500, "water.Job$JobCancelledException", "the work was cancelled");
  } catch (const std::bad_alloc&) {
    return respond(500, "java.lang.OutOfMemoryError", "not enough memory");
  } catch (const std::exception& e) {
    return respond(500, "java.lang.RuntimeException", e.what());
  }
}

}  // namespace thalweg
