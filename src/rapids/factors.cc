// Categorical columns and their levels.
#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/map_columns.h"
#include "rapids/primitives.h"
#include "rapids/temporaries.h"

namespace thalweg::internal {
namespace {

ColumnPtr FactorAt(const Arguments& arguments, size_t i) {
  ColumnPtr column = arguments.ColumnAt(i);
  if (column->type() != ColumnType::kCategorical) {
    arguments.Fail(i, "must be a categorical column, not one of type " +
                          std::string(ColumnTypeName(column->type())));
  }
  return column;
}

int64_t CodeOf(const Arguments& arguments, const Column& column, size_t i) {
  const std::string& level = arguments.Text(i);
  const int64_t code = column.domain()->Find(level);
  if (code < 0) {
    std::string message = "must be a level of the column; '" + Printable(level) + "' is none";
    const std::string nearest = NearestWord(level, column.domain()->levels());
    if (!nearest.empty()) message += "; did you mean '" + Printable(nearest) + "'?";
    arguments.Fail(i, message);
  }
  return code;
}

ColumnPtr WithDomain(const Column& column, DomainPtr domain) {
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c < column.chunks(); ++c) chunks.push_back(column.chunk_ptr(c));
  return std::make_shared<const Column>(ColumnType::kCategorical, std::move(chunks),
                                        std::move(domain));
}

// order[k] is the old code of the new code k.
ColumnPtr Reordered(const Layout& layout, const Column& column, Evaluator& evaluator,
                    const std::vector<size_t>& order) {
  std::vector<std::string> levels;
  std::vector<int64_t> map(order.size());
  for (size_t k = 0; k < order.size(); ++k) {
    levels.push_back(column.domain()->levels()[order[k]]);
    map[order[k]] = static_cast<int64_t>(k);
  }
  std::vector<ChunkPtr> chunks(layout.chunks());
  ForEachChunk(layout, evaluator,
               [&](size_t chunk) { chunks[chunk] = RemapCodes(column.chunk(chunk), map); });
  return std::make_shared<const Column>(ColumnType::kCategorical, std::move(chunks),
                                        std::make_shared<const Domain>(std::move(levels)));
}

Value OneColumn(const Arguments& arguments, ColumnPtr column) {
  const FramePtr frame = arguments.FrameAt(0);
  return Frame(frame->layout_ptr(), frame->names(), {std::move(column)});
}

// (f column in_place …): the name that holds the frame gets the new one.
Value MaybeInPlace(const Arguments& arguments, Evaluator& evaluator, bool in_place,
                   ColumnPtr column) {
  Value value = OneColumn(arguments, std::move(column));
  const auto* named = arguments[0].As<NamedFrame>();
  if (!in_place || named == nullptr || named->name.empty()) return value;
  ReplaceFrame(evaluator.catalog(), named->name, evaluator.OwnPart(value.As<NamedFrame>()->frame));
  return NamedFrame{value.As<NamedFrame>()->frame, named->name};
}

void CheckLevels(const Arguments& arguments, size_t i, const std::vector<std::string>& levels) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& level : levels) {
    if (!seen.insert(level).second) {
      arguments.Fail(i, "would give the level '" + Printable(level) + "' twice");
    }
  }
}

}  // namespace

Value Levels(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  size_t most = 0;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const DomainPtr& domain = frame->column(c).domain();
    if (domain) most = std::max(most, domain->size());
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(most));
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    names.push_back("C" + std::to_string(c + 1));
    const DomainPtr& domain = frame->column(c).domain();
    if (!domain) {
      columns.push_back(ConstantColumn(*layout, kMissingReal));
      continue;
    }
    columns.push_back(MakeIntegers(*layout, evaluator, ColumnType::kCategorical, domain,
                                   [&](size_t chunk, std::span<int64_t> out) {
                                     int64_t code = layout->ChunkStart(chunk);
                                     for (int64_t& cell : out) {
                                       cell = code < static_cast<int64_t>(domain->size())
                                                  ? code
                                                  : kMissingInt;
                                       ++code;
                                     }
                                   }));
  }
  return Frame(layout, std::move(names), std::move(columns));
}

Value Relevel(const Arguments& arguments, Evaluator& evaluator) {
  const ColumnPtr column = FactorAt(arguments, 0);
  const auto first = static_cast<size_t>(CodeOf(arguments, *column, 1));
  std::vector<size_t> order = {first};
  for (size_t code = 0; code < column->domain()->size(); ++code) {
    if (code != first) order.push_back(code);
  }
  return OneColumn(arguments, Reordered(arguments.FrameAt(0)->layout(), *column, evaluator, order));
}

