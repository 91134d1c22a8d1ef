#include "server/http/io_thread.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <ctime>
#include <random>

#include "server/http/connection.h"
#include "server/http/response_head.h"

namespace thalweg::internal {

namespace {

// One recv takes at most so much: few calls for an upload, and no stack of memory for many.
constexpr size_t kScratchBytes = 256 << 10;

// Time limits are looked at about eight times within the shortest of them.
std::chrono::milliseconds TickOf(const HttpServerOptions& options) {
  const auto shortest = std::min({options.head_time, options.idle_time, options.stall_time});
  return std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

}  // namespace

std::string SpoolPrefix(const std::string& folder) {
  std::random_device entropy;
  const uint64_t name = (uint64_t{entropy()} << 32) | entropy();
  return fmt::format("{}/upload-{:016x}-", folder, name);
}

IoThread::IoThread(HttpContext& server_context) : server(server_context), scratch(kScratchBytes) {}

IoThread::~IoThread() { Join(); }

void IoThread::Start() {
  thread_ = std::thread([this] {
    // TLS writes to connections that may be gone; an error is enough.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    loop.Run(TickOf(server.options), [this] { OnTick(); });
    const auto all = connections_;
    for (const auto& connection : all) connection->Close();
  });
}

void IoThread::Stop() { loop.Stop(); }

void IoThread::Join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::Adopt(std::shared_ptr<Connection> connection) {
  Connection& adopted = *connection;
  connections_.push_front(std::move(connection));
  adopted.Start(connections_.begin());
}

void IoThread::Forget(Connection& connection) {
  loop.ReleaseAfterRound(connection.shared_from_this());
  connections_.erase(connection.place());
}

void IoThread::CloseIdle() {
  const auto all = connections_;
  for (const auto& connection : all) connection->CloseIfIdle();
}

void IoThread::OnTick() {
  for (auto at = connections_.begin(); at != connections_.end();) {
    Connection& connection = **at;
    ++at;  // the check may close it
    connection.CheckTime();
  }
}

const std::string& IoThread::date() {
  const int64_t now = std::time(nullptr);
  if (now != date_seconds_) {
    date_seconds_ = now;
    date_ = HttpDate(now);
  }
  return date_;
}

}  // namespace thalweg::internal
