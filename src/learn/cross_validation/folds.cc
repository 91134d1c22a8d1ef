#include "learn/cross_validation/folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/random.h"

namespace thalweg {
namespace {

[[noreturn]] void Refuse(const char* field, const std::string& message) {
  throw FieldErrors(std::vector<FieldError>{{field, message}});
}

// Whole numbers or codes of a column, kMissingInt where missing.
std::vector<int64_t> WholeCells(const Frame& frame, const std::string& name, const char* field) {
  size_t column = 0;
  try {
    column = frame.IndexOf(name);
  } catch (const UserError& error) {
    Refuse(field, error.what());
  }
  const ColumnType type = frame.column(column).type();
  if (type != ColumnType::kInteger && type != ColumnType::kCategorical) {
    Refuse(field, fmt::format("{} is a {} column; whole numbers or categories are needed", name,
                              ColumnTypeName(type)));
  }
  std::vector<int64_t> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, cells);
  return cells;
}

Folds FoldsOfColumn(const Frame& frame, const std::string& name) {
  const std::vector<int64_t> cells = WholeCells(frame, name, "fold_column");
  std::map<int64_t, int32_t> fold_of;
  for (size_t r = 0; r < cells.size(); ++r) {
    if (cells[r] == kMissingInt) {
      Refuse("fold_column", fmt::format("{} is missing in row {}", name, r + 1));
    }
    fold_of.emplace(cells[r], 0);
  }
  Folds folds;
  for (auto& [value, fold] : fold_of) fold = static_cast<int32_t>(folds.count++);
  if (folds.count < 2) Refuse("fold_column", name + " has one value only; two are needed at least");
  for (int64_t cell : cells) folds.of_row.push_back(fold_of.at(cell));
  return folds;
}

}  // namespace

Folds AssignFolds(const CrossValidationParams& params, const Frame& frame,
                  const std::string& response_column, uint64_t seed) {
  if (!params.fold_column.empty()) {
    if (params.nfolds > 0) Refuse("nfolds", "cannot be given beside fold_column, which says it");
    if (params.fold_assignment != FoldAssignment::kAuto) {
      Refuse("fold_assignment", "cannot be given beside fold_column, which says it");
    }
    return FoldsOfColumn(frame, params.fold_column);
  }
  const auto rows = static_cast<size_t>(frame.rows());
  Folds folds;
  folds.count = static_cast<size_t>(params.nfolds);
  if (folds.count < 2) Refuse("nfolds", "is 1; at least 2 are needed, 0 means none");
  if (folds.count > rows) {
    Refuse("nfolds", fmt::format("is {}, more than the {} rows", folds.count, rows));
  }
  // Rows are dealt out one by one, in this order.
  std::vector<uint32_t> order(rows);
  for (size_t r = 0; r < rows; ++r) order[r] = static_cast<uint32_t>(r);
  if (params.fold_assignment != FoldAssignment::kModulo) {
    Random(seed).Shuffle(std::span(order));
  }
  if (params.fold_assignment == FoldAssignment::kStratified) {
    const size_t column = frame.IndexOf(response_column);
    if (frame.column(column).type() != ColumnType::kCategorical) {
      Refuse("fold_assignment", "Stratified needs a categorical response; use Random");
    }
    const std::vector<int64_t> classes = WholeCells(frame, response_column, "response_column");
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return classes[a] < classes[b]; });
  }
  folds.of_row.resize(rows);
  for (size_t i = 0; i < rows; ++i) folds.of_row[order[i]] = static_cast<int32_t>(i % folds.count);
  return folds;
}

}  // namespace thalweg
