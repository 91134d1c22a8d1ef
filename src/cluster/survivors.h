// Work that goes on when ranks are lost.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "cluster/communicator.h"
#include "cluster/transport.h"

namespace thalweg {

// What was lost before this run, in the order in which it was noticed.
using LostBefore = std::vector<RankFailure>;

// Runs `body` on all ranks of the transport, which all call this once; nothing else uses the
// transport. When ranks are lost, rank 0 among them, the others run it again without them, numbered
// in the same order, until it comes to its end on all of them, or fails for another reason, which
// is thrown. One that says nothing for `silence_limit` (stopped, or cut off) is lost as well, even
// if it comes back: it throws a RankFailure that names itself.
void RunOnSurvivors(Transport& transport, std::chrono::milliseconds silence_limit,
                    const std::function<void(Communicator&, const LostBefore&)>& body);

}  // namespace thalweg
