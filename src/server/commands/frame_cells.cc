#include "server/commands/frame_cells.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "mapreduce/quantiles.h"
#include "mapreduce/rollup_cache.h"
#include "mapreduce/visit_cells.h"
#include "server/commands/arguments.h"
#include "server/commands/versioned_frame.h"
#include "server/schemas/meta.h"
#include "server/schemas/wire_csv.h"

namespace thalweg {
namespace {

// The chunks begin … end-1 that this rank holds.
struct ChunkRange {
  size_t begin = 0;
  size_t end = 0;
};

ChunkRange OwnChunks(const Frame& frame, const Communicator& ranks) {
  const Layout& layout = frame.layout();
  if (layout.ranks() == 1) return {0, ranks.rank() == 0 ? layout.chunks() : 0};
  const auto rank = static_cast<size_t>(ranks.rank());
  return {layout.FirstChunkOf(rank), layout.FirstChunkOf(rank + 1)};
}

void MakeUpperCase(std::string& hex) {
  for (char& c : hex) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
}

JsonArray CellsOf(const Frame& frame, size_t column, int64_t begin, int64_t end) {
  JsonArray cells;
  const auto count = static_cast<size_t>(end - begin);
  cells.reserve(count);
  const ColumnType type = frame.column(column).type();
  if (!IsNumeric(type)) {
    CellReader reader(frame, column);
    reader.Read(begin, end);
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      if (reader.Missing(i)) {
        cells.emplace_back(nullptr);
        continue;
      }
      text.clear();
      reader.Append(i, text);
      if (type == ColumnType::kUuid) MakeUpperCase(text);
      cells.emplace_back(text);
    }
    return cells;
  }
  std::vector<double> numbers(count);
  ReadCells(frame, column, begin, std::span<double>(numbers));
  for (const double number : numbers) cells.push_back(WireNumber(number));
  return cells;
}

std::vector<size_t> PositionsOf(const Json& arguments, const Frame& frame) {
  std::vector<size_t> positions;
  for (const Json& position : arguments.at("columns").as_array()) {
    positions.push_back(position.to_number<size_t>());
    Check(positions.back() < frame.columns(), "a position in the frame");
  }
  return positions;
}

// Adds what other ranks have of each column behind this one's, in the order of the ranks.
JsonArray GatherColumns(const JsonArray& own, Communicator& ranks) {
  JsonArray columns(own.size(), JsonArray());
  for (const std::string& text : ranks.AllGather(boost::json::serialize(own))) {
    const Json parsed = ParseJson(text, "cells");
    const JsonArray& part = parsed.as_array();
    for (size_t i = 0; i < columns.size(); ++i) {
      JsonArray& column = columns[i].as_array();
      const JsonArray& cells = part[i].as_array();
      column.insert(column.end(), cells.begin(), cells.end());
    }
  }
  return columns;
}

// Whether all cells of each column are integers, on any rank.
std::vector<bool> IntegralColumns(const Frame& frame, const ChunkRange& own, Communicator& ranks) {
  std::vector<int64_t> others(frame.columns());
  for (size_t c = 0; c < frame.columns(); ++c) {
    const Column& column = frame.column(c);
    for (size_t i = own.begin; i < own.end && IsNumeric(column.type()) && others[c] == 0; ++i) {
      others[c] = column.chunk(i).integral() ? 0 : 1;
    }
  }
  ranks.AllReduceSum(std::span<int64_t>(others));
  std::vector<bool> integral;
  for (const int64_t count : others) integral.push_back(count == 0);
  return integral;
}

}  // namespace

Json FrameCellsCommand(const Json& arguments, CommandContext& context) {
  const auto frame = context.catalog.GetFrame(TextOf(arguments, "frame"));
  const std::vector<size_t> columns = PositionsOf(arguments, *frame);
  auto begin = arguments.at("begin").to_number<int64_t>();
  auto end = arguments.at("end").to_number<int64_t>();
  Check(0 <= begin && begin <= end && end <= frame->rows(), "rows of the frame");
  if (context.ranks.size() > 1) {
    const ChunkRange own = OwnChunks(*frame, context.ranks);
    const Layout& layout = frame->layout();
    const int64_t first =
        own.begin < layout.chunks() ? layout.ChunkStart(own.begin) : frame->rows();
    const int64_t last = own.end < layout.chunks() ? layout.ChunkStart(own.end) : frame->rows();
    begin = std::clamp(begin, first, std::max(first, last));
    end = std::clamp(end, begin, std::max(begin, last));
  }
  // As numbers of JSON, then as text.
  constexpr double kCellBytes = 48;
  RequireMemory(static_cast<double>(end - begin) * static_cast<double>(columns.size()) * kCellBytes,
                "these rows of " + Printable(TextOf(arguments, "frame")) + " as JSON");
  JsonArray cells(columns.size(), nullptr);
  const auto read = [&](size_t i) { cells[i] = CellsOf(*frame, columns[i], begin, end); };
  // A page of some rows is not worth waking threads for.
  constexpr int64_t kManyCells = 100'000;
  if ((end - begin) * static_cast<int64_t>(columns.size()) > kManyCells) {
    context.pool.Run(columns.size(), [&](size_t i, size_t) { read(i); });
  } else {
    for (size_t i = 0; i < columns.size(); ++i) read(i);
  }
  if (context.ranks.size() == 1) return cells;
  return GatherColumns(cells, context.ranks);
}

