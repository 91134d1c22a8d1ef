#include "server/handlers/rapids.h"

#include "base/random.h"
#include "server/errors.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

// Not to be guessed: it names what others may remove.
std::string NewSession() { return "_sid_" + RandomHex(8); }

std::string PropertyName(const SessionPropertyRequest& request) {
  return "session " + request.session_key + " " + request.key;
}

Json PropertyJson(const SessionPropertyRequest& request, const std::string& value) {
  JsonObject json = SchemaObject("SessionPropertyV3");
  json["session_key"] = request.session_key;
  json["key"] = request.key;
  json["value"] = value.empty() ? Json() : Json(value);
  return json;
}

}  // namespace

Json SetSessionProperty(const SessionPropertyRequest& request, Call& call) {
  constexpr size_t kLongest = 4096;
  if (request.session_key.empty() || request.key.empty()) {
    throw IllegalArgument("session_key and key: are needed, the session and the property");
  }
  if (PropertyName(request).size() + request.value.size() > kLongest) {
    throw IllegalArgument("value: a property may have 4096 characters");
  }
  call.server.catalog().SetProperty(PropertyName(request), request.value);
  return PropertyJson(request, request.value);
}

Json GetSessionProperty(const SessionPropertyRequest& request, Call& call) {
  return PropertyJson(request, call.server.catalog().Property(PropertyName(request)));
}

Json RunRapids(const RapidsRequest& request, Call& call) {
  if (request.ast.empty()) throw IllegalArgument("Field ast is empty: there is no expression");
  return call.server.ranks.Run(
      "rapids",
      JsonObject{{"ast", request.ast}, {"session", request.session_id}, {"id", request.id}}, {});
}

Json StartSession4(const NoFields&, Call&) {
  return JsonObject{{"__schema", "/4/schemas/SessionIdV4"}, {"session_key", NewSession()}};
}

Json StartSession3(const NoFields&, Call&) {
  JsonObject json = SchemaObject("InitIDV3");
  json["session_key"] = NewSession();
  json["session_properties_allowed"] = false;
  return json;
}

Json EndSession(const SessionRequest& request, Call& call) {
  if (!request.session_key.empty()) {
    call.server.ranks.Run("end_session", JsonObject{{"session", request.session_key}}, {});
    call.server.catalog().RemoveProperties("session " + request.session_key + " ");
  }
  JsonObject json = SchemaObject("InitIDV3");
  json["session_key"] = request.session_key;
  json["session_properties_allowed"] = false;
  return json;
}

}  // namespace thalweg