// (relevel.by.freq frame weights top): the most frequent levels first; with top only so many of
// them move to the front.
Value RelevelByFrequency(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const Column* weights = nullptr;
  if (!arguments.Nothing(1)) {
    weights = &frame->column(frame->IndexOf(arguments.Text(1)));
    if (!IsNumeric(weights->type())) arguments.Fail(1, "must name a column of numbers");
  }
  const int64_t top = arguments.size() > 2 ? arguments.Whole(2) : -1;
  return MapColumns(arguments, evaluator, [&](const Layout& layout, const ColumnPtr& column) {
    if (column->type() != ColumnType::kCategorical) return column;
    const size_t count = column->domain()->size();
    std::vector<double> frequency(count);
    const ChunkRange own = OwnChunks(layout, evaluator);
    // Weights are added in the order of the rows, so that one rank and several get the same sums.
    SumInTurn(layout, evaluator, frequency, [&] {
      for (size_t chunk = own.begin; chunk < own.end; ++chunk) {
        const auto codes = ChunkCells<int64_t>(*column, chunk);
        std::vector<double> weight(codes.size(), 1);
        if (weights != nullptr) weights->chunk(chunk).Decode(0, std::span(weight));
        for (size_t i = 0; i < codes.size(); ++i) {
          if (codes[i] != kMissingInt && !(weight[i] != weight[i])) {
            frequency[static_cast<size_t>(codes[i])] += weight[i];
          }
        }
      }
    });
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return frequency[a] > frequency[b]; });
    if (top >= 0 && static_cast<size_t>(top) < count) {
      std::sort(order.begin() + top, order.end());
    }
    return Reordered(layout, *column, evaluator, order);
  });
}

Value SetLevel(const Arguments& arguments, Evaluator& evaluator) {
  const ColumnPtr column = FactorAt(arguments, 0);
  const int64_t code = CodeOf(arguments, *column, 1);
  return OneColumn(arguments,
                   MakeIntegers(arguments.FrameAt(0)->layout(), evaluator, ColumnType::kCategorical,
                                column->domain(), [&](size_t /*chunk*/, std::span<int64_t> out) {
                                  std::fill(out.begin(), out.end(), code);
                                }));
}

// (setDomain column in_place levels); no levels: those that no cell has are dropped.
Value SetDomain(const Arguments& arguments, Evaluator& evaluator) {
  const ColumnPtr column = FactorAt(arguments, 0);
  const bool in_place = arguments.Flag(1);
  if (arguments.Nothing(2)) {
    const Layout& layout = arguments.FrameAt(0)->layout();
    std::string used(column->domain()->size(), '\0');
    const ChunkRange own = OwnChunks(layout, evaluator);
    for (size_t chunk = own.begin; chunk < own.end; ++chunk) {
      for (const int64_t code : ChunkCells<int64_t>(*column, chunk)) {
        if (code != kMissingInt) used[static_cast<size_t>(code)] = 1;
      }
    }
    if (layout.ranks() > 1) {
      for (const std::string& theirs : FromAllRanks(used, evaluator)) {
        for (size_t code = 0; code < used.size(); ++code) used[code] |= theirs[code];
      }
    }
    std::vector<std::string> kept;
    std::vector<int64_t> map(used.size());
    for (size_t code = 0; code < used.size(); ++code) {
      map[code] = static_cast<int64_t>(kept.size());
      if (used[code] != 0) kept.push_back(column->domain()->levels()[code]);
    }
    std::vector<ChunkPtr> chunks(layout.chunks());
    ForEachChunk(layout, evaluator,
                 [&](size_t chunk) { chunks[chunk] = RemapCodes(column->chunk(chunk), map); });
    return MaybeInPlace(
        arguments, evaluator, in_place,
        std::make_shared<const Column>(ColumnType::kCategorical, std::move(chunks),
                                       std::make_shared<const Domain>(std::move(kept))));
  }
  std::vector<std::string> levels = arguments.Texts(2);
  if (levels.size() != column->domain()->size()) {
    arguments.Fail(2, "must be " + std::to_string(column->domain()->size()) + " levels, not " +
                          std::to_string(levels.size()));
  }
  CheckLevels(arguments, 2, levels);
  return MaybeInPlace(arguments, evaluator, in_place,
                      WithDomain(*column, std::make_shared<const Domain>(std::move(levels))));
}

Value AppendLevels(const Arguments& arguments, Evaluator& evaluator) {
  const ColumnPtr column = FactorAt(arguments, 0);
  std::vector<std::string> levels = column->domain()->levels();
  for (const std::string& level : arguments.Texts(2)) levels.push_back(level);
  CheckLevels(arguments, 2, levels);
  return MaybeInPlace(arguments, evaluator, arguments.Flag(1),
                      WithDomain(*column, std::make_shared<const Domain>(std::move(levels))));
}

}  // namespace thalweg::internal
