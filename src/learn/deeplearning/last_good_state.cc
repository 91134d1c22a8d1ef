#include "learn/deeplearning/last_good_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "learn/deeplearning/training_state.h"

namespace thalweg {

LastGoodState::LastGoodState(Net<float>& net, Optimizer<float>& optimizer, bool enabled)
    : net_(net), optimizer_(optimizer), enabled_(enabled) {}

void LastGoodState::Restore(int returns) {
  returns_ = returns;
  optimizer_.ReduceRate(std::pow(0.5, returns));
}

bool LastGoodState::IsSound() const {
  for (const ParameterBlock<float>& block : net_.Blocks()) {
    // A NaN fails the comparison, too. Whole rows without a branch, for speed.
    for (size_t r = 0; r < block.values->rows(); ++r) {
      const float* row = block.values->row(r);
      int unsound = 0;
      for (size_t c = 0; c < block.values->columns(); ++c) {
        unsound |= static_cast<int>(!(std::abs(row[c]) <= kLargest));
      }
      if (unsound != 0) return false;
    }
  }
  return true;
}

void LastGoodState::Keep(uint64_t samples) {
  if (!enabled_) return;
  const std::vector<Matrix<float>*> state = TrainingState(net_, optimizer_);
  const bool first = kept_.empty();
  for (size_t i = 0; i < state.size(); ++i) {
    if (first) {
      kept_.push_back(*state[i]);
    } else {
      std::copy_n(state[i]->data(), state[i]->elements().size(), kept_[i].data());
    }
  }
  samples_ = samples;
}

uint64_t LastGoodState::GoBack(uint64_t samples, std::vector<std::string>& notes) {
  if (kept_.empty() || returns_ == kMostReturns) {
    std::string text = fmt::format(
        "training became unstable after {} samples: the weights grew beyond all bounds", samples);
    if (returns_ > 0) text += fmt::format(", {} times, each with half the rate before", returns_);
    throw UserError(text +
                    ". Try a smaller rate or initial_weight_scale, gradient_clip (such as 1), "
                    "max_w2 (such as 10), l2, or standardize" +
                    (enabled_ ? "" : ", or recover_from_instability"));
  }
  ++returns_;
  const std::vector<Matrix<float>*> state = TrainingState(net_, optimizer_);
  for (size_t i = 0; i < state.size(); ++i) {
    std::copy_n(kept_[i].data(), kept_[i].elements().size(), state[i]->data());
  }
  optimizer_.ReduceRate(0.5);
  notes.push_back(fmt::format(
      "training became unstable after {} samples; back to the state after {}, with the rate times "
      "{:g} from there ({} of at most {} times)",
      WithThousands(static_cast<int64_t>(samples)), WithThousands(static_cast<int64_t>(samples_)),
      std::pow(0.5, returns_), returns_, kMostReturns));
  return samples_;
}

}  // namespace thalweg
