// Errors as the clients read them: H2OErrorV3 (protocol notes §3).
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json_fwd.h"
#include "server/http/http.h"

namespace thalweg {

// An error with a status of its own. `type` is what the clients show and some tests look for, such
// as "water.exceptions.H2OIllegalArgumentException".
class HttpError : public UserError {
 public:
  HttpError(int status, std::string type, const std::string& message)
      : UserError(message), status_(status), type_(std::move(type)) {}
  int status() const { return status_; }
  const std::string& type() const { return type_; }

 private:
  int status_;
  std::string type_;
};

// 404: nothing of this name, or at this path.
HttpError NoSuchThing(const std::string& message);
// 412: an argument that cannot be used.
HttpError IllegalArgument(const std::string& message);

// What `error` comes to. `where` is the path of the request. User errors are 4xx; others are 500
// and show no more than that something broke, with a number to be found in the log.
HttpResponse ErrorResponse(const std::exception_ptr& error, std::string_view where);
// The H2OErrorV3 object; handlers of model builders add to it.
Json ErrorJson(int status, std::string_view type, std::string_view message, std::string_view where);

}  // namespace thalweg
