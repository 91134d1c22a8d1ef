#include "models/explain/coalition_scorer.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "models/explain/column_changes.h"
#include "models/explain/encoded_rows.h"
#include "models/explain/link_scores.h"

namespace thalweg {
namespace {

class NetCoalitionScorer : public CoalitionScorer {
 public:
  NetCoalitionScorer(const DeepLearningModel& model, const Frame& background,
                     const std::string& target, ThreadPool& pool)
      : encoder_(model.encoder()),
        network_(LinkNetwork(model, target)),
        feature_of_unit_(FeatureOfUnit(encoder_)),
        background_(EncodeRows(encoder_, background, 0, background.rows(), pool)) {}

  size_t features() const override { return encoder_.columns().size(); }
  size_t backgrounds() const override { return background_.entries.size(); }
  void Load(const Frame& frame, int64_t begin, int64_t end, ThreadPool& pool) override {
    rows_ = EncodeRows(encoder_, frame, begin, end, pool);
  }

  void Score(size_t row, std::span<const uint32_t> backgrounds, std::span<const uint8_t> masks,
             std::span<double> scores) const override {
    const size_t count = backgrounds.size();
    const InputShape& shape = encoder_.shape();
    InputBatch<float> mixed(shape, count);
    for (size_t i = 0; i < count; ++i) {
      const uint8_t* mask = masks.data() + i * features();
      const size_t b = backgrounds[i];
      const float* own = rows_.dense.row(row);
      const float* other = background_.dense.row(b);
      float* out = mixed.dense.row(i);
      for (size_t d = 0; d < shape.dense; ++d) {
        out[d] = mask[feature_of_unit_[shape.levels + d]] != 0 ? own[d] : other[d];
      }
      std::vector<InputEntry<float>>& entries = mixed.entries[i];
      for (const InputEntry<float>& entry : rows_.entries[row]) {
        if (mask[feature_of_unit_[entry.unit]] != 0) entries.push_back(entry);
      }
      const auto middle = static_cast<std::ptrdiff_t>(entries.size());
      for (const InputEntry<float>& entry : background_.entries[b]) {
        if (mask[feature_of_unit_[entry.unit]] == 0) entries.push_back(entry);
      }
      std::inplace_merge(entries.begin(), entries.begin() + middle, entries.end(),
                         [](const auto& x, const auto& y) { return x.unit < y.unit; });
    }
    Matrix<float> out(count, 1);
    network_.Forward(mixed, 0, count, out.view());
    for (size_t i = 0; i < count; ++i) scores[i] = out(i, 0);
  }

 private:
  const FeatureEncoder& encoder_;
  const Network network_;
  const std::vector<uint32_t> feature_of_unit_;
  const InputBatch<float> background_;
  InputBatch<float> rows_;
};

class FrameCoalitionScorer : public CoalitionScorer {
 public:
  FrameCoalitionScorer(const Model& model, const Frame& background, std::string target)
      : model_(model),
        names_(model.predictors()),
        background_(background),
        target_(std::move(target)),
        backgrounds_(static_cast<size_t>(background.rows())) {
    for (const std::string& name : names_) positions_.push_back(background.IndexOf(name));
  }

  size_t features() const override { return names_.size(); }
  size_t backgrounds() const override { return backgrounds_; }

  void Load(const Frame& frame, int64_t begin, int64_t end, ThreadPool& pool) override {
    const Frame part = frame.Slice(begin, end);
    own_.assign(features(), {});
    others_.assign(features(), {});
    domains_.assign(features(), nullptr);
    pool.Run(features(), [&](size_t j, size_t /*thread*/) {
      const size_t position = part.IndexOf(names_[j]);
      own_[j] = CellsOf(part, position);
      others_[j] = CellsOf(background_, positions_[j]);
      const DomainPtr& mine = part.column(position).domain();
      const DomainPtr& theirs = background_.column(positions_[j]).domain();
      if ((mine == nullptr) != (theirs == nullptr)) {
        throw UserError("column " + names_[j] +
                        " is categorical in one of rows and background only: give both the same "
                        "type with --column_types");
      }
      if (mine) domains_[j] = Join(*mine, *theirs, others_[j]);
    });
  }

  void Score(size_t row, std::span<const uint32_t> backgrounds, std::span<const uint8_t> masks,
             std::span<double> scores) const override {
    const size_t count = backgrounds.size();
    ThreadPool alone(1);
    const auto layout =
        std::make_shared<Layout>(std::vector<int64_t>{0, static_cast<int64_t>(count)});
    std::vector<ColumnPtr> columns;
    std::vector<double> cells(count);
    for (size_t j = 0; j < features(); ++j) {
      for (size_t i = 0; i < count; ++i) {
        cells[i] = masks[i * features() + j] != 0 ? own_[j][row] : others_[j][backgrounds[i]];
      }
      columns.push_back(ColumnOf(*layout, cells, domains_[j], alone));
    }
    const std::vector<double> values =
        LinkScores(model_, Frame(layout, names_, std::move(columns)), target_, alone);
    std::copy(values.begin(), values.end(), scores.begin());
  }

 private:
  // The levels of both; codes of the second are changed to it.
  static DomainPtr Join(const Domain& mine, const Domain& theirs, std::vector<double>& codes) {
    std::vector<std::string> levels = mine.levels();
    std::vector<double> map;
    for (const std::string& level : theirs.levels()) {
      const int64_t code = mine.Find(level);
      map.push_back(code >= 0 ? static_cast<double>(code) : static_cast<double>(levels.size()));
      if (code < 0) levels.push_back(level);
    }
    for (double& code : codes) {
      if (!std::isnan(code)) code = map[static_cast<size_t>(code)];
    }
    return std::make_shared<Domain>(std::move(levels));
  }

  const Model& model_;
  const std::vector<std::string> names_;
  const Frame background_;
  const std::string target_;
  const size_t backgrounds_;
  std::vector<size_t> positions_;
  std::vector<std::vector<double>> own_;     // [feature][loaded row]
  std::vector<std::vector<double>> others_;  // [feature][background row]
  std::vector<DomainPtr> domains_;
};

}  // namespace

std::unique_ptr<CoalitionScorer> MakeCoalitionScorer(const Model& model, const Frame& background,
                                                     const std::string& target, ThreadPool& pool) {
  if (const auto* net = dynamic_cast<const DeepLearningModel*>(&model)) {
    return std::make_unique<NetCoalitionScorer>(*net, background, target, pool);
  }
  return MakeFrameCoalitionScorer(model, background, target);
}

std::unique_ptr<CoalitionScorer> MakeFrameCoalitionScorer(const Model& model,
                                                          const Frame& background,
                                                          const std::string& target) {
  return std::make_unique<FrameCoalitionScorer>(model, background, target);
}

}  // namespace thalweg
