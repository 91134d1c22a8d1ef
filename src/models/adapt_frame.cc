#include "models/adapt_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "models/deeplearning_model.h"

namespace thalweg {
namespace {

ColumnPtr MissingColumn(const Layout& layout, bool categorical) {
  std::vector<ChunkPtr> chunks;
  for (size_t i = 0; i < layout.chunks(); ++i) {
    const auto rows = static_cast<size_t>(layout.ChunkRows(i));
    chunks.push_back(categorical ? EncodeIntegers(std::vector<int64_t>(rows, kMissingInt))
                                 : EncodeReals(std::vector<double>(rows, kMissingReal)));
  }
  if (!categorical) return std::make_shared<Column>(ColumnType::kReal, std::move(chunks));
  return std::make_shared<Column>(ColumnType::kCategorical, std::move(chunks),
                                  std::make_shared<Domain>(std::vector<std::string>{}));
}

// Each number becomes the level of its digits.
ColumnPtr AsLevels(const Column& column, const Layout& layout) {
  std::map<double, int64_t> codes;
  std::vector<std::vector<double>> cells(layout.chunks());
  for (size_t i = 0; i < layout.chunks(); ++i) {
    cells[i].resize(static_cast<size_t>(layout.ChunkRows(i)));
    column.chunk(i).Decode(0, cells[i]);
    for (const double v : cells[i]) {
      if (!std::isnan(v)) codes.emplace(v, 0);
    }
  }
  std::vector<std::string> levels;
  for (auto& [value, code] : codes) {
    code = static_cast<int64_t>(levels.size());
    levels.push_back(fmt::format("{}", value));
  }
  std::vector<ChunkPtr> chunks;
  for (const std::vector<double>& chunk : cells) {
    std::vector<int64_t> coded;
    for (const double v : chunk) coded.push_back(std::isnan(v) ? kMissingInt : codes.at(v));
    chunks.push_back(EncodeIntegers(coded));
  }
  return std::make_shared<Column>(ColumnType::kCategorical, std::move(chunks),
                                  std::make_shared<Domain>(std::move(levels)));
}

std::vector<std::string> LevelsWithout(const Domain& domain, const FeatureColumn& known) {
  const std::set<std::string> levels(known.levels.begin(), known.levels.end());
  std::vector<std::string> unknown;
  for (const std::string& level : domain.levels()) {
    if (!levels.contains(level)) unknown.push_back(level);
  }
  return unknown;
}

std::string NewLevelsInWords(UnknownLevels unknown) {
  constexpr size_t kShown = 20;
  const size_t count = unknown.levels.size();
  if (count > kShown) unknown.levels.resize(kShown);
  return fmt::format(
      "Test/Validation dataset column '{}' has levels not trained on: "
      "[{}{}]",
      unknown.column, Join(unknown.levels, ", "), count > kShown ? ", ..." : "");
}

}  // namespace

std::vector<UnknownLevels> FindUnknownLevels(const Model& model, const Frame& frame) {
  std::vector<UnknownLevels> all;
  const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
  if (net == nullptr) return all;
  for (const FeatureColumn& column : net->encoder().columns()) {
    const std::optional<size_t> position = frame.Find(column.name);
    if (!position || !column.categorical || column.buckets != 0) continue;
    const Column& cells = frame.column(*position);
    if (cells.type() != ColumnType::kCategorical) continue;
    UnknownLevels unknown{column.name, LevelsWithout(*cells.domain(), column)};
    if (!unknown.levels.empty()) all.push_back(std::move(unknown));
  }
  return all;
}

Frame AdaptFrame(const Model& model, const Frame& frame, ThreadPool& /*pool*/,
                 std::vector<std::string>& warnings) {
  const auto* net = dynamic_cast<const DeepLearningModel*>(&model);
  if (net == nullptr) return frame;
  Frame adapted = frame;
  size_t found = 0;
  for (const FeatureColumn& column : net->encoder().columns()) {
    const std::optional<size_t> position = frame.Find(column.name);
    if (!position) {
      warnings.push_back(
          fmt::format("Test/Validation dataset is missing column '{}': substituting in a column of "
                      "{}",
                      column.name, "NaN"));
      adapted = adapted.WithColumn(column.name, MissingColumn(frame.layout(), column.categorical));
      continue;
    }
    ++found;
    const Column& cells = frame.column(*position);
    if (!column.categorical) {
      if (cells.type() == ColumnType::kCategorical) {
        throw UserError(
            fmt::format("Test/Validation dataset has categorical column '{}' which is "
                        "real-valued in the training data",
                        column.name));
      }
      continue;
    }
    if (cells.type() == ColumnType::kCategorical) {
      if (column.buckets != 0) continue;
      UnknownLevels unknown{column.name, LevelsWithout(*cells.domain(), column)};
      if (!unknown.levels.empty()) warnings.push_back(NewLevelsInWords(std::move(unknown)));
    } else if (IsNumeric(cells.type())) {
      adapted = adapted.WithReplaced(*position, AsLevels(cells, frame.layout()));
    }
  }
  if (found == 0) {
    throw UserError("Test/Validation dataset has no columns in common with the training set");
  }
  return adapted;
}

}  // namespace thalweg
