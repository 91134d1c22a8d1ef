// Runs a source in a thread of its own.
#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "ingest/sources/codec.h"

namespace thalweg::internal {
namespace {

struct Block {
  std::vector<char> bytes;
  size_t size = 0;
  uint64_t position = 0;  // of the inner source, after this block
};

class ReadAheadSource : public ByteSource {
 public:
  explicit ReadAheadSource(std::unique_ptr<ByteSource> inner)
      : inner_(std::move(inner)), name_(inner_->name()), size_(inner_->size()) {
    thread_ = std::thread([this] { Produce(); });
  }
  ~ReadAheadSource() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  size_t Read(std::span<char> out) override {
    size_t filled = 0;
    while (filled < out.size()) {
      if (taken_ == block_.size && !NextBlock()) break;
      const size_t count = std::min(out.size() - filled, block_.size - taken_);
      std::memcpy(out.data() + filled, block_.bytes.data() + taken_, count);
      taken_ += count;
      filled += count;
    }
    return filled;
  }
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return block_.position; }
  uint64_t size() const override { return size_; }
  std::string warning() const override { return warning_; }

 private:
  // Waits for the next block; false at the end. Rethrows what the inner source threw, once all
  // that it gave before is used up.
  bool NextBlock() {
    std::unique_lock lock(mutex_);
    if (!block_.bytes.empty()) {
      spare_.push_back(std::move(block_.bytes));
      block_.bytes.clear();
      block_.size = 0;
      taken_ = 0;
    }
    changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      warning_ = inner_->warning();
      return false;
    }
    block_ = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  void Produce() {
    try {
      while (ProduceBlock()) {
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }

  bool ProduceBlock() {
    Block block;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || ready_.size() < kReadAheadBlocks; });
      if (stop_) return false;
      if (!spare_.empty()) {
        block.bytes = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    block.bytes.resize(kReadAheadBytes);
    block.size = inner_->Read(block.bytes);
    block.position = inner_->position();
    if (block.size == 0) return false;
    {
      const std::lock_guard lock(mutex_);
      ready_.push_back(std::move(block));
    }
    changed_.notify_all();
    return true;
  }

  std::unique_ptr<ByteSource> inner_;  // used by thread_ until ended_
  const std::string name_;
  const uint64_t size_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> ready_;
  std::vector<std::vector<char>> spare_;
  std::exception_ptr failure_;
  bool ended_ = false;
  bool stop_ = false;

  // The reader's own.
  Block block_;
  size_t taken_ = 0;
  std::string warning_;

  std::thread thread_;
};

}  // namespace

std::unique_ptr<ByteSource> MakeReadAheadSource(std::unique_ptr<ByteSource> source) {
  return std::make_unique<ReadAheadSource>(std::move(source));
}

}  // namespace thalweg::internal
