// What the handlers of one server share.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "jobs/commands.h"
#include "jobs/job.h"
#include "server/activity.h"
#include "server/file_roots.h"
#include "server/http/server.h"
#include "server/log.h"
#include "server/serve_options.h"

namespace thalweg {

// Thread rule: every member may be used by any thread at any time.
struct ServerContext {
  const ServeOptions& options;
  Ranks& ranks;
  Jobs& jobs;
  ServerLog& log;
  Activity& activity;
  FileRoots import_roots;
  FileRoots export_roots;
  std::string spool_folder;  // files of this server alone, removed at its end
  std::string cloud_name;
  std::string address;             // "127.0.0.1:54321"
  int64_t start_ms = 0;            // since 1970, UTC
  std::function<void()> shutdown;  // returns at once
  std::function<HttpServer::Counts()> http_counts = {};
  std::atomic<uint64_t> next_number{1};  // for ids that the server makes

  Catalog& catalog() { return ranks.catalog(); }
};

}  // namespace thalweg
