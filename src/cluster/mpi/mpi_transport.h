// Ranks as processes that an MPI launcher has started.
#pragma once

#include <memory>

#include "cluster/transport.h"

namespace thalweg {

// Whether mpirun, srun or the like has started this process as one of several ranks.
bool StartedByMpi();
// Which of them, as far as the launcher says it without MPI; 0 where there was none.
int LauncherRank();

// Loads the plug-in and starts MPI; at most once in a process. The plug-in is libthalweg_mpi.so
// beside the program, or in ../lib/thalweg. UserError where it is not there or cannot be loaded.
// The transport has a thread of its own for what travels while nobody waits; threads call MPI in
// turn.
std::unique_ptr<Transport> StartMpi();

}  // namespace thalweg
