// How rank 0 and the other processes speak of commands, beside the commands' own channels.
//
// Control messages are JSON. From rank 0: {"run": number, "command": name, "arguments": …,
// "members": [ranks]}, {"cancel": number}, {"keep": number} or {"take_back": number} (what a
// command has changed, once it has ended on rank 0), {"repair": number, "before": [ranks], "lost":
// [ranks]}, then {"repaired": number} unless another repair follows, {"end": true}. To rank 0,
// twice a second: {"state": …}. A command or repair of number n talks on ChannelOf(n); a repair
// makes second copies on ChannelOf(n + 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cluster/transport.h"

namespace thalweg::internal {

uint32_t ChannelOf(uint64_t number);

// Who goes on, and which places in `before` the lost ones had.
struct Split {
  std::vector<int> members;
  std::vector<int> places;
};
Split SplitOff(const std::vector<int>& before, const std::vector<int>& lost);

// The start that all ranks come to. Returns the threads of this one: 0 means its share of the
// processors.
size_t MeetAtStart(Transport& transport, size_t threads);

}  // namespace thalweg::internal
