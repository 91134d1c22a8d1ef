#include "server/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "server/http/connection.h"
#include "server/http/io_thread.h"
#include "server/http/listener.h"

namespace thalweg {

using internal::HttpContext;
using internal::IoThread;
using internal::Listener;

namespace {

// Each connection is a descriptor; the default limit of a process is often 1024.
void AllowDescriptors(size_t connections) {
  constexpr size_t kOthers = 512;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= connections + kOthers) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, connections + kOthers);
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct HttpServer::State {
  State(const HttpServerOptions& options, HttpHandler& handler) : context(options, handler) {
    AllowDescriptors(options.max_connections);
    for (size_t i = 0; i < std::max<size_t>(options.io_threads, 1); ++i) {
      threads.push_back(std::make_unique<IoThread>(context));
    }
    std::vector<IoThread*> pointers;
    for (const auto& thread : threads) pointers.push_back(thread.get());
    listener = std::make_unique<Listener>(options, std::move(pointers));
  }

  HttpContext context;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::unique_ptr<Listener> listener;
  bool stopped = false;
};

HttpServer::HttpServer(const HttpServerOptions& options, HttpHandler& handler)
    : state_(std::make_unique<State>(options, handler)) {}

HttpServer::~HttpServer() {
  Stop(std::chrono::milliseconds(0));
  state_->context.logins.Stop();
  state_->context.disk.Stop();
  state_->context.workers.Stop();
}

void HttpServer::Start() {
  for (const auto& thread : state_->threads) thread->Start();
}

uint16_t HttpServer::port() const { return state_->listener->port(); }

std::vector<std::string> HttpServer::warnings() const {
  const auto& authenticator = state_->context.authenticator;
  if (authenticator == nullptr || authenticator->file() == nullptr) return {};
  return authenticator->file()->warnings();
}

HttpServer::Counts HttpServer::counts() const {
  const HttpContext& context = state_->context;
  return {.connections = context.connections,
          .accepted = context.accepted,
          .requests = context.requests,
          .refused = context.refused,
          .bytes_in = context.bytes_in,
          .bytes_out = context.bytes_out};
}

void HttpServer::Stop(std::chrono::milliseconds time) {
  if (state_->stopped) return;
  state_->stopped = true;
  HttpContext& context = state_->context;
  context.stopping = true;
  const auto deadline = std::chrono::steady_clock::now() + time;
  state_->threads.front()->Post([this] { state_->listener->Close(); });
  for (const auto& thread : state_->threads) {
    IoThread* pointer = thread.get();
    thread->Post([pointer] { pointer->CloseIdle(); });
  }
  while (context.connections > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (const auto& thread : state_->threads) thread->Stop();
  for (const auto& thread : state_->threads) thread->Join();
}

}  // namespace thalweg
