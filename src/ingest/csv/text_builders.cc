// Categorical, string, time and UUID columns.
#include <span>

#include "base/error.h"
#include "frame/chunk_builder.h"
#include "ingest/csv/builder.h"
#include "ingest/csv/careful_scan.h"
#include "ingest/csv/utf8.h"
#include "ingest/csv/uuid_text.h"

namespace thalweg::internal {
namespace {

// The empty level; eight bytes can be read there.
constexpr std::string_view kEmpty = std::string_view("        ").substr(0, 0);

class CategoricalBuilder final : public ColumnBuilder {
 public:
  using ColumnBuilder::ColumnBuilder;

  void Append(const TileColumn& tile) override {
    if (fit() == Fit::kText) return;
    const size_t before = codes_.size();
    int64_t* out = codes_.Extend(tile.rows);
    for (size_t r = 0; r < tile.rows; ++r) {
      const int64_t length = tile.Length(r);
      const char* begin = tile.Begin(r);
      // Blanks sort before '!', quotes are few among first characters.
      if (length > 0 && static_cast<unsigned char>(begin[0]) > ' ' &&
          static_cast<unsigned char>(begin[length - 1]) > ' ' &&
          (!tile.quotes || begin[0] != plan_.dialect.syntax.quote)) {
        out[r] = Value({begin, static_cast<size_t>(length)});
      } else {
        out[r] = Slow(tile, r);
      }
    }
    if (levels_ > plan_.max_levels) Overflow(tile, before);
  }

  void AppendMissing(size_t rows) override { std::fill_n(codes_.Extend(rows), rows, kMissingInt); }

  ChunkPtr Finish() override {
    if (fit() == Fit::kText) return {};
    return EncodeIntegers(std::span<const int64_t>(codes_.data(), codes_.size()));
  }

  ThreadLevels levels() const override {
    ThreadLevels levels{.dictionary = &dictionary_, .missing = {}};
    for (const Spelling& spelling : spellings_) {
      if (!spelling.level) levels.missing.push_back(spelling.code);
    }
    return levels;
  }

 private:
  void Clear() override { codes_.clear(); }

  int64_t Value(std::string_view text) {
    const auto code = static_cast<size_t>(dictionary_.Code(text));
    if (code < values_.size()) return values_[code];
    const bool missing = column_.na->Contains(text);
    if (missing) {
      spellings_.push_back({static_cast<int64_t>(code)});
    } else {
      ++levels_;
    }
    values_.push_back(missing ? kMissingInt : static_cast<int64_t>(code));
    return values_.back();
  }

  // What is quoted is a level, even if it is empty or spells a missing cell (but where the user
  // named the spelling for this column).
  int64_t QuotedValue(std::string_view text) {
    if (text.empty()) text = kEmpty;
    const int64_t value = Value(text);
    if (value != kMissingInt) return value;
    const int64_t code = dictionary_.Code(text);
    const auto spelling = std::find_if(spellings_.begin(), spellings_.end(),
                                       [code](const Spelling& s) { return s.code == code; });
    if (!spelling->level) {
      spelling->level = true;
      ++levels_;
    }
    return code;
  }

  int64_t Slow(const TileColumn& tile, size_t r) {
    const int64_t length = tile.Length(r);
    if (length < 0) return kMissingInt;
    const std::string_view text(tile.Begin(r), static_cast<size_t>(length));
    if (tile.quotes && length > 2) {
      // Levels come again: as they are written, quotes and all, they are looked up first.
      const auto code = static_cast<size_t>(written_.Code(text));
      if (code < written_values_.size()) return written_values_[code];
      const int64_t value = Unwritten(text);
      written_values_.push_back(value);
      if (written_values_.size() > kMostWritten) {
        written_ = {};
        written_values_.clear();
      }
      return value;
    }
    return Unwritten(text);
  }

  // The value of a cell that may have quotes or blanks around it.
  int64_t Unwritten(std::string_view text) {
    bool quoted = false;
    text = CellContent(text, plan_.dialect, scratch_, quoted);
    if (quoted && !plan_.quoted_na) {
      return column_.na->ContainsQuoted(text) ? kMissingInt : QuotedValue(text);
    }
    // Blanks around an unquoted level are no part of it.
    const std::string_view bare = WithoutBlanks(text);
    if (!quoted || column_.na->Contains(bare)) text = bare;
    if (text.empty()) return column_.na->has_empty() ? kMissingInt : Value(kEmpty);
    return Value(text);
  }

  void Overflow(const TileColumn& tile, size_t row) {
    // Level limits do not reject: the user's type becomes a string column, too.
    Widen(Fit::kText, row, tile.rows > 0 ? tile.Begin(0) : nullptr, "", "too many levels");
  }

  static constexpr size_t kMostWritten = 1 << 16;

  // A text that means a missing cell, and whether it is a level as well, in quotes.
  struct Spelling {
    int64_t code = 0;
    bool level = false;
  };

  LevelDictionary dictionary_;
  LevelDictionary written_;
  std::vector<int64_t> written_values_;
  // Per code: itself, or missing.
  std::vector<int64_t> values_;
  std::vector<Spelling> spellings_;  // by code
  int64_t levels_ = 0;               // not missing
  CellBuffer<int64_t> codes_;
};

class StringBuilder final : public ColumnBuilder {
 public:
  using ColumnBuilder::ColumnBuilder;

