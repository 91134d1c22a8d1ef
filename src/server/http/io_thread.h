// What the connections of one I/O thread share, and what all of them share.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/http/access.h"
#include "server/http/authenticator.h"
#include "server/http/body_sink.h"
#include "server/http/login_throttle.h"
#include "server/http/server.h"
#include "server/http/tls.h"
#include "server/http/worker_pool.h"

namespace boost::asio {
class io_context;
}

namespace thalweg::internal {

class Connection;

// Differs from that of any other process, also of one that died and left files.
std::string SpoolPrefix(const std::string& folder);

// One per server. The pools are stopped before the I/O threads end.
struct HttpContext {
  HttpContext(const HttpServerOptions& server_options, HttpHandler& server_handler)
      : options(server_options),
        spool_prefix(SpoolPrefix(server_options.spool_folder)),
        handler(server_handler),
        workers(server_options.max_workers),
        body_memory(server_options.max_body_memory),
        access(server_options.address, server_options.hosts) {
    if (!options.login_file.empty() || !options.login_token.empty()) {
      authenticator = std::make_unique<Authenticator>(options.login_file, options.login_token);
    }
    if (!options.tls_certificate.empty() || !options.tls_key.empty()) {
      tls = std::make_unique<TlsContext>(options.tls_certificate, options.tls_key);
    }
  }

  const HttpServerOptions options;
  const std::string spool_prefix;  // of paths; the rest is the request's id
  HttpHandler& handler;
  WorkerPool workers;
  WorkerPool disk{2};    // writes bodies to spool files
  WorkerPool logins{2};  // hashes passwords
  ByteBudget body_memory;
  const AccessRules access;
  std::unique_ptr<Authenticator> authenticator;  // null: no login is asked for
  LoginThrottle login_throttle;
  std::unique_ptr<TlsContext> tls;  // null: plain

  std::atomic<bool> stopping = false;
  std::atomic<uint64_t> connections = 0;
  std::atomic<uint64_t> turned_away = 0;  // of those over the limit: still there
  std::atomic<uint64_t> accepted = 0;
  std::atomic<uint64_t> requests = 0;
  std::atomic<uint64_t> refused = 0;
  std::atomic<uint64_t> unsent = 0;   // bytes of answers that wait in all connections
  std::atomic<uint64_t> streams = 0;  // answers that are made piece by piece, under way
  std::atomic<uint64_t> bytes_in = 0;
  std::atomic<uint64_t> bytes_out = 0;
  std::atomic<uint64_t> next_id = 1;
};

// One thread that runs an io_context of Asio's. One timer for all of its connections: each looks at
// its own time limits when it fires, so that no request arms one.
class IoThread {
 public:
  explicit IoThread(HttpContext& server);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void Start();
  // Any thread. Join returns when all connections are closed.
  void Post(std::function<void()> task);
  void Stop();
  void Join();

  // Those below: on this thread only, or before Start.
  boost::asio::io_context& context();
  // The time as of the last event: no call of the clock per look.
  std::chrono::steady_clock::time_point now() const { return now_; }
  void UpdateTime() { now_ = std::chrono::steady_clock::now(); }
  void Adopt(const std::shared_ptr<Connection>& connection);
  void Forget(Connection& connection);
  // Closes the connections that wait for a request; the others close when they are done.
  void CloseIdle();
  const std::string& date();

  HttpContext& server;
  std::vector<char> scratch;

 private:
  struct Loop;

  void ArmTimer();
  void OnTick();

  std::unique_ptr<Loop> loop_;
  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
  std::list<std::shared_ptr<Connection>> connections_;
  int64_t date_seconds_ = -1;
  std::string date_;
  std::thread thread_;
};

}  // namespace thalweg::internal
