#include "ingest/writers/csv_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/fields.h"
#include "frame/cell_text.h"
#include "ingest/parse.h"

namespace thalweg::internal {
namespace {

constexpr size_t kCellsPerBlock = size_t{1} << 18;

// Formatted text. Room is made before cells are written into it.
class Text {
 public:
  // Where the next `bytes` bytes may be written; call Advance with the end of what was.
  char* Reserve(size_t bytes) {
    if (size_ + bytes > bytes_.size()) bytes_.resize(std::max(2 * bytes_.size(), size_ + bytes));
    return bytes_.data() + size_;
  }
  void Advance(const char* end) { size_ = static_cast<size_t>(end - bytes_.data()); }
  void Append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(Reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void Append(char c) {
    *Reserve(1) = c;
    ++size_;
  }
  size_t size() const { return size_; }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::vector<char> bytes_;
  size_t size_ = 0;
};

constexpr std::array<bool, 256> MakeSpecial() {
  std::array<bool, 256> special{};
  for (const char c : {',', '"', '\r', '\n'}) special[static_cast<unsigned char>(c)] = true;
  return special;
}
constexpr std::array<bool, 256> kSpecial = MakeSpecial();

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Whether a reader with its default options would take the bare text for something else.
bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  bool special = false;
  for (const char c : text) special |= kSpecial[static_cast<unsigned char>(c)];
  if (special || IsBlank(text.front()) || IsBlank(text.back()) || text.front() == '#') return true;
  // No missing-value string is longer than 4 bytes.
  static const ParseOptions defaults;
  return text.size() <= 4 && std::find(defaults.na_strings.begin(), defaults.na_strings.end(),
                                       text) != defaults.na_strings.end();
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void AppendText(std::string_view text, Text& out) {
  if (NeedsQuotes(text)) {
    out.Append(Quoted(text));
  } else {
    out.Append(text);
  }
}

// No number is longer.
constexpr size_t kNumberRoom = 32;

void AppendInteger(int64_t cell, Text& out) {
  char* begin = out.Reserve(kNumberRoom);
  out.Advance(std::to_chars(begin, begin + kNumberRoom, cell).ptr);
}

void AppendReal(double cell, Text& out) {
  // Integers, of which data have many, have a faster way.
  if (std::abs(cell) < 1e15 && cell == std::floor(cell) && !(cell == 0 && std::signbit(cell))) {
    return AppendInteger(static_cast<int64_t>(cell), out);
  }
  out.Advance(fmt::format_to(out.Reserve(kNumberRoom), FMT_COMPILE("{}"), cell));
}

void AppendUuid(const Uuid& cell, Text& out) {
  out.Advance(fmt::format_to(out.Reserve(40), FMT_COMPILE("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}"),
                             cell.high >> 32, cell.high >> 16 & 0xffff, cell.high & 0xffff,
                             cell.low >> 48, cell.low & 0xffffffffffff));
}

// As TimeText, but without a string; the day of the last cell is kept, as times often share it.
class TimeWriter {
 public:
  void Append(int64_t cell, Text& out) {
    constexpr int64_t kDay = 86'400'000;
    const int64_t day = cell / kDay - (cell % kDay < 0 ? 1 : 0);
    if (day != day_ || date_.empty()) {
      date_ = TimeText(day * kDay);
      date_.resize(date_.find('T') + 1);
      day_ = day;
    }
    out.Append(date_);
    const auto rest = static_cast<uint32_t>(cell - day * kDay);
    char* end = out.Reserve(16);
    end = TwoDigits(rest / 3'600'000, ':', end);
    end = TwoDigits(rest / 60'000 % 60, ':', end);
    const uint32_t fraction = rest % 1000;
    end = TwoDigits(rest / 1000 % 60, fraction == 0 ? 'Z' : '.', end);
    if (fraction != 0) {
      *end++ = static_cast<char>('0' + fraction / 100);
      end = TwoDigits(fraction % 100, 'Z', end);
    }
    out.Advance(end);
  }

 private:
  static char* TwoDigits(uint32_t value, char after, char* out) {
    *out++ = static_cast<char>('0' + value / 10);
    *out++ = static_cast<char>('0' + value % 10);
    *out++ = after;
    return out;
  }

  int64_t day_ = 0;
  std::string date_;
};

// The levels of each categorical column as they are written.
using LevelTexts = std::vector<std::vector<std::string>>;

LevelTexts MakeLevelTexts(const Frame& frame) {
  LevelTexts texts(frame.columns());
  for (size_t i = 0; i < frame.columns(); ++i) {
    if (frame.column(i).domain() == nullptr) continue;
    for (const std::string& level : frame.column(i).domain()->levels()) {
      texts[i].push_back(NeedsQuotes(level) ? Quoted(level) : level);
    }
  }
  return texts;
}

// The cells of a column in some rows of one chunk, decoded.
class ColumnCells {
 public:
  ColumnCells(const Column& column, const std::vector<std::string>& levels, size_t chunk,
              size_t begin, size_t rows)
      : type_(column.type()), levels_(levels) {
    const Chunk& cells = column.chunk(chunk);
    switch (type_) {
      case ColumnType::kReal:
        Decode(cells, begin, rows, reals_);
        break;
      case ColumnType::kString:
        Decode(cells, begin, rows, strings_);
        break;
      case ColumnType::kUuid:
        Decode(cells, begin, rows, uuids_);
        break;
      case ColumnType::kInteger:
      case ColumnType::kCategorical:
      case ColumnType::kTime:
        Decode(cells, begin, rows, integers_);
        break;
    }
  }