  void Append(const TileColumn& tile) override {
    std::string_view* out = cells_.Extend(tile.rows);
    for (size_t r = 0; r < tile.rows; ++r) {
      const int64_t length = tile.Length(r);
      if (length < 0) {
        out[r] = {};
        continue;
      }
      std::string_view text(tile.Begin(r), static_cast<size_t>(length));
      bool quoted = false;
      if (tile.quotes && length > 0 && text.find(plan_.dialect.syntax.quote) != text.npos) {
        text = CellContent(text, plan_.dialect, scratch_, quoted);
        if (text.data() == scratch_.data()) text = Keep(text);
      }
      // What is quoted is text, even if it is empty or spells a missing cell; but where the user
      // named the spelling for this column.
      const bool missing = quoted && !plan_.quoted_na ? column_.na->ContainsQuoted(text)
                                                      : column_.na->Contains(WithoutBlanks(text));
      out[r] = missing ? std::string_view() : text;
    }
  }

  void AppendMissing(size_t rows) override {
    std::fill_n(cells_.Extend(rows), rows, std::string_view());
  }

  ChunkPtr Finish() override {
    const std::span<std::string_view> cells(cells_.data(), cells_.size());
    for (std::string_view& cell : cells) {
      if (cell.empty() || FindInvalidUtf8(cell) == std::string_view::npos) continue;
      cell = Keep(Latin1ToUtf8(cell));
    }
    return EncodeStrings(cells);
  }

 private:
  void Clear() override {
    cells_.clear();
    kept_.clear();
    room_ = 0;
  }

  // Texts that are not in the file as they are.
  std::string_view Keep(std::string_view text) {
    if (text.size() > room_ || kept_.empty()) {
      room_ = std::max<size_t>(text.size(), 4096);
      kept_.push_back(std::make_unique<char[]>(room_));
      next_ = kept_.back().get();
    }
    std::copy(text.begin(), text.end(), next_);
    const std::string_view copy(next_, text.size());
    next_ += text.size();
    room_ -= text.size();
    return copy;
  }

  CellBuffer<std::string_view> cells_;
  std::vector<std::unique_ptr<char[]>> kept_;
  char* next_ = nullptr;
  size_t room_ = 0;
};

// Columns whose cells are parsed one by one from their content.
template <class T>
class ParsingBuilder : public ColumnBuilder {
 public:
  using ColumnBuilder::ColumnBuilder;

  void Append(const TileColumn& tile) override {
    if (fit() == Fit::kText) return;
    const size_t before = cells_.size();
    T* out = cells_.Extend(tile.rows);
    for (size_t r = 0; r < tile.rows; ++r) {
      out[r] = Missing();
      const int64_t length = tile.Length(r);
      if (length <= 0) continue;
      std::string_view text(tile.Begin(r), static_cast<size_t>(length));
      if (Parse(text, out[r])) {
        if (!column_.na->Contains(text)) continue;
        out[r] = Missing();
        continue;
      }
      bool quoted = false;
      if (tile.quotes) text = CellContent(text, plan_.dialect, scratch_, quoted);
      text = WithoutBlanks(text);
      if (text.empty() || column_.na->Contains(text)) {
        out[r] = Missing();
      } else if (!Parse(text, out[r])) {
        out[r] = Missing();
        if (column_.fixed) {
          Reject(before + r, tile.Begin(r), text, Reason());
        } else {
          Widen(Fit::kText, before + r, tile.Begin(r), text, Reason());
          return;
        }
      }
    }
  }

  void AppendMissing(size_t rows) override { std::fill_n(cells_.Extend(rows), rows, Missing()); }

 protected:
  virtual bool Parse(std::string_view text, T& value) = 0;
  virtual std::string Reason() const = 0;
  static T Missing() {
    if constexpr (std::is_same_v<T, Uuid>) {
      return kMissingUuid;
    } else {
      return kMissingInt;
    }
  }
  void Clear() override { cells_.clear(); }

  CellBuffer<T> cells_;
};

class TimeBuilder final : public ParsingBuilder<int64_t> {
 public:
  using ParsingBuilder::ParsingBuilder;

  ChunkPtr Finish() override {
    if (fit() == Fit::kText) return {};
    return EncodeIntegers(std::span<const int64_t>(cells_.data(), cells_.size()));
  }

 private:
  bool Parse(std::string_view text, int64_t& value) override {
    for (const TimePattern& pattern : column_.time_patterns) {
      if (pattern.Parse(text, *plan_.zone, value)) return true;
    }
    return false;
  }
  std::string Reason() const override {
    if (column_.time_patterns.size() != 1) return "not a time of a known form";
    return "not a time of the form " + column_.time_patterns[0].text();
  }
};

class UuidBuilder final : public ParsingBuilder<Uuid> {
 public:
  using ParsingBuilder::ParsingBuilder;

  ChunkPtr Finish() override {
    if (fit() == Fit::kText) return {};
    return EncodeUuids(std::span<const Uuid>(cells_.data(), cells_.size()));
  }

 private:
  bool Parse(std::string_view text, Uuid& value) override { return ParseUuid(text, value); }
  std::string Reason() const override { return "not a UUID"; }
};

}  // namespace

std::unique_ptr<ColumnBuilder> MakeCategoricalBuilder(const CsvPlan& plan,
                                                      const ColumnPlan& column) {
  return std::make_unique<CategoricalBuilder>(plan, column);
}
std::unique_ptr<ColumnBuilder> MakeStringBuilder(const CsvPlan& plan, const ColumnPlan& column) {
  return std::make_unique<StringBuilder>(plan, column);
}
std::unique_ptr<ColumnBuilder> MakeTimeBuilder(const CsvPlan& plan, const ColumnPlan& column) {
  return std::make_unique<TimeBuilder>(plan, column);
}
std::unique_ptr<ColumnBuilder> MakeUuidBuilder(const CsvPlan& plan, const ColumnPlan& column) {
  return std::make_unique<UuidBuilder>(plan, column);
}

}  // namespace thalweg::internal
