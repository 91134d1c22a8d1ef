#include "models/explain/shap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "models/deeplearning_model.h"
#include "models/explain/encoded_rows.h"
#include "models/explain/link_scores.h"
#include "models/explain/rescale_rule.h"
#include "models/explain/shapley.h"

namespace thalweg {
namespace {

constexpr size_t kExactFeatures = 8;
constexpr size_t kMostExactFeatures = 20;
constexpr double kMostScores = 1e8;
// Rows that are explained side by side, and background rows whose inner values are kept.
constexpr int64_t kRows = 512;
constexpr size_t kBackgroundRows = 256;

constexpr const char* kBiasTerm = "BiasTerm";

// Makes sums exact where floats have left a rest.
void SpreadRest(std::vector<double>& contributions, double wanted) {
  double sum = 0;
  double magnitude = 0;
  for (double c : contributions) {
    sum += c;
    magnitude += std::abs(c);
  }
  if (magnitude == 0) return;
  for (double& c : contributions) c += (wanted - sum) * std::abs(c) / magnitude;
}

// Explains blocks of rows of one frame.
class Explainer {
 public:
  virtual ~Explainer() = default;
  // contributions[i] of rows begin … end-1.
  virtual std::vector<std::vector<double>> Explain(const Frame& frame, int64_t begin, int64_t end,
                                                   ThreadPool& pool) = 0;
  virtual double bias() const = 0;
};

class CoalitionExplainer : public Explainer {
 public:
  CoalitionExplainer(const Model& model, const Frame& background, const ShapOptions& options,
                     bool exact, ThreadPool& pool)
      : scorer_(MakeCoalitionScorer(model, background, options.target, pool)),
        options_(options),
        exact_(exact) {}

  std::vector<std::vector<double>> Explain(const Frame& frame, int64_t begin, int64_t end,
                                           ThreadPool& pool) override {
    scorer_->Load(frame, begin, end, pool);
    if (!bias_) bias_ = BackgroundScore(*scorer_);
    std::vector<std::vector<double>> result(static_cast<size_t>(end - begin));
    pool.Run(result.size(), [&](size_t i, size_t /*thread*/) {
      ShapleyValues values =
          exact_ ? ExactShapley(*scorer_, i)
                 : PermutationShapley(*scorer_, i, options_.permutations, options_.seed,
                                      static_cast<uint64_t>(begin) + i);
      SpreadRest(values.contributions, values.score - *bias_);
      result[i] = std::move(values.contributions);
    });
    return result;
  }
  double bias() const override { return *bias_; }

 private:
  const std::unique_ptr<CoalitionScorer> scorer_;
  const ShapOptions options_;
  const bool exact_;
  std::optional<double> bias_;
};

class RescaleExplainer : public Explainer {
 public:
  RescaleExplainer(const DeepLearningModel& model, const Frame& background,
                   const ShapOptions& options, ThreadPool& pool)
      : encoder_(model.encoder()),
        network_(LinkNetwork(model, options.target)),
        rule_(network_, FeatureOfUnit(encoder_)),
        background_(EncodeRows(encoder_, background, 0, background.rows(), pool)) {
    const size_t count = background_.entries.size();
    const std::vector<double> scores = Scores(background_, pool);
    for (double score : scores) bias_ += score / static_cast<double>(count);
  }

  std::vector<std::vector<double>> Explain(const Frame& frame, int64_t begin, int64_t end,
                                           ThreadPool& pool) override {
    const InputBatch<float> rows = EncodeRows(encoder_, frame, begin, end, pool);
    const size_t count = background_.entries.size();
    std::vector<std::vector<double>> result(rows.entries.size(),
                                            std::vector<double>(encoder_.columns().size()));
    for (size_t first = 0; first < count; first += kBackgroundRows) {
      rule_.SetBackground(background_, first, std::min(count, first + kBackgroundRows));
      pool.Run(result.size(),
               [&](size_t i, size_t /*thread*/) { rule_.AddContributions(rows, i, result[i]); });
    }
    const std::vector<double> scores = Scores(rows, pool);
    for (size_t i = 0; i < result.size(); ++i) {
      for (double& c : result[i]) c /= static_cast<double>(count);
      SpreadRest(result[i], scores[i] - bias_);
    }
    return result;
  }
  double bias() const override { return bias_; }

