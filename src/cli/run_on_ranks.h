// Commands that all ranks run, where an MPI launcher has started several.
#pragma once

#include <functional>

#include "cluster/communicator.h"

namespace CLI {
class App;
}

namespace thalweg {

// --rank_timeout, for `silence_limit` below.
void AddRankTimeout(CLI::App& app, double& seconds);

// Runs `work` on every rank and returns rank 0's result (0 on the others); on a process that no
// launcher started, `work` gets null. Ranks other than 0 print nothing. What a rank throws ends the
// work on all; rank 0 throws it. Where ranks are lost, the others run `work` again, with a warning,
// and the first of them is rank 0 then; a rank that says nothing for so many seconds is lost, too.
int RunOnRanks(double silence_limit, const std::function<int(Communicator* ranks)>& work);

}  // namespace thalweg
