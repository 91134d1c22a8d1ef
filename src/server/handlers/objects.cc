#include "server/handlers/objects.h"

#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {

Json RemoveObject(const RemoveRequest& request, Call& call) {
  call.server.ranks.Run("remove", JsonObject{{"name", request.key}, {"cascade", request.cascade}},
                        {});
  JsonObject json = SchemaObject("RemoveV3");
  json["key"] = KeyObject(KeyKind::kOther, request.key);
  json["cascade"] = request.cascade;
  return json;
}

Json RemoveAllObjects(const RemoveAllRequest& request, Call& call) {
  call.server.ranks.Run("remove_all",
                        JsonObject{{"kept", boost::json::value_from(request.retained_keys)}}, {});
  JsonObject json = SchemaObject("RemoveAllV3");
  json["retained_keys"] = boost::json::value_from(request.retained_keys);
  return json;
}

}  // namespace thalweg
