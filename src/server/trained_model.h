// A model in memory, with all that the clients may ask about it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "jobs/catalog.h"
#include "jobs/training_report.h"

namespace thalweg {

// Immutable. What the clients read of a model is settled when its training ends, and kept as the
// text that goes out: smaller than the tables it shows, and sent as it is.
class TrainedModel : public ModelEntry, public TrainingReport {
 public:
  // `wire` is the ModelV3 object. `parts`: names of what goes when the model goes (models of folds,
  // their predictions, frames of weights).
  TrainedModel(std::shared_ptr<const Model> model, const Json& wire,
               std::vector<std::string> parts = {});

  size_t ByteSize() const override;
  const std::string& wire() const { return wire_; }
  // Its ModelSynopsisV3.
  const std::string& synopsis() const { return synopsis_; }
  std::vector<std::string> parts() const override { return parts_; }
  // The same, another time as JSON.
  Json WireJson() const;
  // Two classes: the same model with another threshold of its labels.
  EntryPtr WithThreshold(double threshold) const override;
  double threshold() const override;

  std::map<std::string, double> MetricsOn(std::string_view rows) const override;
  double TrainingMs() const override;
  std::string AlgoName() const override;

 private:
  std::string wire_;
  std::string synopsis_;
  std::vector<std::string> parts_;
};

// NotFound if there is none of this name.
std::shared_ptr<const TrainedModel> GetTrainedModel(const Catalog& catalog,
                                                    const std::string& name);

}  // namespace thalweg
