// How alike two strings are: 1 equal, 0 nothing in common.
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

using Characters = std::u32string;

Characters Decode(std::string_view text) {
  Characters characters;
  for (size_t i = 0; i < text.size();) {
    const size_t length = std::max<size_t>(1, Utf8Length(text.substr(i)));
    char32_t code = static_cast<unsigned char>(text[i]);
    if (length > 1) {
      code &= 0x7fU >> length;
      for (size_t k = 1; k < length; ++k) {
        code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
      }
    }
    characters.push_back(code);
    i += length;
  }
  return characters;
}

double Levenshtein(const Characters& a, const Characters& b) {
  const auto longer = static_cast<double>(std::max(a.size(), b.size()));
  std::vector<size_t> row(b.size() + 1);
  for (size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t k = 1; k <= b.size(); ++k) {
      const size_t above = row[k];
      row[k] = std::min({above + 1, row[k - 1] + 1, diagonal + (a[i - 1] == b[k - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return 1 - static_cast<double>(row.back()) / longer;
}

// Common substrings of at least two characters are taken out, the longest first, until there are
// none; the share of the shorter text that they were.
double CommonSubstrings(Characters a, Characters b) {
  const auto shorter = static_cast<double>(std::min(a.size(), b.size()));
  double removed = 0;
  for (;;) {
    size_t best = 0;
    size_t end_a = 0;
    size_t end_b = 0;
    std::vector<size_t> run(b.size() + 1);
    for (size_t i = 1; i <= a.size(); ++i) {
      for (size_t k = b.size(); k > 0; --k) {
        run[k] = a[i - 1] == b[k - 1] ? run[k - 1] + 1 : 0;
        if (run[k] > best) {
          best = run[k];
          end_a = i;
          end_b = k;
        }
      }
    }
    if (best < 2) return removed / shorter;
    removed += static_cast<double>(best);
    a.erase(end_a - best, best);
    b.erase(end_b - best, best);
  }
}

// Pairs of neighbours in common, as a share of the shorter text's.
double Bigrams(const Characters& a, const Characters& b) {
  const auto pairs = [](const Characters& text) {
    std::set<Characters> set;
    for (size_t i = 0; i + 1 < text.size(); ++i) set.insert(text.substr(i, 2));
    if (text.size() == 1) set.insert(text);
    return set;
  };
  const auto x = pairs(a);
  const auto y = pairs(b);
  double common = 0;
  for (const auto& pair : x) common += y.contains(pair) ? 1 : 0;
  const size_t shorter = std::min(x.size(), y.size());
  return shorter == 0 ? 0 : common / static_cast<double>(shorter);
}

// Words in common, as a share of all.
double Jaccard(const Characters& a, const Characters& b) {
  const auto words = [](const Characters& text) {
    std::set<Characters> set;
    Characters word;
    for (const char32_t c : text) {
      if (c != U' ') {
        word.push_back(c);
      } else if (!word.empty()) {
        set.insert(std::exchange(word, {}));
      }
    }
    if (!word.empty()) set.insert(word);
    return set;
  };
  const auto x = words(a);
  const auto y = words(b);
  double common = 0;
  for (const auto& word : x) common += y.contains(word) ? 1 : 0;
  const double all = static_cast<double>(x.size() + y.size()) - common;
  return all == 0 ? 0 : common / all;
}

// Jaro 1989 with Winkler's bonus for up to four equal characters at the front.
double JaroWinkler(const Characters& a, const Characters& b) {
  const size_t window = std::max(a.size(), b.size()) / 2;
  const size_t reach = window == 0 ? 0 : window - 1;
  std::vector<char> taken(b.size());
  Characters matched_a;
  for (size_t i = 0; i < a.size(); ++i) {
    const size_t end = std::min(b.size(), i + reach + 1);
    for (size_t k = i > reach ? i - reach : 0; k < end; ++k) {
      if (taken[k] != 0 || a[i] != b[k]) continue;
      taken[k] = 1;
      matched_a.push_back(a[i]);
      break;
    }
  }
  if (matched_a.empty()) return 0;
  Characters matched_b;
  for (size_t k = 0; k < b.size(); ++k) {
    if (taken[k] != 0) matched_b.push_back(b[k]);
  }
  double moved = 0;
  for (size_t i = 0; i < matched_a.size(); ++i) moved += matched_a[i] != matched_b[i] ? 1 : 0;
  const auto m = static_cast<double>(matched_a.size());
  const double jaro = (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
                       (m - moved / 2) / m) /
                      3;
  double prefix = 0;
  while (prefix < 4 && prefix < static_cast<double>(std::min(a.size(), b.size())) &&
         a[static_cast<size_t>(prefix)] == b[static_cast<size_t>(prefix)]) {
    ++prefix;
  }
  return jaro + prefix * 0.1 * (1 - jaro);
}

// The American Soundex code; texts of the same code count as 0.9.
std::string SoundexCode(const Characters& text) {
  static constexpr std::string_view kDigits = "01230120022455012623010202";
  std::string code;
  char last = '0';
  for (const char32_t raw : text) {
    const char32_t c = raw >= U'a' && raw <= U'z' ? raw - 32 : raw;
    if (c < U'A' || c > U'Z') continue;
    const char digit = kDigits[c - U'A'];
    if (code.empty()) {
      code.push_back(static_cast<char>(c));
    } else if (digit != '0' && digit != last) {
      code.push_back(digit);
    }
    // H and W do not part equal digits.
    if (c != U'H' && c != U'W') last = digit;
    if (code.size() == 4) break;
  }
  while (!code.empty() && code.size() < 4) code.push_back('0');
  return code;
}

double Soundex(const Characters& a, const Characters& b) {
  const std::string code = SoundexCode(a);
  return !code.empty() && code == SoundexCode(b) ? 0.9 : 0;
}

double SubstringsBothWays(const Characters& a, const Characters& b) {
  return std::min(CommonSubstrings(a, b), CommonSubstrings(b, a));
}

using Similarity = double (*)(const Characters&, const Characters&);

Similarity SimilarityOf(const Arguments& arguments, size_t i) {
  const std::string& name = arguments.Text(i);
  if (name == "lv") return Levenshtein;
  if (name == "lcs") return SubstringsBothWays;
  if (name == "qgram") return Bigrams;
  if (name == "jaccard") return Jaccard;
  if (name == "jw") return JaroWinkler;
  if (name == "soundex") return Soundex;
  arguments.Fail(i,
                 "must be lv, lcs, qgram, jaccard, jw or soundex, not '" + Printable(name) + "'");
}

// Strings and levels of one chunk.
std::vector<std::string_view> TextCells(const Column& column, size_t chunk) {
  if (!column.domain()) return ChunkCells<std::string_view>(column, chunk);
  std::vector<std::string_view> cells;
  for (const int64_t code : ChunkCells<int64_t>(column, chunk)) {
    cells.push_back(code == kMissingInt
                        ? std::string_view()
                        : std::string_view(column.domain()->levels()[static_cast<size_t>(code)]));
  }
  return cells;
}

}  // namespace

// (strDistance x y measure compare_empty)
Value StringDistance(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr x = arguments.FrameAt(0);
  const Similarity similarity = SimilarityOf(arguments, 2);
  const bool compare_empty = arguments.size() <= 3 || arguments.Flag(3);
  if (x->rows() != arguments.FrameAt(1)->rows() ||
      x->columns() != arguments.FrameAt(1)->columns()) {
    arguments.Fail(1, "must have as many rows and columns as the first frame");
  }
  const Frame y = Frame(x->layout_ptr(), {}, {}).Bind(*arguments.FrameAt(1));
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < x->columns(); ++c) {
    names.push_back("C" + std::to_string(c + 1));
    for (const Column* column : {&x->column(c), &y.column(c)}) {
      if (column->type() != ColumnType::kString && column->type() != ColumnType::kCategorical) {
        arguments.Fail(0, "and 2 must hold strings or levels");
      }
    }
    columns.push_back(MakeNumbers(x->layout(), evaluator, [&](size_t chunk, std::span<double> out) {
      const auto a = TextCells(x->column(c), chunk);
      const auto b = TextCells(y.column(c), chunk);
      for (size_t i = 0; i < out.size(); ++i) {
        if (a[i].data() == nullptr || b[i].data() == nullptr) {
          out[i] = kMissingReal;
        } else if (a[i].empty() || b[i].empty()) {
          out[i] = !compare_empty ? kMissingReal : (a[i] == b[i] ? 1 : 0);
        } else {
          out[i] = a[i] == b[i] ? 1 : similarity(Decode(a[i]), Decode(b[i]));
        }
      }
    }));
  }
  return Frame(x->layout_ptr(), std::move(names), std::move(columns));
}

}  // namespace thalweg::internal
