#include "ingest/arff/arff_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"

namespace thalweg::internal {
namespace {

// As chunks have it: of the reals, those that 64 bits hold, and not -0.0.
bool IsInteger(double value) {
  return std::abs(value) < 0x1p63 && value == std::trunc(value) &&
         !(value == 0 && std::signbit(value));
}

// The cells of one attribute: those that a sparse row names, and zeros between them, or all.
class Cells {
 public:
  explicit Cells(const ArffAttribute& attribute) : attribute_(&attribute) {}

  void Add(size_t row, std::string_view text, bool quoted, const TimeZone& zone) {
    const bool missing = !quoted && text == "?";
    switch (attribute_->type) {
      case ArffType::kString:
        texts_.resize(row);
        texts_.push_back(missing ? std::string_view() : Keep(text));
        return;
      case ArffType::kDate:
        return Push(row, missing ? kMissingInt : ParseDate(text, zone));
      case ArffType::kNominal:
        return Push(row, missing ? kMissingInt : ParseLevel(text));
      case ArffType::kInteger:
      case ArffType::kNumeric:
      case ArffType::kReal:
        return missing ? Push(row, kMissingInt) : AddNumber(row, text);
    }
  }

  // The cells of `rows` rows. Those that sparse rows leave out are zero: for nominal attributes
  // that is the first level, as ARFF has it; strings are missing there.
  ChunkPtr Encode(size_t rows) {
    if (attribute_->type == ArffType::kString) {
      texts_.resize(rows);
      return EncodeStrings(texts_);
    }
    const size_t cells = std::max(integers_.size(), reals_.size());
    if (cells == rows) return as_reals_ ? EncodeReals(reals_) : EncodeIntegers(integers_);
    if (!as_reals_ && !Exact()) {
      std::vector<int64_t> dense(rows);
      for (size_t i = 0; i < cells; ++i) dense[rows_[i]] = integers_[i];
      return EncodeIntegers(dense);
    }
    if (!as_reals_) ToReals();
    return EncodeSparse(static_cast<uint32_t>(rows), rows_, reals_);
  }

 private:
  std::string_view Keep(std::string_view text) {
    if (text.empty()) return "";
    return kept_.emplace_back(std::string(text));
  }

  void Push(size_t row, int64_t cell) {
    rows_.push_back(static_cast<uint32_t>(row));
    if (as_reals_) {
      reals_.push_back(cell == kMissingInt ? kMissingReal : static_cast<double>(cell));
    } else {
      integers_.push_back(cell);
    }
  }

  void AddNumber(size_t row, std::string_view text) {
    if (const std::optional<int64_t> integer = ParseInt(text);
        integer && *integer != kMissingInt && text != "-0") {
      return Push(row, *integer);
    }
    const std::optional<double> number = ParseReal(text);
    if (!number) Refuse(text, "is not a number");
    // 1e3 and 7.0 do not make reals of a block's integers, which may be too large to be exact as
    // such: a column of integers would then depend on where its blocks end.
    if (IsInteger(*number)) return Push(row, static_cast<int64_t>(*number));
    if (!as_reals_) ToReals();
    rows_.push_back(static_cast<uint32_t>(row));
    reals_.push_back(*number);
  }

  int64_t ParseDate(std::string_view text, const TimeZone& zone) const {
    int64_t time = 0;
    if (!attribute_->pattern->Parse(text, zone, time)) {
      Refuse(text, fmt::format("is not a date of the form {}", attribute_->date_format));
    }
    return time;
  }

  int64_t ParseLevel(std::string_view text) const {
    const auto found = attribute_->codes.find(text);
    if (found == attribute_->codes.end()) Refuse(text, "is none of its declared levels");
    return found->second;
  }

  [[noreturn]] void Refuse(std::string_view text, const std::string& why) const {
    throw UserError(
        fmt::format("attribute {}: '{}' {}", attribute_->name, Printable(text, 40), why));
  }

  // All integers are exact as doubles.
  bool Exact() const {
    return std::all_of(integers_.begin(), integers_.end(), [](int64_t cell) {
      return cell == kMissingInt || std::abs(cell) <= int64_t{1} << 53;
    });
  }

  void ToReals() {
    as_reals_ = true;
    for (const int64_t cell : integers_) {
      reals_.push_back(cell == kMissingInt ? kMissingReal : static_cast<double>(cell));
    }
    integers_.clear();
  }

  const ArffAttribute* attribute_;
  std::vector<uint32_t> rows_;
  std::vector<int64_t> integers_;
  std::vector<double> reals_;
  bool as_reals_ = false;
  std::vector<std::string_view> texts_;
  std::deque<std::string> kept_;
};

class BlockParser {
 public:
  BlockParser(const std::vector<ArffAttribute>& attributes, const TimeZone& zone)
      : attributes_(attributes), zone_(zone) {
    for (const ArffAttribute& attribute : attributes) cells_.emplace_back(attribute);
  }

