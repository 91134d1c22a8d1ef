#include "jobs/process_channels.h"

#include "base/error.h"
#include "cluster/message_communicator.h"
#include "cluster/processors.h"

namespace thalweg::internal {
namespace {

constexpr std::chrono::milliseconds kStartLimit = std::chrono::minutes(5);
constexpr uint32_t kStartChannel = kControlChannel + 1;

}  // namespace

uint32_t ChannelOf(uint64_t number) {
  Check(number < UINT32_MAX - kStartChannel, "fewer commands than channels");
  return kStartChannel + static_cast<uint32_t>(number);
}

size_t MeetAtStart(Transport& transport, size_t threads) {
  RunOnChannel(transport, kStartChannel, kStartLimit, [&](Communicator& ranks) {
    const size_t share = ShareOfProcessors(ranks);
    if (threads == 0) threads = share;
  });
  return threads;
}

}  // namespace thalweg::internal
