// Where a training pauses and where it ends, counted in samples from its beginning, and in which
// order the rows come.
//
// A batch never goes beyond the end of an epoch or of an iteration of fixed size. Training ends and
// pauses between batches only: so a training that ends and is continued makes the same batches as
// one that goes on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thalweg {

class SampleSchedule {
 public:
  // Stretches of about this long leave room to react, and cost nothing.
  static constexpr double kStretchSeconds = 0.25;

  // `iteration` 0: iterations of about a quarter of a second. Everything else at least 1.
  SampleSchedule(uint64_t rows, uint64_t batch, uint64_t iteration)
      : rows_(rows), batch_(batch), iteration_(iteration) {}

  // The end of a batch next to so many epochs; not before the first batch.
  uint64_t End(double epochs) const;
  // The end of the iteration in which, or at whose beginning, `samples` lies. `speed` in samples
  // per second, as measured.
  uint64_t IterationEnd(uint64_t samples, double speed) const;
  bool GoesByTheClock() const { return iteration_ == 0; }
  uint64_t EndOfEpoch(uint64_t samples) const { return samples - samples % rows_ + rows_; }
  bool IsIterationEnd(uint64_t samples) const {
    return iteration_ == 0 || samples % iteration_ == 0;
  }
  // The end of a stretch of about a quarter of a second, at the latest that of the epoch or the
  // iteration: whole batches.
  uint64_t StretchEnd(uint64_t samples, double speed) const;

 private:
  // The first end of an epoch or of an iteration of fixed size after `samples`.
  uint64_t NextCut(uint64_t samples) const;

  uint64_t rows_;
  uint64_t batch_;
  uint64_t iteration_;
};

// The order of the rows in an epoch follows from the seed and the epoch's number alone.
class RowOrder {
 public:
  // `shuffle` off: every epoch has the order of the first.
  RowOrder(size_t rows, uint64_t seed, bool shuffle);
  // Valid until the next call.
  std::span<const uint32_t> OfEpoch(uint64_t epoch);

 private:
  uint64_t seed_;
  bool shuffle_;
  uint64_t epoch_ = UINT64_MAX;  // of order_
  std::vector<uint32_t> order_;
};

}  // namespace thalweg
