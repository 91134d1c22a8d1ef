// From a plan to the frame.
#pragma once

#include "cluster/communicator.h"
#include "ingest/csv/plan.h"

namespace thalweg::internal {

// As ReadCsvInputs; a collective where there are ranks.
ParseResult ReadPlanned(CsvPlan plan, ThreadPool& pool, const WorkContext& context,
                        Communicator* ranks);

// A collective. UserError where the ranks do not see the same files, or would read them otherwise.
void CheckPlansAgree(const CsvPlan& plan, Communicator& ranks);

}  // namespace thalweg::internal
