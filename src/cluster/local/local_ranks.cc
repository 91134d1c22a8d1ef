#include "cluster/local/local_ranks.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.h"

namespace thalweg {
namespace {

// What the ranks of one RunLocalRanks share.
class Meeting {
 public:
  Meeting(int ranks, std::chrono::milliseconds time_limit)
      : slots(static_cast<size_t>(ranks)), ranks_(ranks), time_limit_(time_limit) {}

  // Returns when all ranks have come.
  void Wait() {
    std::unique_lock lock(mutex_);
    ThrowIfFailed();
    const uint64_t round = round_;
    if (++arrived_ == ranks_) {
      arrived_ = 0;
      ++round_;
      changed_.notify_all();
      return;
    }
    const bool in_time =
        changed_.wait_for(lock, time_limit_, [&] { return round_ != round || failed_rank_ >= 0; });
    if (round_ != round) return;
    ThrowIfFailed();
    if (!in_time) throw RankFailure(-1, "not all ranks came within the time limit");
  }

  void Send(int from, int to, std::string bytes) {
    std::lock_guard lock(mutex_);
    messages_[{from, to}].push_back(std::move(bytes));
    changed_.notify_all();
  }

  std::string Receive(int from, int to) {
    std::unique_lock lock(mutex_);
    std::deque<std::string>& messages = messages_[{from, to}];
    const bool in_time = changed_.wait_for(lock, time_limit_,
                                           [&] { return !messages.empty() || failed_rank_ >= 0; });
    ThrowIfFailed();
    if (!in_time) throw RankFailure(from, "it sent nothing within the time limit");
    std::string bytes = std::move(messages.front());
    messages.pop_front();
    return bytes;
  }

  void Fail(int rank, const std::string& message) {
    std::lock_guard lock(mutex_);
    if (failed_rank_ < 0) {
      failed_rank_ = rank;
      message_ = message;
    }
    changed_.notify_all();
  }

  std::vector<const void*> slots;  // what each rank shows the others between two waits

 private:
  void ThrowIfFailed() const {
    if (failed_rank_ >= 0) throw RankFailure(failed_rank_, message_);
  }

  const int ranks_;
  const std::chrono::milliseconds time_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  uint64_t round_ = 0;
  int failed_rank_ = -1;
  std::string message_;
  std::map<std::pair<int, int>, std::deque<std::string>> messages_;  // by sender and reader
};

class LocalCommunicator : public Communicator {
 public:
  LocalCommunicator(Meeting& meeting, int rank, int size)
      : meeting_(meeting), rank_(rank), size_(size) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void Barrier() override { meeting_.Wait(); }

  std::string Broadcast(std::string bytes, int root) override {
    const std::string_view mine = bytes;
    std::string received;
    Exchange(&mine, [&](auto shown) {
      if (rank_ != root) received = *Shown<std::string_view>(shown, root);
    });
    return rank_ == root ? std::move(bytes) : received;
  }

  std::vector<std::string> AllGather(std::string_view mine) override {
    std::vector<std::string> all;
    Exchange(&mine, [&](auto shown) {
      for (int r = 0; r < size_; ++r) all.emplace_back(*Shown<std::string_view>(shown, r));
    });
    return all;
  }

  std::vector<std::string> AllToAll(std::vector<std::string> to_each) override {
    Check(to_each.size() == static_cast<size_t>(size_), "one message per rank");
    std::vector<std::string> received;
    Exchange(&to_each, [&](auto shown) {
      for (int r = 0; r < size_; ++r) {
        const auto& sent = *Shown<std::vector<std::string>>(shown, r);
        received.push_back(sent[static_cast<size_t>(rank_)]);
      }
    });
    return received;
  }

  void AllReduceSum(std::span<double> values) override { Sum(values); }
  void AllReduceSum(std::span<float> values) override { Sum(values); }
  void AllReduceSum(std::span<int64_t> values) override { Sum(values); }

  void Send(int to, std::string bytes) override { meeting_.Send(rank_, to, std::move(bytes)); }
  std::string Receive(int from) override { return meeting_.Receive(from, rank_); }
  void Fail(const std::exception_ptr& error) override {
    meeting_.Fail(rank_, RankFailure::Of(error, rank_).reason());
  }

 private:
  using Slots = const std::vector<const void*>&;

  template <class T>
  static const T* Shown(Slots slots, int rank) {
    return static_cast<const T*>(slots[static_cast<size_t>(rank)]);
  }

  // Shows `mine` to the others, reads theirs, and returns when everyone has read.
  template <class Read>
  void Exchange(const void* mine, Read read) {
    meeting_.slots[static_cast<size_t>(rank_)] = mine;
    meeting_.Wait();
    read(static_cast<Slots>(meeting_.slots));
    meeting_.Wait();
  }

  template <class T>
  void Sum(std::span<T> values) {
    std::vector<T> sum(values.size());
    Exchange(&values, [&](auto shown) {
      for (int r = 0; r < size_; ++r) {
        const std::span<T>& theirs = *Shown<std::span<T>>(shown, r);
        Check(theirs.size() == sum.size(), "all ranks reduce as many values");
        for (size_t i = 0; i < sum.size(); ++i) sum[i] += theirs[i];
      }
    });
    std::copy(sum.begin(), sum.end(), values.begin());
  }

  Meeting& meeting_;
  const int rank_;
  const int size_;
};

}  // namespace

void RunLocalRanks(int ranks, const std::function<void(Communicator&)>& body,
                   std::chrono::milliseconds time_limit) {
  Check(ranks >= 1, "at least one rank");
  Meeting meeting(ranks, time_limit);
  std::vector<std::exception_ptr> errors(static_cast<size_t>(ranks));
  std::vector<char> secondary(static_cast<size_t>(ranks));  // failed because another one had
  auto run = [&](int rank) {
    LocalCommunicator communicator(meeting, rank, ranks);
    const auto r = static_cast<size_t>(rank);
    try {
      body(communicator);
    } catch (const RankFailure& error) {
      errors[r] = std::current_exception();
      secondary[r] = 1;
      meeting.Fail(rank, error.what());
    } catch (const std::exception& error) {
      errors[r] = std::current_exception();
      meeting.Fail(rank, error.what());
    } catch (...) {
      errors[r] = std::current_exception();
      meeting.Fail(rank, "unknown error");
    }
  };
  std::vector<std::thread> threads;
  for (int r = 1; r < ranks; ++r) threads.emplace_back(run, r);
  run(0);
  for (std::thread& thread : threads) thread.join();
  for (const bool want_secondary : {false, true}) {
    for (size_t r = 0; r < errors.size(); ++r) {
      if (errors[r] && (secondary[r] != 0) == want_secondary) std::rethrow_exception(errors[r]);
    }
  }
}

}  // namespace thalweg
