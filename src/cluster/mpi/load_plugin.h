// Finding and loading the MPI plug-in.
#pragma once

#include <memory>

#include "cluster/mpi/mpi_port.h"

namespace thalweg {

// UserError where it is not there or cannot be loaded; says where it was looked for.
std::unique_ptr<MpiPort> LoadMpiPlugin();

}  // namespace thalweg
