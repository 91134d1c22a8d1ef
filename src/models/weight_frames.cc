#include "models/weight_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "frame/chunk_builder.h"

namespace thalweg {
namespace {

constexpr size_t kRowsPerChunk = 65536;

std::vector<std::string> NumberedNames(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(fmt::format("C{}", i + 1));
  return names;
}

std::vector<std::string> InputNames(const FeatureEncoder& encoder) {
  std::vector<std::string> names = NumberedNames(encoder.shape().units());
  for (const FeatureColumn& column : encoder.columns()) {
    const std::vector<std::string> units = column.UnitNames();
    for (size_t i = 0; i < units.size(); ++i) names[column.unit + i] = units[i];
  }
  // A column "a.b" beside level b of a column "a".
  std::set<std::string> seen;
  for (std::string& name : names) {
    while (!seen.insert(name).second) name += "'";
  }
  return names;
}

// cell(row, column)
template <class Cell>
Frame MakeFrame(size_t rows, std::vector<std::string> names, const Cell& cell) {
  std::vector<int64_t> starts;
  for (size_t r = 0; r < rows; r += kRowsPerChunk) starts.push_back(static_cast<int64_t>(r));
  starts.push_back(static_cast<int64_t>(rows));
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < names.size(); ++c) {
    std::vector<ChunkPtr> chunks;
    for (size_t r = 0; r < rows; r += kRowsPerChunk) {
      std::vector<double> values;
      for (size_t i = r; i < std::min(rows, r + kRowsPerChunk); ++i) values.push_back(cell(i, c));
      chunks.push_back(EncodeReals(values));
    }
    columns.push_back(std::make_shared<Column>(ColumnType::kReal, std::move(chunks), nullptr));
  }
  return Frame(std::make_shared<Layout>(std::move(starts)), std::move(names), std::move(columns));
}

std::vector<double> ReadNumbers(const Frame& frame, size_t column, const std::string& what) {
  const ColumnType type = frame.column(column).type();
  std::vector<double> values(static_cast<size_t>(frame.rows()));
  const bool numeric = type == ColumnType::kReal || type == ColumnType::kInteger;
  if (numeric) ReadCells(frame, column, 0, std::span(values));
  for (size_t r = 0; r < values.size(); ++r) {
    if (numeric && std::isfinite(values[r])) continue;
    throw UserError(fmt::format("{}: column {}, row {} is not a finite number", what,
                                frame.name(column), r + 1));
  }
  return values;
}

void CheckShape(const Frame& frame, size_t rows, size_t columns, const std::string& what) {
  if (static_cast<size_t>(frame.rows()) == rows && frame.columns() == columns) return;
  throw UserError(fmt::format(
      "{}: has {} rows and {} columns; needs {} rows (units of the layer) and {} columns ({})",
      what, frame.rows(), frame.columns(), rows, columns,
      columns == 1 ? "the biases" : "its inputs"));
}

}  // namespace

Frame WeightsFrame(const DeepLearningModel& model, size_t layer) {
  const Matrix<float>& weights = model.network().layers.at(layer).weights;
  return MakeFrame(
      weights.columns(), layer == 0 ? InputNames(model.encoder()) : NumberedNames(weights.rows()),
      [&](size_t unit, size_t input) { return static_cast<double>(weights(input, unit)); });
}

Frame BiasesFrame(const DeepLearningModel& model, size_t layer) {
  const Matrix<float>& biases = model.network().layers.at(layer).biases;
  return MakeFrame(biases.columns(), {"C1"}, [&](size_t unit, size_t /*column*/) {
    return static_cast<double>(biases(0, unit));
  });
}

Matrix<float> WeightsFromFrame(const Frame& frame, size_t inputs, size_t outputs,
                               const std::string& what) {
  CheckShape(frame, outputs, inputs, what);
  Matrix<float> weights(inputs, outputs);
  for (size_t i = 0; i < inputs; ++i) {
    const std::vector<double> values = ReadNumbers(frame, i, what);
    for (size_t j = 0; j < outputs; ++j) weights(i, j) = static_cast<float>(values[j]);
  }
  return weights;
}

Matrix<float> BiasesFromFrame(const Frame& frame, size_t outputs, const std::string& what) {
  CheckShape(frame, outputs, 1, what);
  Matrix<float> biases(1, outputs);
  const std::vector<double> values = ReadNumbers(frame, 0, what);
  for (size_t j = 0; j < outputs; ++j) biases(0, j) = static_cast<float>(values[j]);
  return biases;
}

}  // namespace thalweg
