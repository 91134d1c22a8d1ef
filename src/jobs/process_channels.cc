#include "jobs/process_channels.h"

#include <algorithm>

#include "base/error.h"
#include "cluster/message_communicator.h"
#include "cluster/processors.h"

namespace thalweg::internal {
namespace {

constexpr std::chrono::milliseconds kStartLimit = std::chrono::minutes(5);
constexpr uint32_t kStartChannel = kControlChannel + 1;

}  // namespace

uint32_t ChannelOf(uint64_t number) {
  Check(number < kSideStream - kStartChannel, "fewer commands than channels");
  return kStartChannel + static_cast<uint32_t>(number);
}

Split SplitOff(const std::vector<int>& before, const std::vector<int>& lost) {
  Split split;
  for (size_t i = 0; i < before.size(); ++i) {
    if (std::find(lost.begin(), lost.end(), before[i]) == lost.end()) {
      split.members.push_back(before[i]);
    } else {
      split.places.push_back(static_cast<int>(i));
    }
  }
  return split;
}

size_t MeetAtStart(Transport& transport, size_t threads) {
  RunOnChannel(transport, kStartChannel, kStartLimit, [&](Communicator& ranks) {
    const size_t share = ShareOfProcessors(ranks);
    if (threads == 0) threads = share;
  });
  return threads;
}

}  // namespace thalweg::internal
