// One sorted domain out of the dictionaries of several ranks.
#pragma once

#include <vector>

#include "cluster/communicator.h"
#include "ingest/csv/domain_join.h"

namespace thalweg::internal {

// A collective. `joins`: of this rank's own dictionaries, one per column, the same columns on all
// ranks. Each becomes that of all ranks: levels of all, codes of this rank's. Where there are more
// levels than allowed, on one rank or on all together, too_many is set on all.
//
// Small domains travel whole, all in one message. Of a large one, each rank merges the levels of a
// range, so that no rank holds those of all ranks before they are merged.
void JoinDomainsOfRanks(std::vector<DomainJoin>& joins, size_t max_levels, Communicator& ranks);

}  // namespace thalweg::internal
