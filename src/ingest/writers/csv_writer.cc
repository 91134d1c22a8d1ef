#include "ingest/writers/csv_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fields.h"
#include "frame/cell_text.h"
#include "ingest/parse.h"

namespace thalweg::internal {
namespace {

constexpr size_t kCellsPerBlock = size_t{1} << 18;

// Formatted text behind what is in a string already. Room is made before cells are written into it.
class Text {
 public:
  explicit Text(std::string& bytes) : bytes_(bytes), size_(bytes.size()) {}
  ~Text() { bytes_.resize(size_); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

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

 private:
  std::string& bytes_;
  size_t size_;
};

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Whether a reader with its default options would take the bare text for something else.
bool NeedsQuotes(std::string_view text, char separator) {
  if (text.empty()) return true;
  bool special = false;
  for (const char c : text) special |= c == separator || c == '"' || c == '\r' || c == '\n';
  if (special || IsBlank(text.front()) || IsBlank(text.back()) || text.front() == '#') return true;
  // No missing-value string is longer than 4 bytes.
  static const ParseOptions defaults;
  return text.size() <= 4 && std::find(defaults.na_strings.begin(), defaults.na_strings.end(),
                                       text) != defaults.na_strings.end();
}

// Puts a text in quotes where it has to be, or `always`.
void AppendText(std::string_view text, bool always, const CsvStyle& style, Text& out) {
  if (!always && !NeedsQuotes(text, style.separator)) {
    out.Append(text);
    return;
  }
  char* end = out.Reserve(2 * text.size() + 2);
  *end++ = '"';
  for (const char c : text) {
    if (c == '"' && style.double_quotes) *end++ = '"';
    *end++ = c;
  }
  *end++ = '"';
  out.Advance(end);
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

// Decimal digits and exponent as std::to_chars finds them, laid out as Double.toString of Java:
// with a point from 1E-3 to below 1E7, else with an exponent; always a digit behind the point.
void AppendJavaReal(double cell, Text& out) {
  char* end = out.Reserve(kNumberRoom);
  if (std::signbit(cell)) *end++ = '-';
  const double size = std::abs(cell);
  const auto append = [&](std::string_view text) {
    std::memcpy(end, text.data(), text.size());
    end += text.size();
  };
  if (size == 0) {
    append("0.0");
    return out.Advance(end);
  }
  if (std::isinf(size)) {
    append("Infinity");
    return out.Advance(end);
  }
  if (size >= 1e-3 && size < 1e7) {
    // In this range fmt's digits come without an exponent, and faster than those of std::to_chars.
    end = fmt::format_to(end, FMT_COMPILE("{}"), size);
    if (size == std::floor(size)) append(".0");
    return out.Advance(end);
  }
  char text[kNumberRoom];
  const char* text_end =
      std::to_chars(text, text + kNumberRoom, size, std::chars_format::scientific).ptr;
  const char* e = std::find(static_cast<const char*>(text), text_end, 'e');
  const std::string_view digits(text, static_cast<size_t>(e - text));
  append(digits);
  if (digits.size() == 1) append(".0");
  *end++ = 'E';
  ++e;
  if (*e == '-') *end++ = '-';
  ++e;
  while (e + 1 < text_end && *e == '0') ++e;
  append({e, static_cast<size_t>(text_end - e)});
  out.Advance(end);
}

void AppendUuid(const Uuid& cell, bool upper_case, Text& out) {
  constexpr size_t kUuidLength = 36;
  char* begin = out.Reserve(40);
  char* end = fmt::format_to(begin, FMT_COMPILE("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}"),
                             cell.high >> 32, cell.high >> 16 & 0xffff, cell.high & 0xffff,
                             cell.low >> 48, cell.low & 0xffffffffffff);
  for (size_t i = 0; upper_case && i < kUuidLength; ++i) {
    if (begin[i] >= 'a') begin[i] = static_cast<char>(begin[i] - 'a' + 'A');
  }
  out.Advance(end);
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

// How the cells of a column are written.
struct ColumnStyle {
  bool integral = false;            // reals that are all integers
  std::vector<std::string> levels;  // as they are written
};

ColumnStyle StyleOf(const Frame& frame, size_t position, const CsvStyle& style) {
  const Column& column = frame.column(position);
  ColumnStyle result;
  if (!style.integral.empty()) {
    result.integral = style.integral[position];
  } else if (style.java_reals && column.type() == ColumnType::kReal) {
    result.integral = true;
    for (size_t i = 0; i < column.chunks() && result.integral; ++i) {
      result.integral = column.chunk(i).integral();
    }
  }
  if (column.domain() != nullptr) {
    for (const std::string& level : column.domain()->levels()) {
      Text text(result.levels.emplace_back());
      AppendText(level, style.quote_texts, style, text);
    }
  }
  return result;
}

// The cells of a column in some rows of one chunk, decoded.
class ColumnCells {
 public:
  ColumnCells(const Column& column, const ColumnStyle& column_style, const CsvStyle& style,
              size_t chunk, size_t begin, size_t rows)
      : type_(column.type()), column_style_(column_style), style_(style) {
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
        if (std::isnan(reals_[row])) return;
        if (style_.java_reals && !column_style_.integral) return AppendJavaReal(reals_[row], out);
        return AppendReal(reals_[row], out);
      case ColumnType::kString:
        if (strings_[row].data() != nullptr) {
          AppendText(strings_[row], style_.quote_texts, style_, out);
        }
        return;
      case ColumnType::kUuid:
        if (uuids_[row] != kMissingUuid) AppendUuid(uuids_[row], style_.upper_case_uuids, out);
        return;
      case ColumnType::kInteger:
        if (integers_[row] != kMissingInt) AppendInteger(integers_[row], out);
        return;
      case ColumnType::kCategorical:
        if (integers_[row] != kMissingInt) {
          out.Append(column_style_.levels[static_cast<size_t>(integers_[row])]);
        }
        return;
      case ColumnType::kTime:
        if (integers_[row] == kMissingInt) return;
        if (style_.times_as_milliseconds) return AppendInteger(integers_[row], out);
        return times_.Append(integers_[row], out);
    }
  }

 private:
  template <class Cell>
  static void Decode(const Chunk& chunk, size_t begin, size_t rows, std::vector<Cell>& cells) {
    cells.resize(rows);
    chunk.Decode(begin, std::span<Cell>(cells));
  }

  ColumnType type_;
  const ColumnStyle& column_style_;
  const CsvStyle& style_;
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

}  // namespace

struct CsvBlocks::State {
  State(const Frame& f, CsvStyle s) : frame(f), style(std::move(s)) {}

  const Frame& frame;
  const CsvStyle style;
  std::vector<ColumnStyle> columns;
  std::vector<Block> blocks;
};

CsvBlocks::CsvBlocks(const Frame& frame, CsvStyle style)
    : state_(std::make_unique<State>(frame, std::move(style))) {
  for (size_t c = 0; c < frame.columns(); ++c) {
    state_->columns.push_back(StyleOf(frame, c, state_->style));
  }
  const size_t rows_per_block =
      std::max<size_t>(kCellsPerBlock / std::max<size_t>(frame.columns(), 1), 1);
  for (size_t chunk = 0; chunk < frame.layout().chunks(); ++chunk) {
    const auto rows = static_cast<size_t>(frame.layout().ChunkRows(chunk));
    for (size_t begin = 0; begin < rows; begin += rows_per_block) {
      state_->blocks.push_back({chunk, begin, std::min(rows_per_block, rows - begin)});
    }
  }
}

CsvBlocks::~CsvBlocks() = default;

std::string CsvBlocks::Header() const {
  if (!state_->style.header) return "";
  std::string header;
  AppendHeader(header);
  return header;
}

void CsvBlocks::AppendHeader(std::string& text) const {
  Text out(text);
  for (size_t i = 0; i < state_->frame.columns(); ++i) {
    if (i > 0) out.Append(state_->style.separator);
    AppendText(state_->frame.name(i), state_->style.quote_names, state_->style, out);
  }
  out.Append('\n');
}

size_t CsvBlocks::size() const { return state_->blocks.size(); }

size_t CsvBlocks::ChunkOf(size_t block) const { return state_->blocks[block].chunk; }

void CsvBlocks::Append(size_t number, std::string& text) const {
  const Block& block = state_->blocks[number];
  const Frame& frame = state_->frame;
  const CsvStyle& style = state_->style;
  std::vector<ColumnCells> columns;
  columns.reserve(frame.columns());
  for (size_t i = 0; i < frame.columns(); ++i) {
    columns.emplace_back(frame.column(i), state_->columns[i], style, block.chunk, block.begin,
                         block.rows);
  }
  Text out(text);
  out.Reserve(block.rows * frame.columns() * 12);
  for (size_t row = 0; row < block.rows; ++row) {
    const size_t line = out.size();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out.Append(style.separator);
      columns[i].Append(row, out);
    }
    // A missing cell alone would be an empty line, which readers skip.
    if (out.size() == line) out.Append(style.lonely_missing);
    out.Append('\n');
  }
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

void WriteCsv(const Frame& frame, bool gzip, const std::function<void(std::string_view)>& write,
              ThreadPool& pool, const WorkContext& context, const CsvStyle& style) {
  const CsvBlocks blocks(frame, style);
  const std::string header = blocks.Header();
  if (!header.empty()) write(gzip ? GzipMember(header) : header);
  std::vector<std::string> texts(4 * pool.size());
  for (size_t first = 0; first < blocks.size(); first += texts.size()) {
    context.ThrowIfCancelled();
    const size_t count = std::min(texts.size(), blocks.size() - first);
    pool.Run(count, [&](size_t task, size_t) {
      texts[task].clear();
      blocks.Append(first + task, texts[task]);
      if (gzip) texts[task] = GzipMember(texts[task]);
    });
    for (size_t i = 0; i < count; ++i) write(texts[i]);
    context.Report(static_cast<double>(first + count) / static_cast<double>(blocks.size()),
                   "writing");
  }
}

}  // namespace thalweg::internal
