// Columns that part the rows for cross-validation and tests.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "mapreduce/exchange.h"
#include "rapids/chunks.h"
#include "rapids/distinct.h"
#include "rapids/primitives.h"
#include "rapids/row_random.h"

namespace thalweg::internal {
namespace {

int64_t FoldCount(const Arguments& arguments, size_t i) {
  const int64_t folds = arguments.Whole(i);
  if (folds < 1 || folds > 1'000'000) arguments.Fail(i, "must be a number of folds, at least 1");
  return folds;
}

// The class of each row of this rank: a level, or the place of a number among all different ones;
// the last of `count` where missing.
std::vector<size_t> Classes(const Frame& frame, const Column& column, Evaluator& evaluator,
                            size_t* count) {
  const Layout& layout = frame.layout();
  std::vector<double> numbers;
  if (!column.domain()) numbers = DistinctNumbers(layout, column, evaluator);
  const size_t missing = column.domain() ? column.domain()->size() : numbers.size();
  *count = missing + 1;
  const ChunkRange own = OwnChunks(layout, evaluator);
  const int64_t first = layout.ChunkStart(own.begin);
  std::vector<size_t> classes(static_cast<size_t>(layout.ChunkStart(own.end) - first));
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    const auto cells = ChunkCells<double>(column, chunk);
    size_t* const out = classes.data() + (layout.ChunkStart(chunk) - first);
    for (size_t i = 0; i < cells.size(); ++i) {
      if (std::isnan(cells[i])) {
        out[i] = missing;
      } else if (column.domain()) {
        out[i] = static_cast<size_t>(cells[i]);
      } else {
        out[i] = static_cast<size_t>(std::lower_bound(numbers.begin(), numbers.end(), cells[i]) -
                                     numbers.begin());
      }
    }
  });
  return classes;
}

// The rows of one class in random order: row i of the class stands at place places[i].
std::vector<size_t> RandomPlaces(uint64_t seed, size_t of_class, size_t members) {
  std::vector<size_t> order(members);
  std::iota(order.begin(), order.end(), size_t{0});
  Random random(seed, {of_class});
  random.Shuffle(std::span(order));
  std::vector<size_t> places(members);
  for (size_t place = 0; place < members; ++place) places[order[place]] = place;
  return places;
}

// A class as one of its rows sees it.
struct ClassSize {
  size_t members = 0;
  size_t before = 0;  // members of the classes before it
};

// mark(class, place of the row in the random order of its class) of every row of this rank. Each
// class is put in order by one rank, which tells the others the marks of their rows.
template <class Mark>
std::vector<int64_t> MarkClasses(const Arguments& arguments, Evaluator& evaluator, uint64_t seed,
                                 Mark mark) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  if (!IsNumeric(column->type())) arguments.Fail(0, "must be a column of levels or numbers");
  size_t count = 0;
  const auto classes = Classes(*frame, *column, evaluator, &count);
  const bool alone = frame->layout().ranks() == 1;
  Communicator& ranks = evaluator.context().ranks;
  const auto size = alone ? size_t{1} : static_cast<size_t>(ranks.size());
  const auto me = alone ? size_t{0} : static_cast<size_t>(ranks.rank());
  // How many rows of each class each rank has.
  std::vector<int64_t> counts(size * count);
  for (const size_t c : classes) ++counts[me * count + c];
  if (!alone) ranks.AllReduceSum(std::span<int64_t>(counts));
  std::vector<std::vector<int64_t>> marks(size);  // for each rank, class by class
  ClassSize of_class;
  for (size_t c = 0; c < count; ++c) {
    of_class.members = 0;
    for (size_t r = 0; r < size; ++r) {
      of_class.members += static_cast<size_t>(counts[r * count + c]);
    }
    if (c % size == me) {
      evaluator.context().work.ThrowIfCancelled();
      const auto places = RandomPlaces(seed, c, of_class.members);
      auto place = places.begin();
      for (size_t r = 0; r < size; ++r) {
        for (int64_t i = 0; i < counts[r * count + c]; ++i) {
          marks[r].push_back(mark(of_class, *place++));
        }
      }
    }
    of_class.before += of_class.members;
  }
  if (!alone) marks = Exchange(std::move(marks), ranks);
  // Where the marks of each class begin among those of their rank.
  std::vector<size_t> begin(count);
  std::vector<size_t> filled(size);
  for (size_t c = 0; c < count; ++c) {
    begin[c] = filled[c % size];
    filled[c % size] += static_cast<size_t>(counts[me * count + c]);
  }
  std::vector<int64_t> of_row;
  of_row.reserve(classes.size());
  for (const size_t c : classes) of_row.push_back(marks[c % size][begin[c]++]);
  return of_row;
}

