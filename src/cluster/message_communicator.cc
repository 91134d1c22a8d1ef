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

  // Along a binomial tree with the root as its rank 0, in pieces that are passed on as they come.
  // The first one begins with the length of the whole.
  std::string Broadcast(std::string bytes, int root) override {
    const int mine = (rank() - root + size()) % size();
    int step = 1;
    while (step < size() && (mine & step) == 0) step *= 2;
    const int parent = (mine - step + root) % size();
    uint64_t length = bytes.size();
    if (mine != 0) bytes.clear();
    size_t at = 0;
    for (bool first = true; first || at < length; first = false) {
      std::string piece;
      if (mine == 0) {
        if (first) piece.assign(reinterpret_cast<const char*>(&length), sizeof(length));
        piece.append(bytes, at, kPieceBytes);
      } else {
        piece = Hear(parent);
        if (first) {
          Check(piece.size() >= sizeof(length), "the first piece says the length");
          std::memcpy(&length, piece.data(), sizeof(length));
          bytes.reserve(length);
        }
        bytes.append(piece, first ? sizeof(length) : 0);
      }
      at += piece.size() - (first ? sizeof(length) : 0);
      for (int child = step / 2; child > 0; child /= 2) {
        if (mine + child < size()) Tell((mine + child + root) % size(), piece);
      }
    }
    return bytes;
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
  // 2 (n - 1) / n of the bytes go over each rank's wire, which no algorithm undercuts. It goes in
  // pieces: some are on their way while one is added up, and their memory is used again and again.
  template <class T>
  void Sum(std::span<T> values) {
    if (size() == 1) return;
    if (values.size_bytes() <= kSmall) {
      const std::vector<std::string> parts = AllGather(Bytes(values));
      std::fill(values.begin(), values.end(), T(0));
      for (const std::string& part : parts) Add(part, values);
      return;
    }
    const auto count = static_cast<size_t>(size());
    constexpr size_t kLength = kPieceBytes / sizeof(T);
    const size_t pieces = values.size() / count / kLength + 1;
    const auto piece = [&](int rank, size_t number) {
      const auto r = static_cast<size_t>(rank);
      const size_t end = values.size() * (r + 1) / count;
      const size_t begin = std::min(values.size() * r / count + number * kLength, end);
      return values.subspan(begin, std::min(kLength, end - begin));
    };
    const auto give_parts = [&](size_t number) {
      for (int i = 1; i < size() && number < pieces; ++i) {
        const int to = (rank() + i) % size();
        Tell(to, std::string(Bytes(piece(to, number))));
      }
    };
    std::vector<T> sums;
    const auto add_up = [&](size_t number) {
      const std::span<T> own = piece(rank(), number);
      sums.assign(own.size(), T(0));
      for (int r = 0; r < size(); ++r) {
        Add(r == rank() ? std::string(Bytes(own)) : Hear(r), std::span<T>(sums));
      }
      std::copy(sums.begin(), sums.end(), own.begin());
      for (int i = 1; i < size(); ++i) Tell((rank() + i) % size(), std::string(Bytes(own)));
    };
    const auto take_sums = [&](size_t number) {
      for (int i = 1; i < size(); ++i) {
        const int from = (rank() - i + size()) % size();
        Copy(Hear(from), piece(from, number));
      }
    };
    // Every rank sends in the order in which the others listen: parts ahead, then sums and parts in
    // turn.
    for (size_t i = 0; i < kPiecesAhead; ++i) give_parts(i);
    for (size_t i = 0; i < pieces; ++i) {
      add_up(i);
      give_parts(i + kPiecesAhead);
      if (i + 1 >= kPiecesAhead) take_sums(i + 1 - kPiecesAhead);
    }
    for (size_t i = pieces - std::min(pieces, kPiecesAhead - 1); i < pieces; ++i) take_sums(i);
  }

  template <class T>
  static void Copy(const std::string& bytes, std::span<T> values) {
    Check(bytes.size() == values.size_bytes(), "all ranks reduce as many values");
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  }

  template <class T>
  static void Add(const std::string& bytes, std::span<T> sums) {
    Check(bytes.size() == sums.size_bytes(), "all ranks reduce as many values");
    for (size_t i = 0; i < sums.size(); ++i) {
      T value;
      std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
      sums[i] += value;
    }
  }

  template <class T>
  static std::string_view Bytes(std::span<T> values) {
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
  }

  static constexpr size_t kSmall = 4096;  // bytes; one step then takes less time than two
  static constexpr size_t kPieceBytes = 256 << 10;
  static constexpr size_t kPiecesAhead = 4;
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
