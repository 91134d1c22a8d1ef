// A server with a simple handler, and a client of raw bytes, for tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/http.h"
#include "server/http/server.h"

namespace thalweg::internal {

// Paths: /quick, /work, /file (body to a file), /stream, /sleep (300 ms), /large (8 MB), /html,
// /tiny (max_body 10), /endless (a stream). Answers what it was asked.
class TestHandler final : public HttpHandler {
 public:
  RequestPlan Plan(HttpMethod method, std::string_view path) const override;
  HttpResponse Handle(const HttpRequest& request) override;
  HttpResponse Refusal(int status, const std::string& message) const override;
  static std::string StreamText();
  // Of /endless, that are still held.
  static int OpenStreams();
};

class TestServer {
 public:
  explicit TestServer(HttpServerOptions options = {});
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  uint16_t port() const { return server_->port(); }
  HttpServer& server() { return *server_; }
  // Files in the spool folder; waits up to 3 s for there to be none.
  size_t SpoolFiles() const;

 private:
  std::string folder_;
  TestHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

struct TestAnswer {
  int status = 0;  // 0: the connection was closed without an answer
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  bool whole = false;  // the body came to its end
  std::string_view Field(std::string_view name) const;
};

// Waits at most 10 s for anything.
class TestClient {
 public:
  explicit TestClient(uint16_t port);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  // False where the server has closed.
  bool Send(std::string_view bytes);
  void EndSending();
  TestAnswer Receive(bool head_only = false);
  // True where the server closes and sends nothing more.
  bool Closed();
  std::string ReceiveAll();
  int descriptor() const { return descriptor_; }

 private:
  bool More();

  int descriptor_;
  std::string buffer_;
};

// One request over a connection of its own.
TestAnswer Ask(uint16_t port, std::string_view request);

}  // namespace thalweg::internal
