#include "server/handlers/admin.h"

#include <malloc.h>

#include "base/text.h"
#include "server/errors.h"
#include "server/process_state.h"
#include "server/schemas/meta.h"
#include "server/server_context.h"

namespace thalweg {

HttpResponse GetStartPage(const NoFields&, Call&) {
  HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.body =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>thalweg</title>"
      "</head><body><h1>thalweg</h1><p>The server runs. Connect with the h2o package of Python or "
      "R: <code>h2o.connect(url=…)</code>. State: <a href=\"3/Cloud\">3/Cloud</a>, "
      "<a href=\"3/Frames\">3/Frames</a>, <a href=\"3/Models\">3/Models</a>, "
      "<a href=\"3/Jobs\">3/Jobs</a>.</p></body></html>\n";
  return response;
}

Json ShutDown(const NoFields&, Call& call) {
  call.server.shutdown();
  return SchemaObject("ShutdownV3", "Shutdown");
}

Json LogAndEcho(const LogAndEchoRequest& request, Call& call) {
  call.server.log.Write(LogLevel::kInfo, "echo", {{"message", request.message}});
  JsonObject json = SchemaObject("LogAndEchoV3");
  json["message"] = request.message;
  return json;
}

Json CollectGarbage(const NoFields&, Call&) {
  malloc_trim(0);
  return SchemaObject("GarbageCollectV3");
}

Json UnlockKeys(const NoFields&, Call&) { return SchemaObject("UnlockKeysV3"); }

Json GetCpuTicks(const CpuTicksRequest& request, Call& call) {
  if (request.nodeidx >= call.server.ranks.size()) {
    throw IllegalArgument("there is no rank of this number: nodeidx");
  }
  JsonArray all;
  for (const CpuTicks& ticks : ReadCpuTicks()) {
    all.push_back(JsonArray{ticks.user, ticks.system, ticks.other, ticks.idle});
  }
  JsonObject json = SchemaObject("WaterMeterCpuTicksV3", "WaterMeterCpuTicks");
  json["nodeidx"] = request.nodeidx;
  json["cpu_ticks"] = std::move(all);
  return json;
}

}  // namespace thalweg
