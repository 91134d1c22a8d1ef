// An HTTP/1.1 server (RFC 9110, 9112).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/http/http.h"

namespace thalweg {

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 54321;
  // Where the port is taken the next one is tried, so many times.
  int port_tries = 100;
  size_t io_threads = 1;
  size_t max_workers = 64;  // threads for kWork, started as they are needed
  size_t max_connections = 10'000;
  size_t max_head_bytes = 64 << 10;
  // Of bodies that are taken into memory, all requests together; more is answered by 503.
  uint64_t max_body_memory = uint64_t{512} << 20;
  // Of answers that wait to be sent, all connections together, and how many may come piece by piece
  // at the same time; more is answered by 503.
  uint64_t max_answer_memory = uint64_t{512} << 20;
  size_t max_streams = 64;
  std::string spool_folder = {};  // of bodies that go to files; must be there
  // Host names besides localhost, 127.0.0.1, [::1] and `address` that requests may be sent to, and
  // that pages that send them (Origin) may come from.
  std::vector<std::string> hosts = {};
  // Both or none: PEM files.
  std::string tls_certificate = {};
  std::string tls_key = {};
  // Basic authentication where not empty: lines NAME:HASH, see login.h.
  std::string login_file = {};
  // Basic authentication where not empty: the password of any user; beside `login_file` if both.
  std::string login_token = {};
  std::string realm = "thalweg";

  std::chrono::milliseconds head_time{10'000};   // for a whole head to come
  std::chrono::milliseconds idle_time{120'000};  // of a connection between requests
  // Without any byte moving, while a body comes or goes.
  std::chrono::milliseconds stall_time{30'000};
  // Below this mean rate a body or an answer that still moves is taken for an attack.
  double min_bytes_per_second = 500;
  // Before a wrong password is told.
  std::chrono::milliseconds failed_login_delay{1'000};
  // Compress also for clients on this machine, where the network costs nothing.
  bool gzip_loopback = false;
};

class HttpServer {
 public:
  // Listens when this returns: clients wait in the system's queue until Start. UserError where it
  // cannot: address, port, certificate, key, login file.
  HttpServer(const HttpServerOptions& options, HttpHandler& handler);
  // Stop(0), and waits for handlers that still run.
  ~HttpServer();

  // From here on the handler is called; once. What it uses must be ready.
  void Start();
  uint16_t port() const;
  // What the user should know, e.g. of weak hashes in the login file.
  std::vector<std::string> warnings() const;
  struct Counts {
    uint64_t connections = 0;  // open now
    uint64_t accepted = 0;
    uint64_t requests = 0;
    uint64_t refused = 0;  // did not get to the handler
    uint64_t bytes_in = 0;
    uint64_t bytes_out = 0;
  };
  Counts counts() const;
  // No new connections; answers under way are finished within `time`, then all is closed. Handlers
  // that take longer go on until they end; nobody gets their answers.
  void Stop(std::chrono::milliseconds time);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg
