#include "ingest/svmlight/svmlight_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/text.h"
#include "frame/types.h"

namespace thalweg::internal {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Takes tokens off the front of a line.
std::string_view NextToken(std::string_view& line) {
  size_t begin = 0;
  while (begin < line.size() && IsBlank(line[begin])) ++begin;
  size_t end = begin;
  while (end < line.size() && !IsBlank(line[end])) ++end;
  const std::string_view token = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return token;
}

// Digits only; nothing where there are others, or the number exceeds `limit`.
std::optional<uint32_t> ParseIndex(std::string_view text, uint32_t limit) {
  if (text.empty() || text.size() > 10) return std::nullopt;
  uint64_t index = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    index = index * 10 + static_cast<uint64_t>(c - '0');
  }
  if (index > limit) return std::nullopt;
  return static_cast<uint32_t>(index);
}

std::optional<double> ParseValue(std::string_view text) {
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '9') return text[0] - '0';
  return ParseReal(text);
}

class BlockParser {
 public:
  explicit BlockParser(uint32_t max_index) : max_index_(max_index) {}

  SvmLightBlock Parse(std::string_view text) {
    while (!text.empty() && block_.error.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      ++block_.lines;
      ParseLine(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (block_.indices.capacity() > block_.indices.size() * 5 / 4) block_.indices.shrink_to_fit();
    return std::move(block_);
  }

 private:
  void Fail(std::string message) {
    if (!block_.error.empty()) return;
    block_.error = std::move(message);
    block_.error_line = block_.lines;
  }

  void ParseLine(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const std::string_view label = NextToken(line);
    if (label.empty()) return;
    const std::optional<double> number = ParseReal(label);
    if (!number) {
      Fail(label.find(':') == std::string_view::npos
               ? fmt::format("the label '{}' is not a number", Printable(label, 40))
               : fmt::format("the line begins with '{}', and a label is expected there",
                             Printable(label, 40)));
      return;
    }
    const size_t first = block_.indices.size();
    ascending_ = true;
    last_index_ = -1;
    for (std::string_view token = NextToken(line); !token.empty(); token = NextToken(line)) {
      if (!ParsePair(token)) return;
    }
    if (!ascending_ && !SortRow(first)) return;
    block_.labels.push_back(*number);
    block_.row_ends.push_back(static_cast<uint32_t>(block_.indices.size()));
    if (query_ || !block_.queries.empty()) {
      block_.queries.resize(block_.labels.size(), kMissingInt);
      block_.queries.back() = query_.value_or(kMissingInt);
      query_.reset();
    }
  }

  bool ParsePair(std::string_view token) {
    const size_t colon = token.find(':');
    if (colon == std::string_view::npos) {
      Fail(fmt::format("'{}' is not of the form index:value", Printable(token, 40)));
      return false;
    }
    const std::string_view value_text = token.substr(colon + 1);
    if (token.substr(0, colon) == "qid") return ParseQuery(value_text);
    const std::optional<uint32_t> index = ParseIndex(token.substr(0, colon), max_index_);
    if (!index) {
      Fail(fmt::format("the index '{}' is not an integer between 0 and {}",
                       Printable(token.substr(0, colon), 40), WithThousands(max_index_)));
      return false;
    }
    const std::optional<double> value = ParseValue(value_text);
    if (!value) {
      Fail(fmt::format("the value '{}' of index {} is not a number", Printable(value_text, 40),
                       *index));
      return false;
    }
    block_.smallest_index = std::min(block_.smallest_index, *index);
    block_.largest_index = std::max(block_.largest_index, *index);
    if (last_index_ == *index) {
      Fail(fmt::format("the index {} comes twice", *index));
      return false;
    }
    if (last_index_ > *index) ascending_ = false;
    last_index_ = *index;
    // Zero takes no room, but minus zero is another cell.
    if (*value == 0 && !std::signbit(*value)) return true;
    if (*value != 1 && block_.values.empty()) block_.values.assign(block_.indices.size(), 1.0);
    const bool all_ones = *value == 1 && block_.values.empty();
    block_.indices.push_back(*index);
    if (!all_ones) block_.values.push_back(*value);
    return true;
  }

  bool ParseQuery(std::string_view text) {
    const std::optional<int64_t> id = ParseInt(text);
    if (!id || query_) {
      Fail(id ? "qid comes twice"
              : fmt::format("the qid '{}' is not an integer", Printable(text, 40)));
      return false;
    }
    query_ = *id;
    return true;
  }

  // Brings the entries of the row that begins at `first` into order.
  bool SortRow(size_t first) {
    std::vector<size_t> order(block_.indices.size() - first);
    std::iota(order.begin(), order.end(), first);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return block_.indices[a] < block_.indices[b]; });
    std::vector<uint32_t> indices;
    std::vector<double> values;
    for (const size_t entry : order) {
      if (!indices.empty() && indices.back() == block_.indices[entry]) {
        Fail(fmt::format("the index {} comes twice", indices.back()));
        return false;
      }
      indices.push_back(block_.indices[entry]);
      values.push_back(block_.value(entry));
    }
    std::copy(indices.begin(), indices.end(),
              block_.indices.begin() + static_cast<ptrdiff_t>(first));
    if (!block_.values.empty()) {
      std::copy(values.begin(), values.end(),
                block_.values.begin() + static_cast<ptrdiff_t>(first));
    }
    return true;
  }

  const uint32_t max_index_;
  SvmLightBlock block_;
  // Of the line at hand.
  bool ascending_ = true;
  int64_t last_index_ = -1;
  std::optional<int64_t> query_;
};

}  // namespace

SvmLightBlock ParseSvmLightBlock(std::string_view text, uint32_t max_index) {
  return BlockParser(max_index).Parse(text);
}

}  // namespace thalweg::internal
