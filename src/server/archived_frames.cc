#include "server/archived_frames.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

#include "base/error.h"
#include "frame/chunk_builder.h"

namespace thalweg {
namespace {

constexpr int64_t kChunkRows = 65'536;

template <class T>
void AppendCells(const Frame& frame, size_t column, std::string& bytes) {
  static_assert(sizeof(T) == 8);
  std::vector<T> cells(static_cast<size_t>(std::min(kChunkRows, frame.rows())));
  for (int64_t begin = 0; begin < frame.rows(); begin += kChunkRows) {
    const auto count = static_cast<size_t>(std::min(kChunkRows, frame.rows() - begin));
    ReadCells(frame, column, begin, std::span(cells).first(count));
    bytes.append(reinterpret_cast<const char*>(cells.data()), count * sizeof(T));
  }
}

// Takes the cells of one chunk from the front of `bytes`, which has so many.
template <class T>
std::vector<T> TakeCells(size_t count, std::string_view& bytes) {
  std::vector<T> cells(count);
  std::memcpy(cells.data(), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
  return cells;
}

ChunkPtr TakeChunkOf(ColumnType type, size_t rows, size_t levels, std::string_view& bytes) {
  if (type == ColumnType::kReal) return EncodeReals(TakeCells<double>(rows, bytes));
  const std::vector<int64_t> cells = TakeCells<int64_t>(rows, bytes);
  if (type == ColumnType::kCategorical) {
    for (const int64_t code : cells) {
      const bool known = code >= 0 && static_cast<uint64_t>(code) < levels;
      if (!known && code != kMissingInt) throw UserError("a cell has a level that there is not");
    }
  }
  return EncodeIntegers(cells);
}

Frame ReadOne(const Json& head, std::string_view& bytes) {
  const auto rows = head.at("rows").to_number<int64_t>();
  const JsonArray& heads = head.at("columns").as_array();
  constexpr int64_t kMostRows = int64_t{1} << 48;
  if (rows < 0 || rows > kMostRows ||
      static_cast<uint64_t>(rows) * 8 > bytes.size() / std::max<size_t>(heads.size(), 1)) {
    throw UserError("a frame is cut off");
  }
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) starts.push_back(std::min(rows, starts.back() + kChunkRows));
  if (starts.size() == 1) starts.push_back(0);
  const auto layout = std::make_shared<const Layout>(starts);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (const Json& column : heads) {
    const auto type = static_cast<ColumnType>(column.at("type").to_number<uint8_t>());
    if (!IsNumeric(type)) throw UserError("a column is of no type that there is");
    DomainPtr domain;
    if (type == ColumnType::kCategorical) {
      domain = std::make_shared<const Domain>(
          boost::json::value_to<std::vector<std::string>>(column.at("levels")));
    }
    std::vector<ChunkPtr> chunks;
    for (size_t i = 0; i < layout->chunks(); ++i) {
      chunks.push_back(TakeChunkOf(type, static_cast<size_t>(layout->ChunkRows(i)),
                                   domain ? domain->size() : 0, bytes));
    }
    names.emplace_back(column.at("name").as_string());
    columns.push_back(std::make_shared<const Column>(type, std::move(chunks), std::move(domain)));
  }
  return Frame(layout, std::move(names), std::move(columns));
}

}  // namespace

ArchivedFrames ArchiveFrames(const NamedFrames& frames) {
  ArchivedFrames archived;
  JsonArray heads;
  for (const auto& [name, frame] : frames) {
    JsonArray columns;
    for (size_t c = 0; c < frame.columns(); ++c) {
      const Column& column = frame.column(c);
      Check(IsNumeric(column.type()), "predictions are numbers and levels");
      columns.push_back(
          JsonObject{{"name", frame.name(c)},
                     {"type", static_cast<int>(column.type())},
                     {"levels", column.domain() ? boost::json::value_from(column.domain()->levels())
                                                : Json()}});
      if (column.type() == ColumnType::kReal) {
        AppendCells<double>(frame, c, archived.cells);
      } else {
        AppendCells<int64_t>(frame, c, archived.cells);
      }
    }
    heads.push_back(JsonObject{{"name", name}, {"rows", frame.rows()}, {"columns", columns}});
  }
  archived.heads = std::move(heads);
  return archived;
}

NamedFrames ReadArchivedFrames(const Json& heads, std::string_view cells) {
  NamedFrames frames;
  for (const Json& head : heads.as_array()) {
    frames.emplace_back(std::string(head.at("name").as_string()), ReadOne(head, cells));
  }
  if (!cells.empty()) throw UserError("there are more cells than rows");
  return frames;
}

}  // namespace thalweg
