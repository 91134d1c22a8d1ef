// Columns that part the rows for cross-validation and tests.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/random.h"
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

// The class of each row: a level, or the place of a number among all different ones; -1 where
// missing.
std::vector<int64_t> Classes(const Frame& frame, const Column& column, Evaluator& evaluator,
                             size_t* count) {
  const Layout& layout = frame.layout();
  std::vector<double> numbers;
  if (!column.domain()) numbers = DistinctNumbers(layout, column, evaluator);
  *count = column.domain() ? column.domain()->size() : numbers.size();
  std::vector<int64_t> classes(static_cast<size_t>(layout.rows()));
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    const auto cells = ChunkCells<double>(column, chunk);
    for (size_t i = 0; i < cells.size(); ++i) {
      int64_t& c = classes[static_cast<size_t>(layout.ChunkStart(chunk)) + i];
      if (std::isnan(cells[i])) {
        c = -1;
      } else if (column.domain()) {
        c = static_cast<int64_t>(cells[i]);
      } else {
        c = std::lower_bound(numbers.begin(), numbers.end(), cells[i]) - numbers.begin();
      }
    }
  });
  return classes;
}

// The rows of each class in random order, missing ones last.
std::vector<std::vector<int64_t>> ShuffledClasses(const Arguments& arguments, Evaluator& evaluator,
                                                  uint64_t seed) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  if (!IsNumeric(column->type())) arguments.Fail(0, "must be a column of levels or numbers");
  size_t count = 0;
  const auto classes = Classes(*frame, *column, evaluator, &count);
  std::vector<std::vector<int64_t>> rows(count + 1);
  for (size_t r = 0; r < classes.size(); ++r) {
    rows[classes[r] < 0 ? count : static_cast<size_t>(classes[r])].push_back(
        static_cast<int64_t>(r));
  }
  for (size_t c = 0; c < rows.size(); ++c) {
    Random random(seed, {c});
    random.Shuffle(std::span(rows[c]));
  }
  return rows;
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
  const auto rows = ShuffledClasses(arguments, evaluator, SeedOf(arguments, 2, evaluator));
  std::vector<int64_t> fold(static_cast<size_t>(frame->rows()));
  int64_t next = 0;
  for (const auto& members : rows) {
    for (const int64_t row : members) fold[static_cast<size_t>(row)] = next++ % folds;
  }
  return Frame(frame->layout_ptr(), {"C1"},
               {IntegersColumn(frame->layout(), fold, ColumnType::kInteger, nullptr, evaluator)});
}

Value StratifiedSplit(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const double share = arguments.size() > 1 ? arguments.Number(1) : 0.2;
  if (!(share >= 0 && share <= 1)) arguments.Fail(1, "must be a share from 0 to 1");
  const auto rows = ShuffledClasses(arguments, evaluator, SeedOf(arguments, 2, evaluator));
  std::vector<int64_t> test(static_cast<size_t>(frame->rows()));
  for (const auto& members : rows) {
    // At least one row of every class that has some, as in H2O.
    const auto wanted =
        static_cast<size_t>(std::llround(share * static_cast<double>(members.size())));
    const size_t count = members.empty() || share == 0 ? 0 : std::max<size_t>(wanted, 1);
    for (size_t i = 0; i < count; ++i) test[static_cast<size_t>(members[i])] = 1;
  }
  auto domain = std::make_shared<const Domain>(std::vector<std::string>{"train", "test"});
  return Frame(frame->layout_ptr(), {"test_train_split"},
               {IntegersColumn(frame->layout(), test, ColumnType::kCategorical, std::move(domain),
                               evaluator)});
}

}  // namespace thalweg::internal
