#include "cluster/survivors.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <string>

#include "cluster/message_communicator.h"
#include "cluster/pulse.h"
#include "cluster/time_limit.h"

namespace thalweg {
namespace {

constexpr std::chrono::milliseconds kLook{50};

// Who runs next, and on which channel.
struct Plan {
  uint32_t channel = 0;
  std::vector<int> members;

  std::string Text() const {
    std::string text = std::to_string(channel);
    for (const int rank : members) text += " " + std::to_string(rank);
    return text;
  }
  static Plan From(const std::string& text) {
    std::istringstream words(text);
    Plan plan;
    words >> plan.channel;
    for (int rank = 0; words >> rank;) plan.members.push_back(rank);
    return plan;
  }
};

// The lowest rank that is left says how to go on; if it is lost, the next one does. Nothing where
// a rank has come to its end: that was after all had done their part.
std::optional<Plan> Agree(Transport& transport, Pulse& pulse, const Plan& before) {
  for (;;) {
    std::vector<int> left;
    for (const int rank : before.members) {
      const auto loss = transport.mailbox().LossOf(rank);
      if (!loss) {
        left.push_back(rank);
      } else if (loss->kind() == FailureKind::kEnded) {
        return std::nullopt;
      } else if (rank == transport.rank()) {
        throw RankFailure(*loss);
      }
    }
    if (left.front() == transport.rank()) {
      const Plan plan{before.channel + 1, left};
      for (const int rank : left) {
        if (rank != transport.rank()) transport.Send(rank, kControlChannel, plan.Text());
      }
      return plan;
    }
    const auto message = pulse.NextMessage(kLook);
    if (!message) continue;
    Plan plan = Plan::From(*message);
    // One that its sender did not live to see is older.
    if (plan.channel > before.channel) return plan;
  }
}

}  // namespace

void RunOnSurvivors(Transport& transport, std::chrono::milliseconds silence_limit,
                    const std::function<void(Communicator&, const LostBefore&)>& body) {
  Plan plan{kControlChannel + 1, std::vector<int>(static_cast<size_t>(transport.size()))};
  std::iota(plan.members.begin(), plan.members.end(), 0);
  LostBefore lost;
  Pulse pulse(transport, silence_limit);
  bool done = false;  // by this rank, which does not know of the others yet
  for (;;) {
    pulse.Watch(plan.members, plan.channel);
    try {
      RunOnChannel(transport, plan.members, plan.channel, kNoTimeLimit, [&](Communicator& ranks) {
        // Where all are done already, or have ended, what they came to must stand.
        int64_t to_do = done ? 0 : 1;
        ranks.AllReduceSum(std::span<int64_t>(&to_do, 1));
        if (to_do == 0) return;
        done = false;
        body(ranks, lost);
        done = true;
      });
      return;
    } catch (const RankFailure& failure) {
      if (failure.kind() == FailureKind::kEnded) return;
      if (failure.kind() != FailureKind::kLost) throw;
      transport.mailbox().Lose(failure);
    }
    std::optional<Plan> next = Agree(transport, pulse, plan);
    if (!next) return;
    for (const int rank : plan.members) {
      if (std::find(next->members.begin(), next->members.end(), rank) != next->members.end()) {
        continue;
      }
      const auto loss = transport.mailbox().LossOf(rank);
      lost.push_back(loss ? *loss : RankFailure(rank, "it is gone"));
    }
    plan = std::move(*next);
  }
}

}  // namespace thalweg