// A column of a number for each row of this rank.
ColumnPtr OwnIntegers(const Layout& layout, std::span<const int64_t> own_rows, ColumnType type,
                      DomainPtr domain, Evaluator& evaluator) {
  const int64_t first = layout.ChunkStart(OwnChunks(layout, evaluator).begin);
  return MakeIntegers(
      layout, evaluator, type, std::move(domain), [&](size_t chunk, std::span<int64_t> out) {
        std::copy_n(own_rows.begin() + (layout.ChunkStart(chunk) - first), out.size(), out.begin());
      });
}

}  // namespace

Value FoldColumn(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const auto folds = static_cast<double>(FoldCount(arguments, 1));
  const uint64_t seed = SeedOf(arguments, 2, evaluator);
  const Layout& layout = frame->layout();
  auto column = MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    RowRandom random(seed, layout.ChunkStart(chunk));
    for (double& cell : out) cell = std::floor(random.Next() * folds);
  });
  return Frame(frame->layout_ptr(), {"C1"}, {std::move(column)});
}

Value ModuloFoldColumn(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const int64_t folds = FoldCount(arguments, 1);
  const Layout& layout = frame->layout();
  auto column = MakeIntegers(layout, evaluator, ColumnType::kInteger, nullptr,
                             [&](size_t chunk, std::span<int64_t> out) {
                               int64_t row = layout.ChunkStart(chunk);
                               for (int64_t& cell : out) cell = row++ % folds;
                             });
  return Frame(frame->layout_ptr(), {"C1"}, {std::move(column)});
}

// Rows of each class go to the folds in turn.
Value StratifiedFoldColumn(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const int64_t folds = FoldCount(arguments, 1);
  const auto fold = MarkClasses(arguments, evaluator, SeedOf(arguments, 2, evaluator),
                                [&](const ClassSize& of_class, size_t place) {
                                  return static_cast<int64_t>(of_class.before + place) % folds;
                                });
  return Frame(frame->layout_ptr(), {"C1"},
               {OwnIntegers(frame->layout(), fold, ColumnType::kInteger, nullptr, evaluator)});
}

Value StratifiedSplit(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const double share = arguments.size() > 1 ? arguments.Number(1) : 0.2;
  if (!(share >= 0 && share <= 1)) arguments.Fail(1, "must be a share from 0 to 1");
  const auto test = MarkClasses(arguments, evaluator, SeedOf(arguments, 2, evaluator),
                                [&](const ClassSize& of_class, size_t place) {
                                  // At least one row of every class that has some, as in H2O.
                                  const auto wanted = static_cast<size_t>(
                                      std::llround(share * static_cast<double>(of_class.members)));
                                  return int64_t{share > 0 && place < std::max<size_t>(wanted, 1)};
                                });
  auto domain = std::make_shared<const Domain>(std::vector<std::string>{"train", "test"});
  return Frame(
      frame->layout_ptr(), {"test_train_split"},
      {OwnIntegers(frame->layout(), test, ColumnType::kCategorical, std::move(domain), evaluator)});
}

}  // namespace thalweg::internal
