#include "models/explain/reconstruction_summary.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "models/frame_stretches.h"
#include "models/metrics/reconstruction_accumulator.h"
#include "models/reconstruction.h"

namespace thalweg {

ReconstructionSummary SummarizeReconstruction(const DeepLearningModel& model, const Frame& frame,
                                              ThreadPool& pool, size_t bins) {
  Check(model.scale().autoencoder(), "reconstructions are made by autoencoders");
  const FeatureBinding binding(model.encoder(), frame);
  const std::vector<InputName> inputs = InputNames(binding);
  std::vector<double> errors(static_cast<size_t>(frame.rows()));
  std::vector<double> squares(inputs.size());
  ForEachStretch(frame.layout(), [&](size_t, size_t, int64_t begin, int64_t end) {
    const RowStore store(binding, begin, end, {}, pool);
    std::vector<std::vector<double>> parts(ScoreBlocks(store.rows()));
    ReconstructRows(
        model.network(), store, AllRows(store.rows()), pool,
        [&](size_t block, size_t first, ConstMatrixView<float> in, ConstMatrixView<float> out) {
          parts[block].resize(inputs.size());
          for (size_t r = 0; r < out.rows; ++r) {
            errors[static_cast<size_t>(begin) + first + r] =
                ReconstructionError({in.row(r), in.columns}, {out.row(r), in.columns});
            for (size_t k = 0; k < inputs.size(); ++k) {
              const size_t unit = inputs[k].unit;
              const double error =
                  static_cast<double>(out.row(r)[unit]) - static_cast<double>(in.row(r)[unit]);
              parts[block][k] += error * error;
            }
          }
        });
    for (const std::vector<double>& part : parts) {
      for (size_t k = 0; k < part.size(); ++k) squares[k] += part[k];
    }
  });
  ReconstructionSummary summary;
  summary.rows = frame.rows();
  const auto rows = static_cast<double>(std::max<int64_t>(1, frame.rows()));
  for (size_t k = 0; k < inputs.size(); ++k) {
    summary.features.push_back({inputs[k].name, squares[k] / rows});
  }
  if (errors.empty()) return summary;
  for (double error : errors) summary.mse += error / rows;
  const auto [low, high] = std::minmax_element(errors.begin(), errors.end());
  if (*low < *high) {
    summary.histogram = Histogram(*low, *high, bins);
    for (double error : errors) summary.histogram.Add(error);
  }
  return summary;
}

Json ReconstructionSummary::ToJson() const {
  JsonObject object{{"rows", rows}, {"mse", JsonNumber(mse)}};
  if (!histogram.counts.empty()) object["histogram"] = histogram.ToJson();
  JsonArray list;
  for (const Feature& feature : features) {
    list.push_back(JsonObject{{"name", feature.name}, {"mse", JsonNumber(feature.mse)}});
  }
  object["features"] = list;
  return object;
}

}  // namespace thalweg
