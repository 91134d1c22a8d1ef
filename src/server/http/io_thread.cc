#include "server/http/io_thread.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <new>
#include <random>

#include "server/http/connection.h"
#include "server/http/response_head.h"

namespace thalweg::internal {

namespace asio = boost::asio;

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

struct IoThread::Loop {
  asio::io_context context{1};
  asio::steady_timer timer{context};
};

IoThread::IoThread(HttpContext& server_context)
    : server(server_context), scratch(kScratchBytes), loop_(std::make_unique<Loop>()) {}

IoThread::~IoThread() { Join(); }

void IoThread::Start() {
  ArmTimer();
  thread_ = std::thread([this] {
    // TLS writes to connections that may be gone; an error is enough.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (;;) {
      try {
        loop_->context.run();
        break;
      } catch (const std::bad_alloc&) {
        // Of one event; the others go on.
      }
    }
    const auto all = connections_;
    for (const auto& connection : all) connection->Close();
  });
}

void IoThread::Post(std::function<void()> task) {
  asio::post(loop_->context, [this, task = std::move(task)] {
    UpdateTime();
    task();
  });
}

void IoThread::Stop() { loop_->context.stop(); }

void IoThread::Join() {
  if (thread_.joinable()) thread_.join();
}

asio::io_context& IoThread::context() { return loop_->context; }

void IoThread::ArmTimer() {
  loop_->timer.expires_after(TickOf(server.options));
  loop_->timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    UpdateTime();
    OnTick();
    ArmTimer();
  });
}

void IoThread::Adopt(const std::shared_ptr<Connection>& connection) {
  connections_.push_front(connection);
  connection->Guarded([&] { connection->Start(connections_.begin()); });
}

void IoThread::Forget(Connection& connection) { connections_.erase(connection.place()); }

void IoThread::CloseIdle() {
  const auto all = connections_;
  for (const auto& connection : all) connection->CloseIfIdle();
}

void IoThread::OnTick() {
  for (auto at = connections_.begin(); at != connections_.end();) {
    const std::shared_ptr<Connection> connection = *at;
    ++at;  // the check may close it
    connection->Guarded([&] { connection->CheckTime(); });
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
