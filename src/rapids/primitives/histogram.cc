// Numbers into intervals: hist and cut.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "mapreduce/quantiles.h"
#include "mapreduce/rollups.h"
#include "rapids/chunks.h"
#include "rapids/number_text.h"
#include "rapids/primitives.h"

namespace thalweg::internal {
namespace {

constexpr double kMostBins = 1e6;

Frame OneColumn(const Arguments& arguments) {
  const ColumnPtr column = arguments.ColumnAt(0);
  if (!IsNumeric(column->type()) || column->type() == ColumnType::kCategorical) {
    arguments.Fail(0, "must be a column of numbers");
  }
  return *arguments.FrameAt(0);
}

// The median of the absolute distances from the median, times what makes it the standard deviation
// of normal cells.
double MedianDeviation(const Frame& frame, Evaluator& evaluator) {
  const double half[] = {0.5};
  const double median = ComputeQuantiles(frame, 0, half, evaluator.pool())[0];
  ColumnPtr distances =
      MakeNumbers(frame.layout(), evaluator, [&](size_t chunk, std::span<double> out) {
        frame.column(0).chunk(chunk).Decode(0, out);
        for (double& cell : out) cell = std::abs(cell - median);
      });
  const Frame all(frame.layout_ptr(), {"x"}, {std::move(distances)});
  return 1.4826 * ComputeQuantiles(all, 0, half, evaluator.pool())[0];
}

// The third standardized moment.
double Skewness(const Frame& frame, const Rollups& rollups, Evaluator& evaluator) {
  double cubes = 0;
  for (const double part : ChunkParts(frame.layout(), evaluator, [&](size_t chunk) {
         double sum = 0;
         for (const double cell : ChunkCells<double>(frame.column(0), chunk)) {
           if (!std::isnan(cell)) sum += std::pow(cell - rollups.mean, 3);
         }
         return sum;
       })) {
    cubes += part;
  }
  const auto n = static_cast<double>(rollups.rows - rollups.missing);
  return cubes / n / std::pow(rollups.sd, 3);
}

// How many bins a rule of thumb says.
double BinsByRule(const Arguments& arguments, const Frame& frame, const Rollups& rollups,
                  Evaluator& evaluator) {
  const std::string rule = ToLower(arguments.Text(1));
  const auto n = static_cast<double>(frame.rows());
  const double range = rollups.max - rollups.min;
  if (rule == "sturges") return std::ceil(std::log2(n) + 1);
  if (rule == "rice") return std::ceil(2 * std::cbrt(n));
  if (rule == "sqrt") return std::ceil(std::sqrt(n));
  if (rule == "doane") {
    const double spread = std::sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
    const double skewness = std::abs(Skewness(frame, rollups, evaluator));
    return std::ceil(1 + std::log2(n) + std::log2(1 + skewness / spread));
  }
  if (rule == "scott") return std::ceil(range / (3.5 * rollups.sd / std::cbrt(n)));
  if (rule == "fd")
    return std::ceil(range / (2 * MedianDeviation(frame, evaluator) / std::cbrt(n)));
  arguments.Fail(1,
                 "must be a number of bins, their breaks, or one of 'sturges', 'rice', 'sqrt', "
                 "'doane', 'fd', 'scott'");
}

struct Bin {
  double count = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
};

// Ascending, without repetition.
std::vector<double> BreaksAt(const Arguments& arguments, size_t i) {
  std::vector<double> breaks = arguments.Numbers(i);
  std::sort(breaks.begin(), breaks.end());
  breaks.erase(std::unique(breaks.begin(), breaks.end()), breaks.end());
  if (!breaks.empty() && std::isnan(breaks.back()))
    arguments.Fail(i, "must hold no missing number");
  return breaks;
}

// A break in the name of an interval, rounded to so many places.
std::string BreakText(double value, double places) {
  const double power = std::pow(10, places);
  return JavaNumberText(std::round(value * power) / power);
}

}  // namespace

// Bins of equal width are those of H2O: of n breaks min + i * width, i = 1 ... n, the first bin
// holds the cells below the first break, and so on, and the last bin all above the last but one.
Value Histogram(const Arguments& arguments, Evaluator& evaluator) {
  const Frame frame = OneColumn(arguments);
  const Rollups rollups = ComputeRollups(frame, evaluator.pool())[0];
  std::vector<double> breaks;
  const bool given = arguments[1].Is<NumberList>() && arguments.Numbers(1).size() > 1;
  double width = 0;
  if (given) {
    breaks = BreaksAt(arguments, 1);
  } else {
    if (!(rollups.max > rollups.min)) {
      arguments.Fail(0, "must hold at least two different numbers");
    }
    const double bins = arguments[1].Is<std::string>()
                            ? BinsByRule(arguments, frame, rollups, evaluator)
                            : arguments.Numbers(1).at(0);
    if (!(bins >= 2 && bins <= kMostBins)) {
      arguments.Fail(1, "asks for " + ShortNumberText(bins) + " bins; 2 to 1000000 can be made");
    }
    const double count = std::floor(bins);
    width = (rollups.max - rollups.min) / count;
    for (double i = 1; i <= count; ++i) breaks.push_back(rollups.min + i * width);
  }
  if (breaks.size() < 2) arguments.Fail(1, "must hold at least two different breaks");
  const size_t bins = breaks.size() - 1;
  std::vector<std::vector<Bin>> parts(frame.layout().chunks());
  ForEachChunk(frame.layout(), evaluator, [&](size_t chunk) {
    std::vector<Bin> part(bins);
    for (const double cell : ChunkCells<double>(frame.column(0), chunk)) {
      if (std::isnan(cell)) continue;
      size_t bin = 0;
      if (given) {
        if (cell < breaks.front() || cell > breaks.back()) continue;
        const auto found = std::lower_bound(breaks.begin() + 1, breaks.end(), cell);
        bin = static_cast<size_t>(found - breaks.begin()) - 1;
      } else {
        bin = std::min(bins - 1, static_cast<size_t>((cell - rollups.min) / width));
      }
      ++part[bin].count;
      part[bin].least = std::min(part[bin].least, cell);
      part[bin].most = std::max(part[bin].most, cell);
    }
    parts[chunk] = std::move(part);
  });
  std::vector<double> counts(bins + 1, 0.0);
  std::vector<double> true_mids(bins + 1, kMissingReal);
  std::vector<double> mids(bins + 1, kMissingReal);
  counts[0] = kMissingReal;
  for (size_t b = 0; b < bins; ++b) {
    Bin all;
    for (const auto& part : parts) {
      all.count += part[b].count;
      all.least = std::min(all.least, part[b].least);
      all.most = std::max(all.most, part[b].most);
    }
    counts[b + 1] = all.count;
    if (all.count > 0) true_mids[b + 1] = (all.least + all.most) / 2;
    mids[b + 1] = (breaks[b] + breaks[b + 1]) / 2;
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(breaks.size()));
  std::vector<ColumnPtr> columns;
  for (const auto* cells : {&breaks, &counts, &true_mids, &mids}) {
    columns.push_back(NumbersColumn(*layout, *cells, evaluator));
  }
  return Frame(layout, {"breaks", "counts", "mids_true", "mids"}, std::move(columns));
}

Value Cut(const Arguments& arguments, Evaluator& evaluator) {
  const Frame frame = OneColumn(arguments);
  std::vector<double> breaks = BreaksAt(arguments, 1);
  const bool include_lowest = arguments.Flag(3);
  const bool right = arguments.Flag(4);
  const double places = arguments.Number(5);
  if (breaks.size() == 1) {
    // That many intervals of equal width, a thousandth wider than the cells at both ends.
    const double count = breaks[0];
    if (!(count >= 2 && count <= kMostBins)) {
      arguments.Fail(1, "must be breaks, or a number of intervals from 2 to 1000000");
    }
    const Rollups rollups = ComputeRollups(frame, evaluator.pool())[0];
    if (!(rollups.max >= rollups.min)) arguments.Fail(0, "must hold at least one number");
    double range = rollups.max - rollups.min;
    if (range == 0) range = std::max(1.0, std::abs(rollups.min));
    breaks.clear();
    for (double i = 0; i <= std::floor(count); ++i) {
      breaks.push_back(rollups.min + (rollups.max - rollups.min) * i / std::floor(count));
    }
    breaks.front() -= range / 1000;
    breaks.back() += range / 1000;
    breaks.erase(std::unique(breaks.begin(), breaks.end()), breaks.end());
  }
  if (breaks.size() < 2) arguments.Fail(1, "must hold at least two different breaks");
  const size_t intervals = breaks.size() - 1;
  std::vector<std::string> levels;
  if (!arguments.Nothing(2)) {
    levels = arguments.Texts(2);
    if (levels.size() != intervals) {
      arguments.Fail(2,
                     "must hold one label per interval: the `labels` vector does not match the "
                     "number of cuts");
    }
  } else {
    for (size_t i = 0; i < intervals; ++i) {
      const bool closed = !right || (include_lowest && i == 0);
      levels.push_back((closed ? "[" : "(") + BreakText(breaks[i], places) + "," +
                       BreakText(breaks[i + 1], places) + (right ? "]" : ")"));
    }
  }
  ColumnPtr codes = MakeIntegers(
      frame.layout(), evaluator, ColumnType::kCategorical,
      std::make_shared<const Domain>(std::move(levels)), [&](size_t chunk, std::span<int64_t> out) {
        const auto cells = ChunkCells<double>(frame.column(0), chunk);
        for (size_t i = 0; i < out.size(); ++i) {
          const double cell = cells[i];
          out[i] = kMissingInt;
          if (std::isnan(cell) || cell < breaks.front() || cell > breaks.back()) continue;
          // (a, b] or [a, b); with the first the lowest break belongs to its interval where asked
          // for.
          const auto found = right ? std::lower_bound(breaks.begin(), breaks.end(), cell)
                                   : std::upper_bound(breaks.begin(), breaks.end(), cell);
          const auto place = found - breaks.begin();
          if (place == 0) {
            if (include_lowest) out[i] = 0;
          } else if (place <= static_cast<ptrdiff_t>(intervals)) {
            out[i] = place - 1;
          }
        }
      });
  return Frame(frame.layout_ptr(), frame.names(), {std::move(codes)});
}

}  // namespace thalweg::internal
