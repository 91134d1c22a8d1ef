// What expressions come to on several ranks is, bit for bit, what they come to on one.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "cluster/local/local_ranks.h"
#include "frame/chunk_builder.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/random_layout_for_test.h"
#include "mapreduce/recut_over_ranks.h"
#include "rapids/rapids.h"

namespace thalweg {
namespace {

// f and g hold the same cells, cut differently; h is another frame with the same columns; one has a
// single row, none no rows.
constexpr const char* kExpressions[] = {
    "(quantile (cols f ['a' 'b' 'm' 't' 'c']) [0 0.1 0.25 0.5 0.75 0.9 1] 'interpolate' [])",
    "(quantile (cols f ['a' 'b' 'm']) [0.3 0.5] 'low' [])",
    "(quantile (cols f ['a' 'b' 'w' 'm']) [0 0.1 0.5 0.99 1] 'interpolate' 'w')",
    "(quantile (cols g ['a' 'b' 'w']) [0.2 0.7] 'average' 'w')",
    "(quantile (cols g ['a' 'b' 'm']) [0.2 0.7] 'high' 'm')",
    "(quantile (cols g ['b' 'a']) [0.2 0.7] 'high' 'a')",
    "(quantile (cols g ['a' 'b' 'w']) [0.2 0.7] 'high' 'w')",
    "(median (cols f ['a' 'b' 'c' 'm']) True)",
    "(median (cols f ['a' 'b' 'c' 'm']) False)",
    "(median none True)",
    "(h2o.mad (cols f 'p'))",
    "(h2o.mad (cols f 'a'))",
    "(h2o.mad (cols g 'p') 'low' 1)",
    "(hist (cols f 'p') 5)",
    "(hist (cols f 'a') [-2 0 0.5 3])",
    "(hist (cols f 'p') 'sturges')",
    "(hist (cols f 'p') 'doane')",
    "(hist (cols f 'p') 'fd')",
    "(hist (cols f 'p') 'scott')",
    "(var (cols f ['a' 'b']) (cols f ['a' 'b']) 'complete.obs' False)",
    "(var (cols f ['p' 'w']) (cols g ['p' 'w']) 'everything' False)",
    "(var (cols f ['p' 'a']) (cols g ['p' 'a']) 'all.obs' False)",
    "(var (cols f ['p' 'a']) (cols h ['p' 'a']) 'everything' False)",
    "(var (cols one ['p' 'w' 'b']) [] 'everything' False)",
    "(cor (cols g ['a' 'b' 'p']) (cols f ['b' 'p']) 'complete.obs' 'Pearson')",
    "(cor (cols g ['a' 'b' 'p' 'm']) (cols f ['b' 'p']) 'everything' 'Spearman')",
    "(which (cols f 'b'))",
    "(which (== (cols g 'p') (cols f 'p')))",
    "(which (> (cols f 'm') 3))",
    "(grep (cols f 's') 'o' False False False)",
    "(grep (cols f 'c') '[az]' True True False)",
    "(grep (cols f 's') 'o' False True True)",
    "(tokenize (cols f ['s' 'u']) '[ ,]')",
    "(strDistance (cols f ['s' 'c']) (cols g ['u' 's']) 'lv' True)",
    "(strDistance (cols f 's') (cols f 'u') 'jw' False)",
    "(relevel.by.freq f)",
    "(relevel.by.freq (cols f ['c' 'w']) 'w' 2)",
    "(setDomain (cols f 'c') False [])",
    "(setDomain (cols f 'c') False ['1' '2' '3' '4' '5'])",
    "(stratified_kfold_column (cols f 'c') 3 7)",
    "(stratified_kfold_column (cols f 'b') 4 7)",
    "(h2o.random_stratified_split (cols f 'c') 0.3 7)",
    "(h2o.random_stratified_split (cols g 'd') 0.5 11)",
    "(rbind f g)",
    "(rbind f h one none)",
    "(rbind (cols f 'a') (cols h 'a') (cols f 'a'))",
    "(rbind (cols h 'm') (cols f 'm'))",
    "(rbind (relevel (cols f 'c') 'b') (cols g 'c') (cols h 'c'))",
    "(rbind (cols f 'c') (setDomain (cols h 'c') False ['q' 'r' 'a' 's' 't']))",
    "(rep_len (cols f 'a') 23)",
    "(rep_len (cols f 's') 501)",
    "(rep_len (cols f 'c') 501)",
    "(rep_len (cols f 'b') 140000)",
    "(rep_len (rep_len (cols f 'a') 70000) 140000)",
    "(rep_len (rep_len (cols f 's') 70000) 69000)",
    "(rep_len (cols f ['a' 's']) 3)",
    "(rep_len 3 140000)",
    "(seq 1 140000 0.5)",
    "(seq_len 3)",
    "(melt f ['c' 'b'] ['a' 'p' 'm'] 'which' 'number' False)",
    "(melt f ['s' 'a'] ['b' 'd'] 'which' 'number' True)",
    "(melt (cols f ['s' 'b' 'd']) [0] [] 'which' 'number' True)",
    "(pivot (rows f (! (is.na (cols f 'c')))) 'c' 'b' 'a')",
    "(pivot (rows f (! (is.na (cols f 'b')))) 'b' 'c' 'w')",
    "(pivot (rows f (! (is.na (cols f 't')))) 't' 'd' 'd')",
    "(pivot f 'c' 'b' 'a')",
    "(h2o.impute (rows f [0:1000000]) 0 'mean' 'interpolate' [] [] [])",
    "(h2o.impute (rows f [0:1000000]) 0 'median' 'interpolate' [] [] [])",
    "(h2o.impute (rows f [0:1000000]) 1 'median' 'high' [] [] [])",
    "(h2o.impute (rows f [0:1000000]) 1 'mode' 'low' [] [] [])",
    "(h2o.impute (rows f [0:1000000]) 5 'mode' 'low' [] [] [])",
    "(h2o.impute (rows f [0:1000000]) -1 'mean' 'interpolate' [] [] [])",
    "(h2o.impute (rows f [0:1000000]) 4 'mode' 'interpolate' [] [] [])",
    "(h2o.impute (rows f [0:1000000]) 0 'mean' 'interpolate' [5 1] [] [])",
    "(h2o.impute (rows f [0:1000000]) 0 'median' 'low' [3] [] [])",
    "(h2o.impute (rows f [0:1000000]) -1 'mode' 'interpolate' [5] [] [])",
    "(, (tmp= copy (cbind f)) (h2o.impute copy 0 'median' 'interpolate' [5] [] []))",
    "(cols copy ['a' 'c'])",
    "(x (cols f ['a' 'p']) (rows (cols h ['w' 'a']) [0:2]))",
    "(x (t (cols f ['b' 'p'])) (cols g ['p' 'd']))",
    "(t (cols f ['b' 'p']))",
    "(perfectAUC (cols f 'p') (cols g 'ones'))",
    "(perfectAUC (cols f 'a') (cols g 'ones'))",
    "(perfectAUC (cols f 'p') (cols h 'ones'))",
    "(tf-idf f 1 7 True False)",
    "(flatten (cols one 's'))",
    "(flatten (cols one 'a'))",
    "(flatten f)",
    "(getrow one)",
    "(getrow f)",
    "(rows f 1000000)",
    "(distance (cols f ['p']) (rows (cols g ['p']) [0:3]) 'l2')",
    "(distance (cols f ['p' 'p']) (cols one ['p' 'p']) 'cosine')",
    "(distance (cols f ['a']) (cols h ['p']) 'l1')",
    "(distance (cols h ['p' 'p']) (cols f ['p' 'p']) 'cosine_sq')",
    "(apply (cols f ['a' 'b' 'p']) 2 {x . (median x True)})",
    "(apply (cols f ['a' 'b' 'p']) 2 {x . (* x (mean x True 0))})",
    "(apply (cols f ['a' 'b' 'p']) 1 {x . (sumNA x)})",
    "(apply (cols f ['a' 'b' 'p']) 1 {x . (* x 2)})",
    "(apply (cols f ['a' 'b']) 1 {x . (+ x (cols one ['p' 'w']))})",
    "(apply (cols one ['a' 'b']) 1 {x . (sumNA x)})",
    "(ddply (cols f ['a' 'b' 'c']) ['c'] {x . (mean (cols x 'a') True 0)})",
    // Frames that are cut differently.
    "(+ (cols f 'a') (cols g 'b'))",
    "(cbind g (cols f 'a') 3)",
    "(ifelse (> (cols g 'p') 0.5) (cols f 'a') (cols g 'b'))",
    "(rows f (> (cols g 'p') 0.5))",
    "(- (cols f ['a' 'p']) (cols one ['a' 'p']))",
    "(:= f (cols g 'a') 'b' [])",
    "(:= f (cols one 'a') 'b' (> (cols g 'p') 0.5))",
    "(append f (cols g 's') 'again')",
};

// The levels of the categorical column.
const std::vector<std::string> kLevels = {"z", "a", "m", "never", "b"};

template <class Cell, class Encode, class Draw>
ColumnPtr ColumnOf(ColumnType type, const std::vector<int64_t>& starts, Encode encode, Draw draw,
                   DomainPtr domain = nullptr) {
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c + 1 < starts.size(); ++c) {
    std::vector<Cell> cells;
    for (int64_t r = starts[c]; r < starts[c + 1]; ++r) cells.push_back(draw(r));
    chunks.push_back(encode(std::span<const Cell>(cells), EncodeOptions{}));
  }
  return std::make_shared<const Column>(type, std::move(chunks), std::move(domain));
}

// The cells depend on the seed and the row alone.
Frame MakeFrame(uint64_t seed, const std::vector<int64_t>& starts) {
  const auto at = [seed](int64_t row, uint64_t column) {
    return Random(seed, {column, static_cast<uint64_t>(row)});
  };
  const auto real = [&](uint64_t column, double missing, auto draw) {
    return ColumnOf<double>(ColumnType::kReal, starts, EncodeReals, [&, column](int64_t row) {
      Random random = at(row, column);
      return random.Bernoulli(missing) ? kMissingReal : draw(random);
    });
  };
  const auto integer = [&](uint64_t column, ColumnType type, DomainPtr domain, auto draw) {
    return ColumnOf<int64_t>(
        type, starts, EncodeIntegers,
        [&, column](int64_t row) {
          Random random = at(row, column);
          return random.Bernoulli(0.1) ? kMissingInt : static_cast<int64_t>(draw(random));
        },
        std::move(domain));
  };
  static constexpr std::string_view kTexts[] = {"", "one two", "Two", "three,one", "aé b", "x"};
  const auto text = [&](uint64_t column) {
    return ColumnOf<std::string_view>(
        ColumnType::kString, starts, EncodeStrings, [&, column](int64_t row) {
          Random random = at(row, column);
          return random.Bernoulli(0.1) ? std::string_view() : kTexts[random.Below(6)];
        });
  };
  const auto domain = std::make_shared<const Domain>(kLevels);
  return Frame(std::make_shared<const Layout>(starts),
               {"a", "b", "p", "w", "m", "c", "d", "s", "u", "t", "ones"},
               {real(0, 0.1, [](Random& r) { return r.Normal() * 3; }),
                integer(1, ColumnType::kInteger, nullptr, [](Random& r) { return r.Below(9); }),
                real(2, 0, [](Random& r) { return r.Uniform(); }),
                real(3, 0.1, [](Random& r) { return r.Below(4) == 0 ? 0 : r.Uniform() * 10; }),
                real(4, 1, [](Random& /*r*/) { return 0.0; }),
                integer(5, ColumnType::kCategorical, domain,
                        [](Random& r) {
                          return std::array<int, 4>{0, 1, 2, 4}[r.Below(4)];
                        }),
                integer(6, ColumnType::kInteger, nullptr, [](Random& r) { return r.Below(2); }),
                text(7), text(8),
                integer(9, ColumnType::kTime, nullptr,
                        [](Random& r) { return 86'400'000 * r.Below(5) + 12; }),
                real(10, 0, [](Random& r) { return static_cast<double>(r.Below(2)); })});
}

template <class Cell>
void AppendBits(const Frame& frame, size_t column, std::string& text) {
  std::vector<Cell> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, std::span<Cell>(cells));
  for (const Cell& cell : cells) {
    if constexpr (std::is_same_v<Cell, double>) {
      // Missing cells are any NaN.
      text += std::isnan(cell) ? "NA" : std::to_string(std::bit_cast<uint64_t>(cell));
    } else if constexpr (std::is_same_v<Cell, int64_t>) {
      text += std::to_string(cell);
    } else {
      text += cell.data() == nullptr ? "NA" : "'" + std::string(cell) + "'";
    }
    text += ' ';
  }
}

