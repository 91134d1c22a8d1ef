#include "ingest/csv/careful_scan.h"

#include <algorithm>
#include <cstring>

namespace thalweg::internal {
namespace {

// One scan: a position that moves through the text row by row.
class Scanner {
 public:
  Scanner(const char* text, size_t size, bool at_end, const Dialect& dialect)
      : text_(text), size_(size), at_end_(at_end), dialect_(dialect) {}

  // Moves behind the next row; false where the text ends before it does.
  bool Row(std::vector<uint32_t>* ends) {
    crlf_ = false;
    lines_ = 0;
    if (dialect_.syntax.has_comment && at_ < size_ && text_[at_] == dialect_.syntax.comment) {
      while (at_ < size_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
      return LineEnd(ends);
    }
    for (;;) {
      if (dialect_.syntax.has_quote && !Quoted()) return false;
      while (at_ < size_ && text_[at_] != dialect_.syntax.separator && text_[at_] != '\n' &&
             text_[at_] != '\r') {
        ++at_;
      }
      if (at_ == size_ || text_[at_] != dialect_.syntax.separator) return LineEnd(ends);
      if (ends != nullptr) ends->push_back(static_cast<uint32_t>(at_));
      ++count_;
      ++at_;
    }
  }

  size_t at() const { return at_; }
  size_t count() const { return count_; }
  size_t lines() const { return lines_; }
  bool crlf() const { return crlf_; }
  bool quotes() const { return quotes_; }
  bool open_quote() const { return open_quote_; }
  size_t quote_begin() const { return quote_begin_; }

 private:
  bool LineEnd(std::vector<uint32_t>* ends) {
    if (at_ == size_) {
      if (!at_end_) return false;
    } else if (text_[at_] == '\r') {
      if (at_ + 1 == size_ && !at_end_) return false;
      if (at_ + 1 < size_ && text_[at_ + 1] == '\n') {
        crlf_ = true;
        ++at_;
      }
    }
    if (ends != nullptr) ends->push_back(static_cast<uint32_t>(at_));
    ++count_;
    if (at_ < size_) {
      ++at_;
      ++lines_;
    }
    return true;
  }

  // Passes the quoted stretch of a cell, if it has one. False where the text ends inside.
  bool Quoted() {
    size_t i = at_;
    while (i < size_ && dialect_.IsBlank(text_[i])) ++i;
    if (i == size_ || text_[i] != dialect_.syntax.quote) return true;
    quotes_ = true;
    const size_t begin = i++;
    const char quote = dialect_.syntax.quote;
    for (; i < size_; ++i) {
      const char c = text_[i];
      if (dialect_.has_escape && c == dialect_.escape && c != quote) {
        ++i;
        if (i < size_) CountLine(i);
      } else if (c == quote) {
        if (i + 1 < size_ && text_[i + 1] == quote) {
          ++i;
        } else if (i + 1 == size_ && !at_end_) {
          break;  // the next byte, not seen yet, may double it
        } else {
          at_ = i + 1;
          return true;
        }
      } else {
        CountLine(i);
      }
    }
    open_quote_ = true;
    quote_begin_ = begin;
    return false;
  }

  void CountLine(size_t i) {
    const bool lone_return = text_[i] == '\r' && (i + 1 >= size_ || text_[i + 1] != '\n');
    if (text_[i] == '\n' || lone_return) ++lines_;
  }

  const char* text_;
  size_t size_;
  bool at_end_;
  const Dialect& dialect_;
  size_t at_ = 0;
  size_t count_ = 0;
  size_t lines_ = 0;
  bool crlf_ = false;
  bool quotes_ = false;
  bool open_quote_ = false;
  size_t quote_begin_ = 0;
};

}  // namespace

CarefulScan ScanCarefully(const char* text, size_t size, size_t target, bool at_end,
                          const Dialect& dialect, std::vector<uint32_t>* ends) {
  CarefulScan result;
  Scanner scanner(text, size, at_end, dialect);
  while (scanner.at() < size && result.scan.last_row_end < std::max<size_t>(target, 1)) {
    const size_t ends_before = ends != nullptr ? ends->size() : 0;
    if (!scanner.Row(ends)) {
      if (ends != nullptr) ends->resize(ends_before);
      result.open_quote = scanner.open_quote();
      result.quote_begin = scanner.quote_begin();
      break;
    }
    ++result.scan.row_ends;
    result.scan.crlf += scanner.crlf() ? 1 : 0;
    result.scan.lines += scanner.lines();
    result.scan.count = scanner.count();
    result.scan.last_row_end = scanner.at();
  }
  result.scan.quotes = scanner.quotes();
  return result;
}

std::string_view CellContent(std::string_view cell, const Dialect& dialect, std::string& scratch,
                             bool& quoted) {
  quoted = false;
  if (!dialect.syntax.has_quote) return cell;
  const char quote = dialect.syntax.quote;
  size_t i = 0;
  while (i < cell.size() && dialect.IsBlank(cell[i])) ++i;
  if (i == cell.size() || cell[i] != quote) return cell;
  quoted = true;
  const std::string_view inner = cell.substr(i + 1);
  // The common case: one quoted stretch, nothing to undo.
  const size_t close = inner.find(quote);
  if (close + 1 == inner.size() &&
      (!dialect.has_escape || inner.find(dialect.escape) == std::string_view::npos)) {
    return inner.substr(0, close);
  }
  scratch.clear();
  size_t k = 0;
  for (; k < inner.size(); ++k) {
    const char c = inner[k];
    if (dialect.has_escape && c == dialect.escape && k + 1 < inner.size()) {
      scratch += inner[++k];
    } else if (c != quote) {
      scratch += c;
    } else if (k + 1 < inner.size() && inner[k + 1] == quote) {
      scratch += c;
      ++k;
    } else {
      break;
    }
  }
  // Blanks alone behind the closing quote are no content.
  const std::string_view rest = inner.substr(std::min(k + 1, inner.size()));
  if (!std::all_of(rest.begin(), rest.end(), [&](char c) { return dialect.IsBlank(c); })) {
    scratch += rest;
  }
  return scratch;
}

size_t CountLineEnds(const char* text, size_t size, char next) {
  size_t count = static_cast<size_t>(std::count(text, text + size, '\n'));
  for (const char* at = text; at < text + size; ++at) {
    at = static_cast<const char*>(std::memchr(at, '\r', static_cast<size_t>(text + size - at)));
    if (at == nullptr) break;
    const char after = at + 1 < text + size ? at[1] : next;
    if (after != '\n') ++count;
  }
  return count;
}

}  // namespace thalweg::internal
