#include "cluster/message_communicator.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/error.h"

namespace thalweg {
namespace {

class MessageCommunicator : public Communicator {
 public:
  MessageCommunicator(Transport& transport, const std::vector<int>& members, uint32_t channel,
                      std::chrono::milliseconds limit)
      : transport_(transport), members_(members), channel_(channel), limit_(limit) {
    const auto me = std::find(members.begin(), members.end(), transport.rank());
    Check(me != members.end(), "this rank is a member");
    rank_ = static_cast<int>(me - members.begin());
  }

  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(members_.size()); }

  // Dissemination: in round k each rank hears of 2^k others (Hensgen, Finkel, Manber: Two
  // algorithms for barrier synchronization, 1988).
  void Barrier() override {
    for (int step = 1; step < size(); step *= 2) {
      Tell((rank() + step) % size(), std::string());
      Hear((rank() - step % size() + size()) % size());
    }
  }

  // Along a binomial tree with the root as its rank 0.
  std::string Broadcast(std::string_view bytes, int root) override {
    const int mine = (rank() - root + size()) % size();
    std::string received;
    int step = 1;
    while (step < size() && (mine & step) == 0) step *= 2;
    if (mine != 0) received = Hear((mine - step + root) % size());
    const std::string_view all = mine == 0 ? bytes : std::string_view(received);
    for (int child = step / 2; child > 0; child /= 2) {
      if (mine + child < size()) Tell((mine + child + root) % size(), std::string(all));
    }
    return mine == 0 ? std::string(bytes) : received;
  }

  std::vector<std::string> AllGather(std::string_view mine) override {
    for (int i = 1; i < size(); ++i) Tell((rank() + i) % size(), std::string(mine));
    return ReceiveAll(std::string(mine));
  }

  std::vector<std::string> AllToAll(std::vector<std::string> to_each) override {
    Check(to_each.size() == static_cast<size_t>(size()), "one message per rank");
    for (int i = 1; i < size(); ++i) {
      const int to = (rank() + i) % size();
      Tell(to, std::move(to_each[static_cast<size_t>(to)]));
    }
    return ReceiveAll(std::move(to_each[static_cast<size_t>(rank())]));
  }

  void AllReduceSum(std::span<double> values) override { Sum(values); }
  void AllReduceSum(std::span<float> values) override { Sum(values); }
  void AllReduceSum(std::span<int64_t> values) override { Sum(values); }

  void Send(int to, std::string bytes) override {
    transport_.Send(members_[static_cast<size_t>(to)], channel_ | kSideStream, std::move(bytes));
  }
  void Fail(const std::exception_ptr& error) override {
    transport_.Interrupt(channel_, RankFailure::Of(error, transport_.rank()));
  }
  std::string Receive(int from) override {
    return transport_.mailbox().Receive(members_[static_cast<size_t>(from)], channel_ | kSideStream,
                                        limit_);
  }

 private:
  void Tell(int to, std::string bytes) {
    transport_.Send(members_[static_cast<size_t>(to)], channel_, std::move(bytes));
  }
  std::string Hear(int from) {
    return transport_.mailbox().Receive(members_[static_cast<size_t>(from)], channel_, limit_);
  }

  std::vector<std::string> ReceiveAll(std::string mine) {
    std::vector<std::string> all(static_cast<size_t>(size()));
    all[static_cast<size_t>(rank())] = std::move(mine);
    for (int i = 1; i < size(); ++i) {
      const int from = (rank() - i + size()) % size();
      all[static_cast<size_t>(from)] = Hear(from);
    }
    return all;
  }

  // Each rank adds up a share of the values, in the order of the ranks, and gives its sums to all:
  // 2 (n - 1) / n of the bytes go over each rank's wire, which no algorithm undercuts.
  template <class T>
  void Sum(std::span<T> values) {
    if (size() == 1) return;
    if (values.size_bytes() <= kSmall) {
      AddUp(AllGather({reinterpret_cast<const char*>(values.data()), values.size_bytes()}), values);
      return;
    }
    const auto count = static_cast<size_t>(size());
    const auto share = [&](size_t r) {
      const size_t begin = values.size() * r / count;
      return values.subspan(begin, values.size() * (r + 1) / count - begin);
    };
    std::vector<std::string> shares;
    for (size_t r = 0; r < count; ++r) {
      shares.emplace_back(reinterpret_cast<const char*>(share(r).data()), share(r).size_bytes());
    }
    const std::span<T> own = share(static_cast<size_t>(rank()));
    AddUp(AllToAll(std::move(shares)), own);
    const std::vector<std::string> sums =
        AllGather({reinterpret_cast<const char*>(own.data()), own.size_bytes()});
    for (size_t r = 0; r < count; ++r) Copy(sums[r], share(r));
  }

  template <class T>
  static void Copy(const std::string& bytes, std::span<T> values) {
    Check(bytes.size() == values.size_bytes(), "all ranks reduce as many values");
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  }

  template <class T>
  static void AddUp(const std::vector<std::string>& parts, std::span<T> sums) {
    std::fill(sums.begin(), sums.end(), T(0));
    std::vector<T> part(sums.size());
    for (const std::string& bytes : parts) {
      Copy(bytes, std::span<T>(part));
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += part[i];
    }
  }

  static constexpr size_t kSmall = 4096;  // bytes; one step then takes less time than two
  Transport& transport_;
  const std::vector<int>& members_;
  int rank_ = 0;
  const uint32_t channel_;
  const std::chrono::milliseconds limit_;
};

}  // namespace

void RunOnChannel(Transport& transport, uint32_t channel, std::chrono::milliseconds limit,
                  const std::function<void(Communicator&)>& body) {
  std::vector<int> all(static_cast<size_t>(transport.size()));
  std::iota(all.begin(), all.end(), 0);
  RunOnChannel(transport, all, channel, limit, body);
}

void RunOnChannel(Transport& transport, const std::vector<int>& members, uint32_t channel,
                  std::chrono::milliseconds limit, const std::function<void(Communicator&)>& body) {
  MessageCommunicator communicator(transport, members, channel, limit);
  std::exception_ptr failure;
  try {
    body(communicator);
    communicator.Barrier();
  } catch (...) {
    failure = std::current_exception();
    transport.Interrupt(channel, RankFailure::Of(failure, transport.rank()));
  }
  transport.mailbox().Close(channel);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace thalweg
