#include "rapids/selection.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

// A list of row or column numbers is written out only as far as there are rows or columns.
std::vector<int64_t> Positions(const Arguments& arguments, size_t i, const NumberList& list,
                               int64_t most) {
  std::vector<int64_t> positions;
  for (const NumberRange& range : list.ranges()) {
    for (double k = 0; k < range.count; ++k) {
      const double position = range.count == 1 ? range.base : range.base + k * range.stride;
      if (position != std::floor(position)) arguments.Fail(i, "holds a number that is no position");
      if (position >= static_cast<double>(most)) {
        if (range.count == 1) positions.push_back(most);
        break;
      }
      if (position < -static_cast<double>(most) - 1 && range.count > 1) {
        arguments.Fail(i, "holds a range of negative positions beyond the frame");
      }
      positions.push_back(static_cast<int64_t>(std::max(position, -9e15)));
    }
  }
  return positions;
}

}  // namespace

std::vector<size_t> SelectColumns(const Arguments& arguments, size_t i, const Frame& frame,
                                  NegativeColumns negative) {
  const Value& value = arguments[i];
  std::vector<size_t> columns;
  if (value.Is<std::string>() || value.Is<std::vector<std::string>>()) {
    for (const std::string& name : arguments.Texts(i)) columns.push_back(frame.IndexOf(name));
    return columns;
  }
  if (value.Is<EmptyList>()) return columns;
  const auto count = static_cast<int64_t>(frame.columns());
  const auto* number = value.As<double>();
  NumberList list;
  if (number != nullptr) {
    list.Add({.base = *number});
  } else if (const auto* given = value.As<NumberList>()) {
    list = *given;
  } else {
    arguments.Fail(i, "must name columns, not be " + std::string(value.KindInWords()));
  }
  const std::vector<int64_t> positions = Positions(arguments, i, list, count);
  const bool drop = negative == NegativeColumns::kDrop && !positions.empty() && positions[0] < 0;
  if (drop) {
    std::vector<bool> dropped(frame.columns());
    for (const int64_t position : positions) {
      if (position >= 0) arguments.Fail(i, "mixes positions of columns to keep and to drop");
      if (position >= -count) dropped[static_cast<size_t>(-position - 1)] = true;
    }
    for (size_t c = 0; c < frame.columns(); ++c) {
      if (!dropped[c]) columns.push_back(c);
    }
    return columns;
  }
  for (const int64_t position : positions) {
    if (position >= count && number == nullptr) continue;
    const int64_t from_begin =
        position < 0 && negative == NegativeColumns::kFromEnd ? position + count : position;
    if (from_begin < 0 || from_begin >= count) {
      arguments.Fail(i, "must name columns 0 to " + std::to_string(count - 1));
    }
    columns.push_back(static_cast<size_t>(from_begin));
  }
  return columns;
}

size_t SelectColumn(const Arguments& arguments, size_t i, const Frame& frame) {
  const auto columns = SelectColumns(arguments, i, frame, NegativeColumns::kFromEnd);
  if (columns.size() != 1) arguments.Fail(i, "must name one column");
  return columns.front();
}

std::vector<RowRun> SelectRowRuns(const Arguments& arguments, size_t i, int64_t rows) {
  const Value& value = arguments[i];
  NumberList list;
  if (const auto* number = value.As<double>()) {
    list.Add({.base = *number});
  } else if (const auto* given = value.As<NumberList>()) {
    list = *given;
  } else if (!value.Is<EmptyList>()) {
    arguments.Fail(i, "must be row numbers, not " + std::string(value.KindInWords()));
  }
  std::vector<RowRun> runs;
  bool any_kept = false;
  bool any_dropped = false;
  std::vector<int64_t> dropped;
  int64_t last = -1;
  const auto keep = [&](int64_t begin, int64_t end) {
    if (begin <= last) {
      arguments.Fail(i, "must hold ascending row numbers, each once: rows are not reordered");
    }
    last = end - 1;
    if (!runs.empty() && runs.back().end == begin) {
      runs.back().end = end;
    } else {
      runs.push_back({begin, end});
    }
  };
  for (const NumberRange& range : list.ranges()) {
    if (range.base != std::floor(range.base)) arguments.Fail(i, "holds a number that is no row");
    if (range.base < 0) {
      any_dropped = true;
      const double most = static_cast<double>(rows);
      for (double k = 0; k < std::min(range.count, most + 1); ++k) {
        const double row = -(range.base + (range.count == 1 ? 0 : k * range.stride)) - 1;
        if (row >= 0 && row < most) dropped.push_back(static_cast<int64_t>(row));
      }
      continue;
    }
    any_kept = true;
    if (range.base >= static_cast<double>(rows)) {
      if (range.count == 1) {
        arguments.Fail(i, "must hold rows from 0 to " + std::to_string(rows - 1));
      }
      continue;
    }
    const auto begin = static_cast<int64_t>(range.base);
    if (range.count == 1 || range.stride == 1) {
      keep(begin,
           static_cast<int64_t>(std::min(range.base + range.count, static_cast<double>(rows))));
      continue;
    }
    if (range.stride != std::floor(range.stride)) arguments.Fail(i, "has a stride with a fraction");
    for (double k = 0; k < range.count; ++k) {
      const double row = range.base + k * range.stride;
      if (row >= static_cast<double>(rows)) break;
      keep(static_cast<int64_t>(row), static_cast<int64_t>(row) + 1);
    }
  }
  if (!any_dropped) return runs;
  if (any_kept) arguments.Fail(i, "mixes rows to keep and rows to drop");
  std::sort(dropped.begin(), dropped.end());
  int64_t next = 0;
  for (const int64_t row : dropped) {
    if (row > next) runs.push_back({next, row});
    next = row + 1;
  }
  if (next < rows) runs.push_back({next, rows});
  return runs;
}

std::string FreeColumnName(const std::string& wished, const std::vector<std::string>& names) {
  const std::unordered_set<std::string_view> taken(names.begin(), names.end());
  if (!taken.contains(wished)) return wished;
  for (size_t i = 0;; ++i) {
    std::string name = wished + std::to_string(i);
    if (!taken.contains(name)) return name;
  }
}

std::vector<std::string> UniqueNames(const std::vector<std::string>& names) {
  std::vector<std::string> unique;
  std::unordered_set<std::string> taken;
  for (const std::string& name : names) {
    std::string free = name;
    for (size_t i = 0; !taken.insert(free).second; ++i) free = name + std::to_string(i);
    unique.push_back(std::move(free));
  }
  return unique;
}

}  // namespace thalweg::internal
