// Processors that ranks on one machine share.
#pragma once

#include <cstddef>

#include "cluster/communicator.h"

namespace thalweg {

// A collective: this rank's share of the processors that it may use, at least 1. Ranks on one
// machine that may use the same ones share them out; ranks that are bound to some of their own have
// these.
size_t ShareOfProcessors(Communicator& ranks);

}  // namespace thalweg