Json SummarizeColumnsCommand(const Json& arguments, CommandContext& context) {
  const auto frame = context.catalog.GetFrame(TextOf(arguments, "frame"));
  std::vector<ColumnPtr> columns;
  for (const size_t position : PositionsOf(arguments, *frame)) {
    columns.push_back(frame->column_ptr(position));
  }
  const ChunkRange own = OwnChunks(*frame, context.ranks);
  std::vector<ColumnPart> wholes = MeasureColumns(columns, own.begin, own.end, context.pool);
  if (context.ranks.size() > 1) {
    const size_t bytes = wholes.size() * sizeof(ColumnPart);
    const std::vector<std::string> parts = context.ranks.AllGather(
        std::string_view(reinterpret_cast<const char*>(wholes.data()), bytes));
    wholes.assign(columns.size(), ColumnPart());
    std::vector<ColumnPart> part(columns.size());
    for (const std::string& text : parts) {
      Check(text.size() == bytes, "as many columns on every rank");
      std::memcpy(part.data(), text.data(), bytes);
      for (size_t i = 0; i < part.size(); ++i) Join(part[i], &wholes[i]);
    }
  }
  if (context.ranks.rank() == 0) {
    for (size_t i = 0; i < columns.size(); ++i) {
      RollupCache::Shared().Put(columns[i], Summarize(wholes[i]));
    }
  }
  return nullptr;
}

Json ColumnDetailCommand(const Json& arguments, CommandContext& context) {
  const auto frame = context.catalog.GetFrame(TextOf(arguments, "frame"));
  const auto position = arguments.at("column").to_number<size_t>();
  Check(position < frame->columns(), "a position in the frame");
  const Column& column = frame->column(position);
  const double base = arguments.at("base").to_number<double>();
  const double stride = arguments.at("stride").to_number<double>();
  const auto bins = arguments.at("bins").to_number<size_t>();
  const ChunkRange own = OwnChunks(*frame, context.ranks);
  std::vector<std::vector<int64_t>> counts(context.pool.size(), std::vector<int64_t>(bins));
  context.pool.Run(own.end - own.begin, [&](size_t task, size_t thread) {
    std::vector<int64_t>& mine = counts[thread];
    const auto add = [&](double cell, uint64_t times) {
      if (!std::isfinite(cell) || bins == 0) return;
      const double at = std::floor((cell - base) / stride);
      const size_t bin = at <= 0 ? 0 : std::min(static_cast<size_t>(at), bins - 1);
      mine[bin] += static_cast<int64_t>(times);
    };
    internal::VisitCells(column.chunk(own.begin + task), add, [&](std::span<double> cells) {
      for (const double cell : cells) add(cell, 1);
    });
  });
  for (size_t t = 1; t < counts.size(); ++t) {
    for (size_t b = 0; b < bins; ++b) counts[0][b] += counts[t][b];
  }
  context.ranks.AllReduceSum(std::span<int64_t>(counts[0]));
  std::vector<double> probabilities;
  for (const Json& p : arguments.at("probabilities").as_array()) {
    probabilities.push_back(p.to_number<double>());
  }
  std::vector<double> percentiles;
  if (!probabilities.empty()) {
    percentiles = ComputeQuantiles(*frame, position, probabilities, context.pool,
                                   QuantileMethod::kInterpolate, &context.ranks);
  }
  JsonArray histogram;
  for (const int64_t count : counts[0]) histogram.emplace_back(count);
  JsonArray quantiles;
  for (const double quantile : percentiles) quantiles.push_back(WireNumber(quantile));
  return JsonObject{{"histogram", std::move(histogram)}, {"percentiles", std::move(quantiles)}};
}

Json CsvTextCommand(const Json& arguments, CommandContext& context) {
  const std::shared_ptr<const Frame> frame = VersionedFrame(arguments, context.catalog);
  // The text of two frames must not be mixed.
  if (!frame) throw UserError("the frame was replaced or removed while it was sent");
  internal::CsvStyle style = WireCsvStyle();
  style.double_quotes = arguments.at("double_quotes").as_bool();
  const ChunkRange own = OwnChunks(*frame, context.ranks);
  style.integral = IntegralColumns(*frame, own, context.ranks);
  const internal::CsvBlocks blocks(*frame, style);
  const auto begin = arguments.at("begin").to_number<size_t>();
  const auto end = arguments.at("end").to_number<size_t>();
  std::vector<size_t> mine;
  for (size_t b = 0; b < blocks.size(); ++b) {
    const size_t chunk = blocks.ChunkOf(b);
    const bool here = chunk >= own.begin && chunk < own.end;
    if (here && chunk >= begin && chunk < end) mine.push_back(b);
  }
  std::vector<std::string> texts(mine.size());
  context.pool.Run(mine.size(), [&](size_t i, size_t) { blocks.Append(mine[i], texts[i]); });
  std::string text;
  if (begin == 0 && context.ranks.rank() == 0) text = blocks.Header();
  for (const std::string& block : texts) text += block;
  std::string whole;
  for (const std::string& part : context.ranks.AllGather(text)) whole += part;
  return Json(whole);
}

}  // namespace thalweg
