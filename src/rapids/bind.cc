// Frames side by side and one below the other.
#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/recut_over_ranks.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/selection.h"

namespace thalweg::internal {
namespace {

std::string NumberText(double number) {
  std::string text = std::to_string(number);
  if (number == std::floor(number) && std::abs(number) < 1e7) {
    text = std::to_string(static_cast<int64_t>(number)) + ".0";
  }
  return text;
}

// The levels of all, those of the first first, then new ones in their order; sorted if all are.
DomainPtr JoinDomains(const std::vector<const Column*>& columns,
                      std::vector<std::vector<int64_t>>* maps) {
  std::vector<std::string> levels;
  bool sorted = true;
  for (const Column* column : columns) {
    const auto& own = column->domain()->levels();
    sorted = sorted && std::is_sorted(own.begin(), own.end());
    levels.insert(levels.end(), own.begin(), own.end());
  }
  std::unordered_map<std::string_view, int64_t> codes;
  std::vector<std::string> joined;
  if (sorted) std::sort(levels.begin(), levels.end());
  for (const std::string& level : levels) {
    if (codes.emplace(level, static_cast<int64_t>(joined.size())).second) joined.push_back(level);
  }
  for (const Column* column : columns) {
    std::vector<int64_t> map;
    for (const std::string& level : column->domain()->levels()) map.push_back(codes.at(level));
    maps->push_back(std::move(map));
  }
  return std::make_shared<const Domain>(std::move(joined));
}

// One column below the other. All are of one type, or numbers.
ColumnPtr Stack(const std::vector<const Column*>& columns, Evaluator& evaluator) {
  std::vector<ChunkPtr> chunks;
  ColumnType type = columns.front()->type();
  for (const Column* column : columns) {
    if (column->type() == ColumnType::kReal) type = ColumnType::kReal;
    for (size_t c = 0; c < column->chunks(); ++c) chunks.push_back(column->chunk_ptr(c));
  }
  if (type != ColumnType::kCategorical) {
    return std::make_shared<const Column>(type, std::move(chunks));
  }
  const auto same = [&](const Column* column) {
    return column->domain()->levels() == columns.front()->domain()->levels();
  };
  if (std::all_of(columns.begin(), columns.end(), same)) {
    return std::make_shared<const Column>(type, std::move(chunks), columns.front()->domain());
  }
  std::vector<std::vector<int64_t>> maps;
  DomainPtr domain = JoinDomains(columns, &maps);
  std::vector<size_t> owner;
  for (size_t k = 0; k < columns.size(); ++k) owner.resize(owner.size() + columns[k]->chunks(), k);
  evaluator.pool().Run(chunks.size(), [&](size_t c, size_t /*thread*/) {
    // Null: another rank's.
    if (chunks[c]) chunks[c] = RemapCodes(*chunks[c], maps[owner[c]]);
  });
  return std::make_shared<const Column>(type, std::move(chunks), std::move(domain));
}

bool Stackable(ColumnType a, ColumnType b) {
  const auto number = [](ColumnType type) {
    return type == ColumnType::kReal || type == ColumnType::kInteger;
  };
  return a == b || (number(a) && number(b));
}

bool AllMissing(const Frame& frame, size_t column, Evaluator& evaluator) {
  return MissingCells(frame.layout(), frame.column(column), evaluator) == frame.rows();
}

// Columns whose chunks lie where those of `frames` do, one frame below the other: shared out anew.
Frame SharedOutBelow(const std::vector<FramePtr>& frames, const Layout& cuts,
                     const std::vector<ColumnPtr>& columns, Evaluator& evaluator) {
  Communicator& ranks = evaluator.context().ranks;
  std::vector<uint32_t> holders;
  for (const FramePtr& frame : frames) {
    const Layout& own = frame->layout();
    for (size_t c = 0; c < own.chunks(); ++c) {
      holders.push_back(own.ranks() == 1 ? kEverywhere : static_cast<uint32_t>(own.OwnerOf(c)));
    }
  }
  std::vector<std::vector<ChunkPtr>> chunks;
  for (const ColumnPtr& column : columns) {
    chunks.emplace_back();
    for (size_t c = 0; c < column->chunks(); ++c) chunks.back().push_back(column->chunk_ptr(c));
  }
  const LayoutPtr layout = SharedOut(cuts, ranks);
  auto moved = MoveChunks(chunks, holders, *layout, ranks);
  std::vector<ColumnPtr> placed;
  for (size_t i = 0; i < columns.size(); ++i) {
    placed.push_back(std::make_shared<const Column>(columns[i]->type(), std::move(moved[i]),
                                                    columns[i]->domain()));
  }
  return Frame(layout, frames.front()->names(), std::move(placed));
}

}  // namespace

Value ColumnBind(const Arguments& arguments, Evaluator& /*evaluator*/) {
  FramePtr first;
  for (size_t i = 0; i < arguments.size() && !first; ++i) {
    if (arguments[i].Is<NamedFrame>() || arguments[i].Is<EachRow>()) first = arguments.FrameAt(i);
  }
  const LayoutPtr layout = first ? first->layout_ptr() : NewLayout(1);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  bool each_row = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].Is<NamedFrame>() && !arguments[i].Is<EachRow>()) {
      const double number = arguments.Number(i);
      names.push_back(NumberText(number));
      columns.push_back(ConstantColumn(*layout, number));
      continue;
    }
    each_row = each_row || arguments.EachRowAt(i);
    const FramePtr frame = arguments.FrameAt(i);
    if (frame->columns() == 0) continue;
    if (frame->rows() != layout->rows()) {
      arguments.Fail(i, "must have as many rows as the first: " + std::to_string(layout->rows()) +
                            ", not " + std::to_string(frame->rows()));
    }
    const Frame cut = Frame(layout, {}, {}).Bind(*frame);
    for (size_t c = 0; c < cut.columns(); ++c) {
      names.push_back(cut.name(c));
      columns.push_back(cut.column_ptr(c));
    }
  }
  auto bound = std::make_shared<const Frame>(layout, UniqueNames(names), std::move(columns));
  if (each_row) return EachRow{std::move(bound)};
  return NamedFrame{std::move(bound), {}};
}

