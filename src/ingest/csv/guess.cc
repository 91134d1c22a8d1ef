#include "ingest/csv/guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/text.h"
#include "ingest/csv/numbers.h"
#include "ingest/csv/uuid_text.h"

namespace thalweg::internal {
namespace {

constexpr size_t kSeparatorRows = 200;

std::string_view Blankless(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsMissing(std::string_view text, const NaStrings& na) {
  const std::string_view inner = Blankless(text);
  return inner.empty() || na.Contains(inner);
}

bool Fits(const TimePattern& pattern, std::string_view text, const TimeZone& zone) {
  int64_t milliseconds = 0;
  return pattern.Parse(text, zone, milliseconds);
}

// Counts over the sampled cells of a column.
struct Tally {
  size_t cells = 0;
  size_t values = 0;
  size_t integers = 0;
  size_t reals = 0;
  size_t uuids = 0;
  size_t times = 0;
  std::string_view first_text;
};

}  // namespace

char GuessSeparator(std::string_view text, bool whole, const Dialect& dialect) {
  char best = ',';
  double best_score = 0;
  for (const char candidate : {',', '\t', ';', '|', '\x01', ' '}) {
    if (candidate == ',' && dialect.decimal_comma) continue;
    Dialect tried = dialect;
    tried.syntax.separator = candidate;
    std::deque<std::string> storage;
    const RowsRead read = ReadRows(text, whole, kSeparatorRows, tried, storage);
    std::map<size_t, size_t> counts;
    for (const SampledRow& row : read.rows) ++counts[row.size()];
    size_t cells = 1;
    size_t rows = 0;
    for (const auto& [size, count] : counts) {
      if (count >= rows && size > 1) {
        cells = size;
        rows = count;
      }
    }
    if (cells == 1) continue;
    const double share = static_cast<double>(rows) / static_cast<double>(read.rows.size());
    if (candidate == ' ') {
      // Blanks also stand between the words of a text: only where nothing else separates, every
      // row has as many, and half of the cells are numbers (of many cells, a fifth).
      size_t numbers = 0;
      size_t all = 0;
      for (const SampledRow& row : read.rows) {
        for (const SampledCell& cell : row) {
          ++all;
          numbers += ParseNumber(cell.text, dialect.decimal_comma).kind != Number::Kind::kNone;
        }
      }
      const size_t enough = cells >= 5 ? all / 5 : all / 2;
      if (share < 1 || numbers < enough || best_score > 0) continue;
    }
    // More cells count little beside more rows that agree.
    const double score = share * (1 + 0.01 * static_cast<double>(std::min<size_t>(cells, 20)));
    if (score > best_score && (share >= 0.5 || best_score == 0)) {
      best_score = score;
      best = candidate;
    }
  }
  if (best_score == 0 && dialect.decimal_comma) return ';';
  return best;
}

ColumnType TypeOfCell(std::string_view text, const GuessContext& context,
                      std::vector<TimePattern>* time_patterns) {
  const std::string_view inner = Blankless(text);
  const Number number = ParseNumber(inner, context.dialect->decimal_comma);
  if (number.kind == Number::Kind::kInteger) return ColumnType::kInteger;
  if (number.kind != Number::Kind::kNone) return ColumnType::kReal;
  Uuid uuid;
  if (ParseUuid(inner, uuid)) return ColumnType::kUuid;
  bool time = false;
  for (const TimePattern& pattern : *context.time_patterns) {
    if (!Fits(pattern, inner, *context.zone)) continue;
    time = true;
    if (time_patterns != nullptr) time_patterns->push_back(pattern);
  }
  return time ? ColumnType::kTime : ColumnType::kCategorical;
}

TypeGuess GuessType(std::span<const SampledCell> cells, const NaStrings& na,
                    const GuessContext& context) {
  Tally tally;
  std::vector<const TimePattern*> patterns;
  for (const TimePattern& pattern : *context.time_patterns) patterns.push_back(&pattern);
  for (const SampledCell& cell : cells) {
    ++tally.cells;
    if (IsMissing(cell.text, na)) continue;
    ++tally.values;
    const std::string_view inner = Blankless(cell.text);
    const Number number = ParseNumber(inner, context.dialect->decimal_comma);
    if (number.kind == Number::Kind::kInteger) {
      ++tally.integers;
    } else if (number.kind != Number::Kind::kNone) {
      ++tally.reals;
    }
    Uuid uuid;
    if (number.kind == Number::Kind::kNone && ParseUuid(inner, uuid)) ++tally.uuids;
    // Once a cell fits no pattern, the column is none of times.
    if (!patterns.empty() && tally.times + 1 == tally.values) {
      std::vector<const TimePattern*> fit;
      for (const TimePattern* pattern : patterns) {
        if (Fits(*pattern, inner, *context.zone)) fit.push_back(pattern);
      }
      if (!fit.empty()) {
        ++tally.times;
        patterns = std::move(fit);
      }
    }
    if (number.kind == Number::Kind::kNone && tally.first_text.empty()) {
      tally.first_text = cell.text;
    }
  }

  TypeGuess guess;
  const size_t n = tally.values;
  const auto all_are = [n](std::string_view what) {
    return fmt::format("{0} of {0} sampled values are {1}", n, what);
  };
  if (n == 0) {
    guess.unknown = true;
    guess.why = fmt::format("none of {} sampled cells has a value", tally.cells);
  } else if (tally.integers == n) {
    guess.type = ColumnType::kInteger;
    guess.why = all_are("integers");
  } else if (tally.integers + tally.reals == n) {
    guess.type = ColumnType::kReal;
    guess.why = all_are("numbers");
  } else if (tally.uuids == n) {
    guess.type = ColumnType::kUuid;
    guess.why = all_are("UUIDs");
  } else if (tally.times == n) {
    guess.type = ColumnType::kTime;
    for (const TimePattern* pattern : patterns) guess.time_patterns.push_back(*pattern);
    guess.why = all_are("times of the form " + guess.time_patterns.front().text());
  } else {
    // Only here, as it costs the most.
    std::unordered_set<std::string_view> values;
    for (const SampledCell& cell : cells) {
      if (!IsMissing(cell.text, na)) values.insert(cell.text);
    }
    const size_t distinct = values.size();
    const bool nearly_all =
        static_cast<double>(distinct) >= kDistinctShare * static_cast<double>(n);
    guess.type =
        nearly_all && distinct > kFewLevels ? ColumnType::kString : ColumnType::kCategorical;
    guess.why = fmt::format("{} different texts in {} sampled values", distinct, n);
    if (const size_t numbers = tally.integers + tally.reals; numbers > 0) {
      guess.why += fmt::format("; {} are numbers, but '{}' is not", numbers,
                               Printable(tally.first_text, 30));
    }
  }
  return guess;
}

bool GuessHeader(std::span<const SampledRow> rows, const NaStrings& na,
                 const GuessContext& context) {
  if (rows.empty()) return false;
  const SampledRow& first = rows.front();
  std::unordered_set<std::string_view> names;
  bool twice = false;
  size_t texts = 0;
  for (const SampledCell& cell : first) {
    if (IsMissing(cell.text, na)) continue;
    if (TypeOfCell(cell.text, context, nullptr) != ColumnType::kCategorical) return false;
    twice |= !names.insert(cell.text).second;
    ++texts;
  }
  if (texts == 0) return false;
  if (rows.size() == 1) return !twice && texts == first.size();
  bool repeats = false;       // some text below the first row occurs twice
  bool occurs_again = false;  // a text of the first row is found below it
  for (size_t c = 0; c < first.size(); ++c) {
    std::vector<SampledCell> below;
    std::unordered_set<std::string_view> seen;
    for (const SampledRow& row : rows.subspan(1)) {
      if (c >= row.size() || IsMissing(row[c].text, na)) continue;
      below.push_back(row[c]);
      repeats |= !seen.insert(row[c].text).second;
    }
    // Half of the values suffice: a stray text among numbers does not hide the header.
    const auto texts_below =
        std::count_if(below.begin(), below.end(), [&](const SampledCell& cell) {
          return TypeOfCell(cell.text, context, nullptr) == ColumnType::kCategorical;
        });
    const bool is_text = static_cast<size_t>(texts_below) * 2 > below.size();
    if (!below.empty() && !is_text && !IsMissing(first[c].text, na)) return true;
    occurs_again |= seen.contains(first[c].text);
  }
  return !twice && texts == first.size() && repeats && !occurs_again;
}

}  // namespace thalweg::internal
