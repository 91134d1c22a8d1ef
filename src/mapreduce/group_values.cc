#include "mapreduce/group_values.h"

#include <cmath>

#include "kernels/decimal.h"

namespace thalweg::internal {
namespace {

double PowerOf(const ValueColumn& value) {
  return kPowersOfTen[static_cast<size_t>(value.form.scale)];
}

double Sum(const ValueColumn& value, const GroupStats& stats) {
  return value.exact ? static_cast<double>(stats.sum) / PowerOf(value) : stats.real_sum;
}

double SumSquares(const ValueColumn& value, const GroupStats& stats) {
  if (!value.exact) return stats.real_squares;
  return static_cast<double>(stats.squares) / PowerOf(value) / PowerOf(value);
}

// With n cells, those that are missing among them counting as 0.
double Variance(const ValueColumn& value, const GroupStats& stats, int64_t n) {
  if (n < 2) return kMissingReal;
  if (value.exact) {
    const __int128 spread = stats.squares * n - static_cast<__int128>(stats.sum) * stats.sum;
    const double divisor = static_cast<double>(n) * static_cast<double>(n - 1);
    return static_cast<double>(spread) / divisor / PowerOf(value) / PowerOf(value);
  }
  double spread = stats.real_spread;
  if (n > stats.present && stats.present > 0) {
    // The zeros join (Chan, Golub, LeVeque 1983).
    const auto present = static_cast<double>(stats.present);
    const double mean = stats.real_sum / present;
    spread +=
        mean * mean * present * static_cast<double>(n - stats.present) / static_cast<double>(n);
  }
  return spread / static_cast<double>(n - 1);
}

}  // namespace

std::vector<AggregateCells> MakeCells(std::span<const AggregatePlan> plans,
                                      std::span<const ValueColumn> values, size_t groups) {
  std::vector<AggregateCells> all(plans.size());
  for (size_t i = 0; i < plans.size(); ++i) {
    AggregateCells& cells = all[i];
    const ValueColumn* value =
        plans[i].value < 0 ? nullptr : &values[static_cast<size_t>(plans[i].value)];
    switch (plans[i].aggregate.aggregate) {
      case Aggregate::kCount:
      case Aggregate::kMode:
        cells.integers = true;
        break;
      case Aggregate::kMin:
      case Aggregate::kMax:
        cells.integers = value->form.kind == IntegerForm::Kind::kDecimal;
        break;
      case Aggregate::kSum:
        cells.integers = value->exact;
        break;
      default:
        break;
    }
    if (cells.integers && value != nullptr && plans[i].aggregate.aggregate != Aggregate::kCount) {
      cells.scale = value->form.scale;
    }
    if (cells.integers) {
      cells.whole = ScratchArray<int64_t>(groups);
    } else {
      cells.real = ScratchArray<double>(groups);
    }
  }
  return all;
}

void PutCell(const AggregatePlan& plan, const ValueColumn* value, const GroupStats* stats,
             int64_t rows, size_t g, AggregateCells* cells) {
  const GroupMissing how = plan.aggregate.missing;
  const Aggregate what = plan.aggregate.aggregate;
  if (what == Aggregate::kCount) {
    cells->whole[g] = how == GroupMissing::kAll ? rows : stats->present;
    return;
  }
  const bool spoilt =
      how == GroupMissing::kAll && stats->present < rows && what != Aggregate::kMedian;
  if (spoilt) {
    if (cells->integers) {
      cells->whole[g] = kMissingInt;
    } else {
      cells->real[g] = kMissingReal;
    }
    return;
  }
  const int64_t n = how == GroupMissing::kIgnore ? rows : stats->present;
  switch (what) {
    case Aggregate::kCount:
      return;
    case Aggregate::kSum:
      if (cells->integers) {
        cells->whole[g] = stats->sum;
      } else {
        cells->real[g] = stats->real_sum;
      }
      return;
    case Aggregate::kMean:
      // One rounding where 10^scale * n is exact.
      cells->real[g] = n == 0         ? kMissingReal
                       : value->exact ? static_cast<double>(stats->sum) /
                                            (PowerOf(*value) * static_cast<double>(n))
                                      : Sum(*value, *stats) / static_cast<double>(n);
      return;
    case Aggregate::kMin:
    case Aggregate::kMax: {
      const int64_t extreme = stats->present == 0       ? kMissingInt
                              : what == Aggregate::kMin ? stats->min
                                                        : stats->max;
      if (cells->integers) {
        cells->whole[g] = extreme;
      } else {
        cells->real[g] = RealOf(extreme, value->form);
      }
      return;
    }
    case Aggregate::kVar:
      cells->real[g] = Variance(*value, *stats, n);
      return;
    case Aggregate::kSd:
      cells->real[g] = std::sqrt(Variance(*value, *stats, n));
      return;
    case Aggregate::kSumSquares:
      cells->real[g] = SumSquares(*value, *stats);
      return;
    case Aggregate::kMode:
      cells->whole[g] = stats->mode;
      return;
    case Aggregate::kMedian:
      cells->real[g] = stats->median;
      return;
  }
}

}  // namespace thalweg::internal