// All that a frame holds, where it is cut (but for empty chunks), and its cells' bits.
std::string Dump(const Frame& frame) {
  std::string text = "rows";
  for (size_t c = 0; c < frame.layout().chunks(); ++c) {
    if (frame.layout().ChunkRows(c) > 0) text += " " + std::to_string(frame.layout().ChunkRows(c));
  }
  for (size_t i = 0; i < frame.columns(); ++i) {
    const Column& column = frame.column(i);
    text += "\n" + frame.name(i) + " " + std::string(ColumnTypeName(column.type())) + ": ";
    if (column.domain()) {
      for (const std::string& level : column.domain()->levels()) text += level + "|";
    }
    if (column.type() == ColumnType::kReal) {
      AppendBits<double>(frame, i, text);
    } else if (column.type() == ColumnType::kString) {
      AppendBits<std::string_view>(frame, i, text);
    } else {
      AppendBits<int64_t>(frame, i, text);
    }
  }
  return text;
}

std::string Number(double number) {
  return std::isnan(number) ? "NA" : std::to_string(std::bit_cast<uint64_t>(number));
}

std::string Dump(const RapidsResult& result) {
  if (const auto* number = std::get_if<double>(&result)) return Number(*number);
  if (const auto* frame = std::get_if<RapidsFrameResult>(&result)) return Dump(*frame->frame);
  if (const auto* string = std::get_if<std::string>(&result)) return *string;
  std::string text;
  if (const auto* list = std::get_if<std::vector<double>>(&result)) {
    for (const double number : *list) text += Number(number) + " ";
  }
  return text;
}

