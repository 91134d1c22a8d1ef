// A communicator made of messages: the collectives, whatever carries the bytes.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "cluster/communicator.h"
#include "cluster/transport.h"

namespace thalweg {

// Runs `body` as this rank's part of a command; the other ranks of the transport call it with the
// same channel, each with its part. The channel must not have been used before. When a rank throws,
// the waits of the others end with a RankFailure that names it. Returns when all have come to the
// end. No wait for another rank is longer than the limit.
void RunOnChannel(Transport& transport, uint32_t channel, std::chrono::milliseconds limit,
                  const std::function<void(Communicator&)>& body);
// The same for some of the transport's ranks: `members`, in rising order, are the transport's ranks
// whose numbers in the communicator are 0, 1, …; this rank is one of them, and all of them call it.
// Failures name the transport's numbers.
void RunOnChannel(Transport& transport, const std::vector<int>& members, uint32_t channel,
                  std::chrono::milliseconds limit, const std::function<void(Communicator&)>& body);

}  // namespace thalweg
