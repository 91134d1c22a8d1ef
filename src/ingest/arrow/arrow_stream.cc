#include "ingest/arrow/arrow_stream.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "base/cancel.h"
#include "base/error.h"
#include "base/thread_pool.h"
#include "ingest/arrow/arrow_writer.h"
#include "ingest/arrow/load_plugin.h"

namespace thalweg {
namespace {

constexpr int kPipeBytes = 1 << 20;

// A write to a pipe whose reader has gone is an error for this thread, not the end of the process.
void BlockPipeSignal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

struct ArrowStream::State {
  std::shared_ptr<const Frame> frame;
  int read_end = -1;
  int write_end = -1;
  CancelToken cancel;
  std::mutex mutex;
  std::exception_ptr failure;
  std::thread writer;

  void Write(size_t threads) {
    BlockPipeSignal();
    try {
      ThreadPool pool(threads);
      internal::WriteArrow(*frame, kThalwegArrowStream, write_end, pool, {.cancel = &cancel});
    } catch (...) {
      std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
    close(write_end);
  }
};

ArrowStream::ArrowStream(std::shared_ptr<const Frame> frame, size_t threads)
    : state_(std::make_unique<State>()) {
  internal::ArrowApi();  // it is there
  state_->frame = std::move(frame);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw UserError("too many files are open for another stream");
  state_->read_end = ends[0];
  state_->write_end = ends[1];
  // Larger steps cost fewer changes between the threads; a refusal does not matter.
  fcntl(state_->write_end, F_SETPIPE_SZ, kPipeBytes);
  state_->writer = std::thread([state = state_.get(), threads] { state->Write(threads); });
}

ArrowStream::~ArrowStream() {
  state_->cancel.Cancel();
  close(state_->read_end);
  state_->writer.join();
}

bool ArrowStream::Next(std::string& piece) {
  const size_t begin = piece.size();
  piece.resize(begin + kPipeBytes);
  size_t size = 0;
  while (size < kPipeBytes) {
    const ssize_t got = read(state_->read_end, piece.data() + begin + size, kPipeBytes - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<size_t>(got);
  }
  piece.resize(begin + size);
  if (size < kPipeBytes) {
    std::lock_guard lock(state_->mutex);
    if (state_->failure != nullptr) std::rethrow_exception(state_->failure);
  }
  return size > 0;
}

}  // namespace thalweg