struct Sizes {
  int64_t rows;
  uint64_t chunk_rows;
};

// Of every expression, on so many ranks.
std::vector<std::string> Results(const Sizes& sizes, uint64_t seed, int ranks) {
  std::vector<Catalog> catalogs(static_cast<size_t>(ranks));
  const auto put = [&](const char* name, uint64_t cells, int64_t rows, uint64_t chunk_rows) {
    // The cuts must not depend on the number of ranks.
    Random cuts(seed, {cells, static_cast<uint64_t>(name[0])});
    const auto starts = RandomStarts(cuts, rows, chunk_rows);
    Random owners(seed, {17, cells, static_cast<uint64_t>(name[0])});
    const LayoutPtr layout = RandomOwners(owners, starts, ranks);
    RunLocalRanks(ranks, [&](Communicator& communicator) {
      catalogs[static_cast<size_t>(communicator.rank())].PutFrame(
          name, RecutOverRanks(MakeFrame(seed + cells, starts), layout, communicator));
    });
  };
  put("f", 0, sizes.rows, sizes.chunk_rows);
  put("g", 0, sizes.rows, sizes.chunk_rows / 2 + 1);
  put("h", 1, sizes.rows / 2 + 1, sizes.chunk_rows);
  put("one", 2, 1, 1);
  put("none", 3, 0, 1);
  std::vector<std::string> results;
  for (const char* const expression : kExpressions) {
    std::vector<std::string> of_rank(static_cast<size_t>(ranks));
    try {
      RunLocalRanks(ranks, [&](Communicator& communicator) {
        const auto rank = static_cast<size_t>(communicator.rank());
        const WorkContext work;
        ThreadPool pool(1 + rank % 2);
        const CommandTimes times;
        CommandContext context{communicator, pool, catalogs[rank], work, times};
        RapidsResult result = EvaluateRapids(expression, "", context);
        if (auto* frame = std::get_if<RapidsFrameResult>(&result)) {
          frame->frame = std::make_shared<const Frame>(GatherFrame(*frame->frame, communicator));
        }
        of_rank[rank] = Dump(result);
      });
    } catch (const UserError& error) {
      std::fill(of_rank.begin(), of_rank.end(), std::string("error: ") + error.what());
    } catch (const std::exception& error) {
      ADD_FAILURE() << expression << " on " << ranks << " ranks: " << error.what();
    }
    for (const std::string& theirs : of_rank) EXPECT_EQ(theirs, of_rank[0]) << expression;
    results.push_back(of_rank[0]);
  }
  return results;
}

