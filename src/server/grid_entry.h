// A grid search in memory: what it was asked, and what it came to so far.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "jobs/catalog.h"
#include "learn/grid/grid_results.h"

namespace thalweg {

// Immutable: a search puts a new one under the grid's name after each model.
class GridEntry : public Entry {
 public:
  struct Record {
    std::string grid_id;
    // Arguments of the command "grid" (commands/grid.h) of the last search.
    Json arguments;
    std::vector<std::string> hyper_names;
    std::vector<GridModel> models;  // in the order in which they were trained
    std::vector<GridFailure> failures;
    std::vector<std::string> warnings;
  };

  explicit GridEntry(Record record) : record_(std::move(record)) {}
  EntryKind kind() const override { return EntryKind::kGrid; }
  size_t ByteSize() const override { return sizeof(GridEntry); }
  // Its models.
  std::vector<std::string> parts() const override;
  const Record& record() const { return record_; }

 private:
  Record record_;
};

// NotFound if there is none of this name.
std::shared_ptr<const GridEntry> GetGrid(const Catalog& catalog, const std::string& name);

// A metric that a grid can be sorted by, in the clients' words ("auc", "residual_deviance", "f1").
// The first of the models decides what empty or AUTO means. UserError where such models have none
// of this name.
std::string FindGridMetric(const std::string& name, const GridEntry::Record& grid,
                           const Catalog& catalog);
// Nothing where the model is not there or has no such metric.
std::optional<double> GridMetricOf(const std::string& metric, const GridModel& model,
                                   const Catalog& catalog);

// Of a file, and of what travels between ranks.
Json ToJson(const GridEntry::Record& grid);
// UserError that names `source` where it is something else.
GridEntry::Record GridRecordFromJson(const Json& json, const std::string& source);

}  // namespace thalweg