 private:
  std::vector<double> Scores(const InputBatch<float>& batch, ThreadPool& pool) const {
    std::vector<double> scores(batch.entries.size());
    pool.Run((scores.size() + kBackgroundRows - 1) / kBackgroundRows,
             [&](size_t block, size_t /*thread*/) {
               const size_t begin = block * kBackgroundRows;
               const size_t end = std::min(scores.size(), begin + kBackgroundRows);
               Matrix<float> out(end - begin, 1);
               network_.Forward(batch, begin, end, out.view());
               for (size_t i = begin; i < end; ++i) scores[i] = out(i - begin, 0);
             });
    return scores;
  }

  const FeatureEncoder& encoder_;
  const Network network_;
  RescaleRule rule_;
  const InputBatch<float> background_;
  double bias_ = 0;
};

std::unique_ptr<Explainer> MakeExplainer(const Model& model, int64_t rows, const Frame& background,
                                         const ShapOptions& options, ThreadPool& pool) {
  const ShapMethod method = options.method == ShapMethod::kAuto
                                ? ChooseShapMethod(model, rows, background.rows())
                                : options.method;
  const size_t features = model.predictors().size();
  if (method == ShapMethod::kRescale) {
    const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
    if (net == nullptr) throw UserError("method: Rescale is for nets only; use Permutation");
    return std::make_unique<RescaleExplainer>(*net, background, options, pool);
  }
  if (method == ShapMethod::kExact && features > kMostExactFeatures) {
    throw UserError(fmt::format("method: Exact is for up to {} features, the model has {}",
                                kMostExactFeatures, features));
  }
  if (options.permutations < 1) throw UserError("permutations: at least 1");
  return std::make_unique<CoalitionExplainer>(model, background, options,
                                              method == ShapMethod::kExact, pool);
}

}  // namespace

ShapMethod ChooseShapMethod(const Model& model, int64_t rows, int64_t background_rows) {
  const size_t features = model.predictors().size();
  if (features <= kExactFeatures) return ShapMethod::kExact;
  const double scores = 2.0 * static_cast<double>(rows) * static_cast<double>(background_rows) *
                        static_cast<double>(features + 1);
  const bool net = dynamic_cast<const DeepLearningModel*>(&model) != nullptr;
  return net && scores > kMostScores ? ShapMethod::kRescale : ShapMethod::kPermutation;
}

Frame ComputeShap(const Model& model, const Frame& frame, const Frame& background,
                  const ShapOptions& options, ThreadPool& pool, const WorkContext& context) {
  if (background.rows() == 0) throw UserError("the background has no rows");
  std::vector<std::string> names = model.predictors();
  if (std::find(names.begin(), names.end(), kBiasTerm) != names.end()) {
    throw UserError("a predictor is named BiasTerm, which is the name of a column of the result");
  }
  names.emplace_back(kBiasTerm);
  const std::unique_ptr<Explainer> explainer =
      MakeExplainer(model, frame.rows(), background, options, pool);
  const Layout& layout = frame.layout();
  std::vector<std::vector<ChunkPtr>> chunks(names.size());
  for (size_t chunk = 0; chunk < layout.chunks(); ++chunk) {
    const auto rows = static_cast<size_t>(layout.ChunkRows(chunk));
    std::vector<std::vector<double>> cells(names.size(), std::vector<double>(rows));
    const int64_t start = layout.ChunkStart(chunk);
    const int64_t stop = start + layout.ChunkRows(chunk);
    for (int64_t begin = start; begin < stop; begin += kRows) {
      context.ThrowIfCancelled();
      context.Report(static_cast<double>(begin) / static_cast<double>(frame.rows()), "");
      const int64_t end = std::min(stop, begin + kRows);
      const std::vector<std::vector<double>> block = explainer->Explain(frame, begin, end, pool);
      for (size_t i = 0; i < block.size(); ++i) {
        const size_t row = static_cast<size_t>(begin - start) + i;
        for (size_t j = 0; j < block[i].size(); ++j) cells[j][row] = block[i][j];
        cells.back()[row] = explainer->bias();
      }
    }
    std::vector<ChunkPtr> encoded(names.size());
    pool.Run(names.size(),
             [&](size_t j, size_t /*thread*/) { encoded[j] = EncodeReals(cells[j]); });
    for (size_t j = 0; j < names.size(); ++j) chunks[j].push_back(std::move(encoded[j]));
  }
  std::vector<ColumnPtr> columns;
  for (std::vector<ChunkPtr>& of_column : chunks) {
    columns.push_back(std::make_shared<Column>(ColumnType::kReal, std::move(of_column)));
  }
  return Frame(frame.layout_ptr(), std::move(names), std::move(columns));
}

}  // namespace thalweg
