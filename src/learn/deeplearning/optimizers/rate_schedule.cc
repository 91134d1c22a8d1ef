#include "learn/deeplearning/optimizers/rate_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thalweg {

double RateSchedule::Factor(double samples) const {
  double rise = 1;
  if (warmup > 0 && samples < warmup * total_samples) {
    // The first sample counts as done: a rate of 0 would waste the first batch.
    rise = std::min(1.0, (samples + 1) / (warmup * total_samples));
  }
  const double done = total_samples > 0 ? std::min(1.0, samples / total_samples) : 0;
  const double after = std::max(0.0, (done - warmup) / (1 - warmup));
  switch (kind) {
    case ScheduleKind::kInverse:
      return rise / (1 + annealing * samples);
    case ScheduleKind::kConstant:
      return rise;
    case ScheduleKind::kLinear:
      return rise * (1 - after);
    case ScheduleKind::kCosine:
      return rise * 0.5 * (1 + std::cos(std::numbers::pi * after));
    case ScheduleKind::kStep:
      return rise * (done < 0.5 ? 1 : (done < 0.75 ? 0.1 : 0.01));
  }
  return rise;
}

}  // namespace thalweg
