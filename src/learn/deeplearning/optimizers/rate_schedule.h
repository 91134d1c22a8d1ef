// How the rate changes in the course of a training.
//
// Let p be the share of all samples that is done, w the share of the warm-up. During the warm-up
// the rate rises linearly from 0; after it, with q = (p - w) / (1 - w):
//   inverse   1 / (1 + annealing * samples)
//   constant  1
//   linear    1 - q
//   cosine    (1 + cos(pi q)) / 2 (Loshchilov, Hutter 2017)
//   step      1, from p = 1/2 on 0.1, from p = 3/4 on 0.01 (He et al. 2016)
// The factors of the warm-up and of inverse and step are multiplied.
#pragma once

namespace thalweg {

enum class ScheduleKind { kInverse, kConstant, kLinear, kCosine, kStep };

struct RateSchedule {
  ScheduleKind kind = ScheduleKind::kInverse;
  double annealing = 1e-6;
  double warmup = 0;         // share of all samples, below 1
  double total_samples = 0;  // 0: unknown, for those that do not ask for it

  // What the rate is multiplied by after `samples` samples.
  double Factor(double samples) const;
};

}  // namespace thalweg