Value RowBind(const Arguments& arguments, Evaluator& evaluator) {
  std::vector<FramePtr> frames;
  for (size_t i = 0; i < arguments.size(); ++i) frames.push_back(arguments.FrameAt(i));
  if (frames.empty()) return Frame(NewLayout(0), {}, {});
  const Frame& first = *frames.front();
  std::vector<int64_t> starts = {0};
  for (size_t i = 0; i < frames.size(); ++i) {
    const Frame& frame = *frames[i];
    if (frame.columns() != first.columns()) {
      arguments.Fail(
          i, "must have as many columns as the first frame: " + std::to_string(first.columns()) +
                 ", not " + std::to_string(frame.columns()));
    }
    if (frame.names() != first.names()) {
      arguments.Fail(i, "must have the same column names as the first frame");
    }
    for (size_t c = 0; c < frame.layout().chunks(); ++c) {
      starts.push_back(starts.back() + frame.layout().ChunkRows(c));
    }
  }
  const auto layout = std::make_shared<const Layout>(starts);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < first.columns(); ++c) {
    std::vector<const Column*> parts;
    // A column without any cell takes the type of the others.
    const Column* typed = &first.column(c);
    for (const FramePtr& frame : frames) {
      if (!AllMissing(*frame, c, evaluator)) {
        typed = &frame->column(c);
        break;
      }
    }
    std::vector<ColumnPtr> kept;
    for (size_t i = 0; i < frames.size(); ++i) {
      const Column& column = frames[i]->column(c);
      if (Stackable(column.type(), typed->type())) {
        parts.push_back(&column);
        continue;
      }
      if (!AllMissing(*frames[i], c, evaluator)) {
        arguments.Fail(i, "has a column '" + Printable(first.name(c)) + "' of type " +
                              std::string(ColumnTypeName(column.type())) +
                              ", which does not fit to " +
                              std::string(ColumnTypeName(typed->type())));
      }
      const Layout& own = frames[i]->layout();
      if (typed->type() == ColumnType::kString) {
        kept.push_back(MakeStrings(own, evaluator, [&](size_t chunk, StringCells& cells) {
          for (int64_t r = 0; r < own.ChunkRows(chunk); ++r) cells.AddMissing();
        }));
      } else if (typed->type() == ColumnType::kUuid) {
        std::vector<ChunkPtr> chunks(own.chunks());
        ForEachChunk(own, evaluator, [&](size_t k) {
          chunks[k] =
              EncodeUuids(std::vector<Uuid>(static_cast<size_t>(own.ChunkRows(k)), kMissingUuid));
        });
        kept.push_back(std::make_shared<const Column>(ColumnType::kUuid, std::move(chunks)));
      } else {
        kept.push_back(MakeIntegers(own, evaluator, typed->type(), typed->domain(),
                                    [](size_t /*chunk*/, std::span<int64_t> cells) {
                                      std::fill(cells.begin(), cells.end(), kMissingInt);
                                    }));
      }
      parts.push_back(kept.back().get());
    }
    columns.push_back(Stack(parts, evaluator));
  }
  for (const FramePtr& frame : frames) {
    if (frame->layout().ranks() > 1) return SharedOutBelow(frames, *layout, columns, evaluator);
  }
  return Frame(layout, first.names(), std::move(columns));
}

}  // namespace thalweg::internal
