// A pass over the text of all files: every rank parses its share of the units, then all know what
// was found in all of them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "ingest/csv/text_runs.h"
#include "ingest/csv/unit_parser.h"

namespace thalweg::internal {

struct PassResult {
  // In the order of the text, those of all ranks.
  std::vector<UnitResult> units;
  // This rank's, one per worker; null where it had nothing to do.
  std::vector<std::unique_ptr<UnitParser>> parsers;
};

// Where a rank's share begins inside a mapped file is a guess at first. When all ranks have read
// theirs, those that did not begin where the rank before them ended read again from there. So the
// result does not depend on the number of ranks, whatever quotes the text has.
class Passes {
 public:
  // `ranks`: null for this rank alone. Plan, ranks and pool must outlive this.
  Passes(const CsvPlan& plan, Communicator* ranks, ThreadPool& pool, const WorkContext& context);

  // A collective. `columns`: those to be parsed; UserError as BlockReader::Next.
  PassResult Run(const std::vector<size_t>& columns, bool first);

  // How often this rank has read its share again.
  int repeats() const { return repeats_; }

 private:
  struct Reading;
  Reading ReadShare(const std::vector<size_t>& columns, bool first);
  // Whether this rank has to read its share again, from `begin_` on; nothing where all are right.
  std::optional<bool> Verify(const Reading& reading);

  const CsvPlan& plan_;
  Communicator* ranks_;
  ThreadPool& pool_;
  const WorkContext context_;
  const std::vector<TextRun> runs_;
  std::vector<RunShare> shares_;
  std::optional<TextPlace> begin_;
  int repeats_ = 0;
};

}  // namespace thalweg::internal
