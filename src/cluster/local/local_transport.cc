#include "cluster/local/local_transport.h"

#include <atomic>

namespace thalweg {

class LocalNetwork::End : public Transport {
 public:
  End(LocalNetwork& network, int rank, int size) : network_(network), rank_(rank), size_(size) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  Mailbox& mailbox() override { return mailbox_; }

  void Send(int to, uint32_t channel, std::string bytes) override {
    End& other = *network_.ends_[static_cast<size_t>(to)];
    if (!dead && !other.dead) other.mailbox_.Deliver(rank_, channel, std::move(bytes));
  }

  void Interrupt(uint32_t channel, const RankFailure& failure) override {
    if (dead) return;
    for (const auto& end : network_.ends_) {
      if (!end->dead) end->mailbox_.Interrupt(channel, failure);
    }
  }

  void Leave() override {
    if (dead) return;
    for (const auto& end : network_.ends_) {
      end->mailbox_.Lose(RankFailure(rank_, "it has come to its end", FailureKind::kEnded));
    }
  }

  std::atomic<bool> dead{false};

 private:
  LocalNetwork& network_;
  const int rank_;
  const int size_;
  Mailbox mailbox_;
};

LocalNetwork::LocalNetwork(int ranks) {
  for (int r = 0; r < ranks; ++r) ends_.push_back(std::make_unique<End>(*this, r, ranks));
}

LocalNetwork::~LocalNetwork() = default;

Transport& LocalNetwork::transport(int rank) { return *ends_[static_cast<size_t>(rank)]; }

void LocalNetwork::Kill(int rank) {
  ends_[static_cast<size_t>(rank)]->dead = true;
  for (int r = 0; r < static_cast<int>(ends_.size()); ++r) {
    Mailbox& box = ends_[static_cast<size_t>(r)]->mailbox();
    if (r != rank) {
      box.Lose(RankFailure(rank, "was lost"));
    } else {
      for (int other = 0; other < static_cast<int>(ends_.size()); ++other) {
        box.Lose(RankFailure(other, "cannot be reached"));
      }
    }
  }
}

}  // namespace thalweg
