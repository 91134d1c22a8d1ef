// How long a rank is inside the collectives of a communicator. Single messages do not count.
#pragma once

#include <chrono>
#include <functional>
#include <type_traits>
#include <utility>

#include "cluster/communicator.h"

namespace thalweg {

// Does what `ranks` does, and tells after each call how long it took. Calls that throw are not
// told.
class TimedCommunicator final : public Communicator {
  using Clock = std::chrono::steady_clock;

  template <class Call>
  auto Timed(const Call& call) {
    const Clock::time_point start = Clock::now();
    const auto tell = [&] { told_(std::chrono::duration<double>(Clock::now() - start).count()); };
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      tell();
    } else {
      auto result = call();
      tell();
      return result;
    }
  }

 public:
  TimedCommunicator(Communicator& ranks, std::function<void(double seconds)> told)
      : ranks_(ranks), told_(std::move(told)) {}

  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void Barrier() override {
    Timed([&] { ranks_.Barrier(); });
  }
  std::string Broadcast(std::string bytes, int root) override {
    return Timed([&] { return ranks_.Broadcast(std::move(bytes), root); });
  }
  std::vector<std::string> AllGather(std::string_view mine) override {
    return Timed([&] { return ranks_.AllGather(mine); });
  }
  std::vector<std::string> AllToAll(std::vector<std::string> to_each) override {
    return Timed([&] { return ranks_.AllToAll(std::move(to_each)); });
  }
  void AllReduceSum(std::span<double> values) override {
    Timed([&] { ranks_.AllReduceSum(values); });
  }
  void AllReduceSum(std::span<float> values) override {
    Timed([&] { ranks_.AllReduceSum(values); });
  }
  void AllReduceSum(std::span<int64_t> values) override {
    Timed([&] { ranks_.AllReduceSum(values); });
  }
  void Send(int to, std::string bytes) override { ranks_.Send(to, std::move(bytes)); }
  std::string Receive(int from) override { return ranks_.Receive(from); }
  void Fail(const std::exception_ptr& error) override { ranks_.Fail(error); }

 private:
  Communicator& ranks_;
  const std::function<void(double)> told_;
};

}  // namespace thalweg
