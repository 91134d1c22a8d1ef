#include "learn/deeplearning/hogwild.h"

#include <algorithm>
#include <atomic>

#include "kernels/flush_denormals.h"

#ifdef __SANITIZE_THREAD__
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

namespace thalweg {
namespace {

// Where the race is meant. ThreadSanitizer looks away: it would find a race at every weight, and
// take minutes to match each with its suppression.
class RaceScope {
 public:
#ifdef __SANITIZE_THREAD__
  RaceScope() {
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~RaceScope() {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
#else
  RaceScope() {}
  ~RaceScope() {}
#endif
  RaceScope(const RaceScope&) = delete;
  RaceScope& operator=(const RaceScope&) = delete;
};

// Rates and momentum move, and max_w2 is enforced, once per so many rows. At the very start,
// stretches double from 1 row on: the first updates of Adam need corrections of their own.
constexpr uint64_t kStretch = 1024;
// Rows that a thread takes at a time.
constexpr size_t kGrab = 4;

void DoPhase(BatchStep<float>& step, size_t phase) {
  const size_t tasks = step.BeginPhase(phase);
  for (size_t t = 0; t < tasks; ++t) step.Do(phase, t);
}

}  // namespace

HogwildTrainer::HogwildTrainer(Net<float>& net, Optimizer<float>& optimizer,
                               const TrainingRows<float>& rows, const StepOptions& options,
                               ThreadPool& pool)
    : optimizer_(optimizer), pool_(pool) {
  for (size_t t = 0; t < pool.size(); ++t) {
    steps_.push_back(std::make_unique<BatchStep<float>>(net, optimizer, rows, options, 1));
  }
}

double HogwildTrainer::Train(std::span<const uint32_t> order, uint64_t sample) {
  const FlushDenormals flush;
  double loss = 0;
  std::vector<double> losses(steps_.size());
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    end = std::min(order.size(), begin + std::clamp<uint64_t>(sample + begin, 1, kStretch));
    optimizer_.BeginStep(static_cast<double>(sample + begin), end - begin);
    std::atomic<size_t> next{begin};
    pool_.Run(steps_.size(), [&](size_t task, size_t /*thread*/) {
      const FlushDenormals flush_too;
      BatchStep<float>& step = *steps_[task];
      double sum = 0;
      for (;;) {
        const size_t first = next.fetch_add(kGrab, std::memory_order_relaxed);
        if (first >= end) break;
        for (size_t i = first; i < std::min(end, first + kGrab); ++i) {
          const RaceScope race;
          step.Begin(order.subspan(i, 1), sample + i);
          for (size_t phase = 0; phase <= step.UpdatePhase(); ++phase) DoPhase(step, phase);
          sum += step.Loss();
        }
      }
      losses[task] = sum;
    });
    for (double part : losses) loss += part;
    BatchStep<float>& step = *steps_.front();
    for (size_t phase = step.UpdatePhase() + 1; phase < step.Phases(); ++phase) {
      DoPhase(step, phase);
    }
  }
  return order.empty() ? 0 : loss / static_cast<double>(order.size());
}

}  // namespace thalweg