  void Append(size_t row, Text& out) {
    switch (type_) {
      case ColumnType::kReal:
        if (!std::isnan(reals_[row])) AppendReal(reals_[row], out);
        return;
      case ColumnType::kString:
        if (strings_[row].data() != nullptr) AppendText(strings_[row], out);
        return;
      case ColumnType::kUuid:
        if (uuids_[row] != kMissingUuid) AppendUuid(uuids_[row], out);
        return;
      case ColumnType::kInteger:
        if (integers_[row] != kMissingInt) AppendInteger(integers_[row], out);
        return;
      case ColumnType::kCategorical:
        if (integers_[row] != kMissingInt) {
          out.Append(levels_[static_cast<size_t>(integers_[row])]);
        }
        return;
      case ColumnType::kTime:
        if (integers_[row] != kMissingInt) times_.Append(integers_[row], out);
        return;
    }
  }

 private:
  template <class Cell>
  static void Decode(const Chunk& chunk, size_t begin, size_t rows, std::vector<Cell>& cells) {
    cells.resize(rows);
    chunk.Decode(begin, std::span<Cell>(cells));
  }

  ColumnType type_;
  const std::vector<std::string>& levels_;
  // One of them is used.
  std::vector<double> reals_;
  std::vector<int64_t> integers_;
  std::vector<std::string_view> strings_;
  std::vector<Uuid> uuids_;
  TimeWriter times_;
};

struct Block {
  size_t chunk;
  size_t begin;
  size_t rows;
};

Text FormatBlock(const Frame& frame, const LevelTexts& levels, const Block& block) {
  std::vector<ColumnCells> columns;
  columns.reserve(frame.columns());
  for (size_t i = 0; i < frame.columns(); ++i) {
    columns.emplace_back(frame.column(i), levels[i], block.chunk, block.begin, block.rows);
  }
  Text out;
  out.Reserve(block.rows * frame.columns() * 8);
  for (size_t row = 0; row < block.rows; ++row) {
    const size_t line = out.size();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out.Append(',');
      columns[i].Append(row, out);
    }
    // A missing cell alone would be an empty line, which readers skip.
    if (out.size() == line) out.Append("NA");
    out.Append('\n');
  }
  return out;
}

std::string FormatHeader(const Frame& frame) {
  Text out;
  for (size_t i = 0; i < frame.columns(); ++i) {
    if (i > 0) out.Append(',');
    AppendText(frame.name(i), out);
  }
  out.Append('\n');
  return std::string(out.view());
}

std::string GzipMember(std::string_view text) {
  z_stream stream = {};
  constexpr int kGzipWindow = 15 + 16;
  // Level 6, the default, takes about three times as long for files 6 % smaller.
  constexpr int kLevel = 3;
  Check(deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK,
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
  const LevelTexts levels = MakeLevelTexts(frame);
  std::vector<Text> texts(4 * pool.size());
  std::vector<std::string> members(gzip ? texts.size() : 0);
  for (size_t first = 0; first < blocks.size(); first += texts.size()) {
    context.ThrowIfCancelled();
    const size_t count = std::min(texts.size(), blocks.size() - first);
    pool.Run(count, [&](size_t task, size_t) {
      texts[task] = FormatBlock(frame, levels, blocks[first + task]);
      if (gzip) members[task] = GzipMember(texts[task].view());
    });
    for (size_t i = 0; i < count; ++i) write(gzip ? std::string_view(members[i]) : texts[i].view());
    context.Report(static_cast<double>(first + count) / static_cast<double>(blocks.size()),
                   "writing");
  }
}

}  // namespace thalweg::internal
