#include "ingest/writers/csv_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/fields.h"
#include "frame/cell_text.h"
#include "ingest/parse.h"

namespace thalweg::internal {
namespace {

constexpr size_t kCellsPerBlock = size_t{1} << 18;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Whether a reader with its default options would take the bare text for something else.
bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  if (text.find_first_of(",\"\r\n") != std::string_view::npos) return true;
  if (IsBlank(text.front()) || IsBlank(text.back()) || text.front() == '#') return true;
  // No missing-value string is longer than 4 bytes.
  static const ParseOptions defaults;
  return text.size() <= 4 && std::find(defaults.na_strings.begin(), defaults.na_strings.end(),
                                       text) != defaults.na_strings.end();
}

void AppendText(std::string_view text, std::string& out) {
  if (!NeedsQuotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void AppendReal(double cell, std::string& out) {
  // Most real cells of data are short; integers have a way of their own.
  if (std::abs(cell) < 1e15 && cell == std::floor(cell) && !(cell == 0 && std::signbit(cell))) {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), static_cast<int64_t>(cell));
  } else {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), cell);
  }
}

// The cells of a column in some rows of one chunk, decoded.
class ColumnCells {
 public:
  ColumnCells(const Column& column, size_t chunk, size_t begin, size_t rows) : column_(column) {
    const Chunk& cells = column.chunk(chunk);
    switch (column.type()) {
      case ColumnType::kReal:
        Decode<double>(cells, begin, rows);
        break;
      case ColumnType::kString:
        Decode<std::string_view>(cells, begin, rows);
        break;
      case ColumnType::kUuid:
        Decode<Uuid>(cells, begin, rows);
        break;
      case ColumnType::kInteger:
      case ColumnType::kCategorical:
      case ColumnType::kTime:
        Decode<int64_t>(cells, begin, rows);
        break;
    }
  }

  void Append(size_t row, std::string& out) const {
    switch (column_.type()) {
      case ColumnType::kReal: {
        const double cell = std::get<std::vector<double>>(cells_)[row];
        if (!std::isnan(cell)) AppendReal(cell, out);
        break;
      }
      case ColumnType::kString: {
        const std::string_view cell = std::get<std::vector<std::string_view>>(cells_)[row];
        if (cell.data() != nullptr) AppendText(cell, out);
        break;
      }
      case ColumnType::kUuid: {
        const Uuid& cell = std::get<std::vector<Uuid>>(cells_)[row];
        if (cell != kMissingUuid) AppendUuid(cell, out);
        break;
      }
      case ColumnType::kInteger:
      case ColumnType::kCategorical:
      case ColumnType::kTime: {
        const int64_t cell = std::get<std::vector<int64_t>>(cells_)[row];
        if (cell != kMissingInt) AppendInteger(cell, out);
        break;
      }
    }
  }

 private:
  template <class Cell>
  void Decode(const Chunk& chunk, size_t begin, size_t rows) {
    std::vector<Cell>& cells = cells_.emplace<std::vector<Cell>>(rows);
    chunk.Decode(begin, std::span<Cell>(cells));
  }
  void AppendInteger(int64_t cell, std::string& out) const {
    if (column_.type() == ColumnType::kCategorical) {
      AppendText(column_.domain()->levels()[static_cast<size_t>(cell)], out);
    } else if (column_.type() == ColumnType::kTime) {
      out += TimeText(cell);
    } else {
      fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), cell);
    }
  }
  static void AppendUuid(const Uuid& cell, std::string& out) {
    fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", cell.high >> 32,
                   cell.high >> 16 & 0xffff, cell.high & 0xffff, cell.low >> 48,
                   cell.low & 0xffffffffffff);
  }

  const Column& column_;
  std::variant<std::vector<double>, std::vector<int64_t>, std::vector<std::string_view>,
               std::vector<Uuid>>
      cells_;
};

struct Block {
  size_t chunk;
  size_t begin;
  size_t rows;
};

std::string FormatBlock(const Frame& frame, const Block& block) {
  std::vector<ColumnCells> columns;
  columns.reserve(frame.columns());
  for (size_t i = 0; i < frame.columns(); ++i) {
    columns.emplace_back(frame.column(i), block.chunk, block.begin, block.rows);
  }
  std::string out;
  out.reserve(block.rows * frame.columns() * 6);
  for (size_t row = 0; row < block.rows; ++row) {
    const size_t line = out.size();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += ',';
      columns[i].Append(row, out);
    }
    // A missing cell alone would be an empty line, which readers skip.
    if (out.size() == line) out += "NA";
    out += '\n';
  }
  return out;
}

std::string FormatHeader(const Frame& frame) {
  std::string out;
  for (size_t i = 0; i < frame.columns(); ++i) {
    if (i > 0) out += ',';
    AppendText(frame.name(i), out);
  }
  return out + '\n';
}

std::string GzipMember(std::string_view text) {
  z_stream stream = {};
  constexpr int kGzipWindow = 15 + 16;
  Check(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                     Z_DEFAULT_STRATEGY) == Z_OK,
        "zlib starts");
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  Check(status == Z_STREAM_END, "zlib ends the member");
  return out;
}

}  // namespace

void WriteCsv(const Frame& frame, bool gzip, const std::function<void(std::string_view)>& write,
              ThreadPool& pool, const WorkContext& context) {
  const std::string header = FormatHeader(frame);
  write(gzip ? GzipMember(header) : header);
  const size_t rows_per_block =
      std::max<size_t>(kCellsPerBlock / std::max<size_t>(frame.columns(), 1), 1);
  std::vector<Block> blocks;
  for (size_t chunk = 0; chunk < frame.layout().chunks(); ++chunk) {
    const auto rows = static_cast<size_t>(frame.layout().ChunkRows(chunk));
    for (size_t begin = 0; begin < rows; begin += rows_per_block) {
      blocks.push_back({chunk, begin, std::min(rows_per_block, rows - begin)});
    }
  }
  std::vector<std::string> texts(4 * pool.size());
  for (size_t first = 0; first < blocks.size(); first += texts.size()) {
    context.ThrowIfCancelled();
    const size_t count = std::min(texts.size(), blocks.size() - first);
    pool.Run(count, [&](size_t task, size_t) {
      texts[task] = FormatBlock(frame, blocks[first + task]);
      if (gzip) texts[task] = GzipMember(texts[task]);
    });
    for (size_t i = 0; i < count; ++i) write(texts[i]);
    context.Report(static_cast<double>(first + count) / static_cast<double>(blocks.size()),
                   "writing");
  }
}

}  // namespace thalweg::internal