  ArffBlock Parse(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      ++block_.lines;
      try {
        ParseLine(text.substr(0, end));
      } catch (const UserError& error) {
        block_.error = error.what();
        block_.error_line = block_.lines;
        return std::move(block_);
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (block_.rows == 0) return std::move(block_);
    for (Cells& cells : cells_) block_.chunks.push_back(cells.Encode(block_.rows));
    if (!weights_.empty()) {
      weights_.resize(block_.rows, 1);
      block_.weights = EncodeReals(weights_);
    }
    return std::move(block_);
  }

 private:
  void ParseLine(std::string_view line) {
    SkipBlanks(line);
    if (line.empty() || line.front() == '%') return;
    if (line.front() == '{') {
      ParseSparse(line.substr(1));
    } else {
      ParseDense(line);
    }
    ++block_.rows;
  }

  void ParseDense(std::string_view line) {
    for (size_t i = 0; i < attributes_.size(); ++i) {
      SkipBlanks(line);
      if (line.empty() || line.front() == '%' || line.front() == '{') {
        throw UserError(fmt::format("the row has {} values, and there are {} attributes", i,
                                    attributes_.size()));
      }
      AddValue(i, line, "");
      // A comma, or blanks alone, stand between values.
      SkipBlanks(line);
      if (!line.empty() && line.front() == ',' && i + 1 < attributes_.size()) {
        line.remove_prefix(1);
      }
    }
    EndRow(line);
  }

  void ParseSparse(std::string_view line) {
    std::vector<size_t> named;
    while (true) {
      SkipBlanks(line);
      if (line.empty()) throw UserError("the sparse row has no closing }");
      if (line.front() == '}') break;
      if (line.front() == ',') {
        line.remove_prefix(1);
        continue;
      }
      bool quoted = false;
      const std::string_view index_text = TakeArffValue(line, "}", quoted, scratch_);
      const std::optional<int64_t> index = ParseInt(index_text);
      if (!index || *index < 0 || *index >= static_cast<int64_t>(attributes_.size())) {
        throw UserError(fmt::format("'{}' is not an index between 0 and {}",
                                    Printable(index_text, 40), attributes_.size() - 1));
      }
      const auto position = static_cast<size_t>(*index);
      if (std::find(named.begin(), named.end(), position) != named.end()) {
        throw UserError(fmt::format("the index {} comes twice", position));
      }
      named.push_back(position);
      SkipBlanks(line);
      if (line.empty()) throw UserError("the sparse row has no closing }");
      AddValue(position, line, "}");
    }
    EndRow(line.substr(1));
  }

  void AddValue(size_t attribute, std::string_view& line, std::string_view ends) {
    bool quoted = false;
    const std::string_view value = TakeArffValue(line, ends, quoted, scratch_);
    if (value.empty() && !quoted) {
      throw UserError(fmt::format("the value of attribute {} is empty; a missing one is written ?",
                                  attributes_[attribute].name));
    }
    cells_[attribute].Add(block_.rows, value, quoted, zone_);
  }

  // Behind the values there may be the row's weight: {2}.
  void EndRow(std::string_view line) {
    SkipBlanks(line);
    const bool comma = !line.empty() && line.front() == ',';
    if (comma) line.remove_prefix(1);
    SkipBlanks(line);
    const bool weight = !line.empty() && line.front() == '{';
    if (weight) {
      AddWeight(line);
      SkipBlanks(line);
    }
    const bool end = line.empty() || line.front() == '%';
    if (!end || (comma && !weight)) {
      throw UserError(fmt::format("the row has more than {} values", attributes_.size()));
    }
  }

  void AddWeight(std::string_view& line) {
    line.remove_prefix(1);
    bool quoted = false;
    const std::string_view text = TakeArffValue(line, "}", quoted, scratch_);
    SkipBlanks(line);
    const std::optional<double> weight = ParseReal(text);
    if (line.empty() || line.front() != '}' || !weight || !std::isfinite(*weight) || *weight < 0) {
      throw UserError(
          fmt::format("'{}' is no weight of a row, which is a number from 0 on in braces",
                      Printable(text, 40)));
    }
    line.remove_prefix(1);
    weights_.resize(block_.rows, 1);
    weights_.push_back(*weight);
  }

  const std::vector<ArffAttribute>& attributes_;
  const TimeZone& zone_;
  std::vector<Cells> cells_;
  std::vector<double> weights_;  // up to the last row that states one
  std::string scratch_;
  ArffBlock block_;
};

}  // namespace

ArffBlock ParseArffBlock(std::string_view text, const std::vector<ArffAttribute>& attributes,
                         const TimeZone& zone) {
  return BlockParser(attributes, zone).Parse(text);
}

}  // namespace thalweg::internal