void ExpectTheSame(const Sizes& sizes, std::initializer_list<int> numbers_of_ranks) {
  const auto seed = static_cast<uint64_t>(sizes.rows + 1);
  const auto wanted = Results(sizes, seed, 1);
  for (const int ranks : numbers_of_ranks) {
    const auto got = Results(sizes, seed, ranks);
    for (size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_EQ(got[i], wanted[i]) << kExpressions[i] << "\n"
                                   << sizes.rows << " rows, " << ranks << " ranks";
    }
  }
}

TEST(RanksAgree, OnFramesOfNoRowsAndOfOne) {
  ExpectTheSame({0, 4}, {3});
  ExpectTheSame({1, 4}, {2});
}

TEST(RanksAgree, OnSmallFrames) {
  ExpectTheSame({2, 1}, {5});
  ExpectTheSame({9, 3}, {2, 3});
}

TEST(RanksAgree, OnFramesOfManyChunks) { ExpectTheSame({200, 20}, {3, 5}); }

TEST(RanksAgree, OnFramesOfOneChunk) { ExpectTheSame({200, 1000}, {3}); }

#ifndef __SANITIZE_THREAD__  // half an hour there
TEST(RanksAgree, OnLongerFrames) { ExpectTheSame({3000, 200}, {3}); }
#endif

}  // namespace
}  // namespace thalweg
