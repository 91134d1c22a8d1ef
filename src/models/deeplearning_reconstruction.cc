// What a deep-learning model knows of rows beside its predictions:
// reconstructions, and the values of hidden units.
#include <fmt/format.h>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "models/deeplearning_model.h"
#include "models/frame_stretches.h"
#include "models/metrics/reconstruction_accumulator.h"
#include "models/reconstruction.h"
#include "models/row_terms.h"

namespace thalweg {
namespace {

// Real columns of a frame, filled stretch by stretch.
class RealColumns {
 public:
  RealColumns(const Frame& frame, std::vector<std::string> names)
      : layout_(frame.layout_ptr()),
        names_(std::move(names)),
        chunks_(names_.size(), std::vector<ChunkPtr>(layout_->chunks())) {}

  // fill(begin, end, cells) writes columns of cells for rows begin … end-1.
  template <class Fill>
  Frame Make(ThreadPool& pool, const Fill& fill) {
    ForEachStretch(*layout_, [&](size_t first, size_t last, int64_t begin, int64_t end) {
      std::vector<std::vector<double>> cells(names_.size(),
                                             std::vector<double>(static_cast<size_t>(end - begin)));
      fill(begin, end, cells);
      pool.Run((last - first) * names_.size(), [&](size_t task, size_t /*thread*/) {
        const size_t chunk = first + task / names_.size();
        const size_t column = task % names_.size();
        const auto from = static_cast<size_t>(layout_->ChunkStart(chunk) - begin);
        const auto count = static_cast<size_t>(layout_->ChunkRows(chunk));
        chunks_[column][chunk] = EncodeReals(std::span(cells[column]).subspan(from, count));
      });
    });
    std::vector<ColumnPtr> columns;
    for (std::vector<ChunkPtr>& chunks : chunks_) {
      columns.push_back(std::make_shared<Column>(ColumnType::kReal, std::move(chunks)));
    }
    return Frame(layout_, std::move(names_), std::move(columns));
  }

 private:
  std::shared_ptr<const Layout> layout_;
  std::vector<std::string> names_;
  std::vector<std::vector<ChunkPtr>> chunks_;
};

}  // namespace

Frame DeepLearningModel::Reconstruct(const Frame& frame, ThreadPool& pool) const {
  const FeatureBinding binding(encoder_, frame);
  const std::vector<InputName> inputs = InputNames(binding);
  std::vector<std::string> names;
  for (const InputName& input : inputs) names.push_back("reconstr_" + input.name);
  return RealColumns(frame, std::move(names))
      .Make(pool, [&](int64_t begin, int64_t end, std::vector<std::vector<double>>& cells) {
        const RowStore store(binding, begin, end, {}, pool);
        ReconstructRows(network_, store, AllRows(store.rows()), pool,
                        [&](size_t /*block*/, size_t first, ConstMatrixView<float> /*inputs*/,
                            ConstMatrixView<float> outputs) {
                          for (size_t r = 0; r < outputs.rows; ++r) {
                            for (size_t k = 0; k < inputs.size(); ++k) {
                              const InputName& input = inputs[k];
                              cells[k][first + r] =
                                  (outputs.row(r)[input.unit] - input.shift) / input.scale;
                            }
                          }
                        });
      });
}

Frame DeepLearningModel::ReconstructionErrors(const Frame& frame, bool per_feature,
                                              ThreadPool& pool) const {
  if (!scale_.autoencoder()) return Model::ReconstructionErrors(frame, per_feature, pool);
  const FeatureBinding binding(encoder_, frame);
  const std::vector<InputName> inputs =
      per_feature ? InputNames(binding) : std::vector<InputName>();
  std::vector<std::string> names = {"Reconstruction.MSE"};
  for (const InputName& input : inputs) names.push_back("reconstr_" + input.name + ".SE");
  return RealColumns(frame, std::move(names))
      .Make(pool, [&](int64_t begin, int64_t end, std::vector<std::vector<double>>& cells) {
        const RowStore store(binding, begin, end, {}, pool);
        ReconstructRows(network_, store, AllRows(store.rows()), pool,
                        [&](size_t /*block*/, size_t first, ConstMatrixView<float> in,
                            ConstMatrixView<float> out) {
                          for (size_t r = 0; r < out.rows; ++r) {
                            cells[0][first + r] = ReconstructionError({in.row(r), in.columns},
                                                                      {out.row(r), in.columns});
                            for (size_t k = 0; k < inputs.size(); ++k) {
                              const size_t unit = inputs[k].unit;
                              const double error = static_cast<double>(out.row(r)[unit]) -
                                                   static_cast<double>(in.row(r)[unit]);
                              cells[k + 1][first + r] = error * error;
                            }
                          }
                        });
      });
}

Metrics DeepLearningModel::ScoreReconstructions(const Frame& frame, ThreadPool& pool) const {
  const FeatureBinding binding(encoder_, frame);
  const RowStore store(binding, 0, frame.rows(), {}, pool);
  return ScoreMetrics(network_, scale_, store, Actual(frame, 0, frame.rows()),
                      AllRows(store.rows()), pool);
}

Frame DeepLearningModel::DeepFeatures(const Frame& frame, int64_t layer, ThreadPool& pool) const {
  const size_t layers = network_.hidden_layers();
  if (layer < 1 || static_cast<size_t>(layer) > layers) {
    throw UserError(
        fmt::format("the model has no hidden layer {}: it has {}, counted from 1", layer, layers));
  }
  const auto index = static_cast<size_t>(layer - 1);
  const size_t units = network_.hidden_units(index);
  const FeatureBinding binding(encoder_, frame);
  std::vector<std::string> names;
  for (size_t c = 1; c <= units; ++c) names.push_back(fmt::format("DF.L{}.C{}", layer, c));
  return RealColumns(frame, std::move(names))
      .Make(pool, [&](int64_t begin, int64_t end, std::vector<std::vector<double>>& cells) {
        const RowStore store(binding, begin, end, {}, pool);
        pool.Run(ScoreBlocks(store.rows()), [&](size_t block, size_t /*thread*/) {
          const size_t first = block * kScoreBlock;
          const size_t count = std::min(kScoreBlock, store.rows() - first);
          InputBatch<float> batch(network_.input, count);
          Matrix<float> values(count, units);
          for (size_t r = 0; r < count; ++r) store.Gather(first + r, batch, r);
          network_.ForwardHidden(batch, 0, count, index, values.view());
          for (size_t r = 0; r < count; ++r) {
            for (size_t c = 0; c < units; ++c) cells[c][first + r] = values(r, c);
          }
        });
      });
}

}  // namespace thalweg
