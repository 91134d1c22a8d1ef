#include "learn/deeplearning/training_team.h"

#include <algorithm>
#include <span>

#include "cluster/bfloat16_sum.h"
#include "learn/deeplearning/stopwatch.h"
#include "learn/deeplearning/training_state.h"

namespace thalweg {
namespace {

constexpr size_t kRemembered = 9;

}  // namespace

TrainingTeam::TrainingTeam(Communicator* ranks, Net<float>& net, Optimizer<float>& optimizer,
                           const TeamOptions& options)
    : ranks_(ranks != nullptr && ranks->size() > 1 ? ranks : nullptr),
      in_step_(options.in_step),
      net_(net),
      optimizer_(optimizer),
      momentum_(alone() || in_step_ ? 0.0F : static_cast<float>(options.momentum)),
      elastic_(alone() || in_step_ ? nullptr : options.elastic),
      moving_rate_(static_cast<float>(options.moving_rate)),
      bfloat16_(!alone() && !in_step_ && options.bfloat16) {}

void TrainingTeam::Start() {
  if (elastic_ != nullptr) {
    const std::vector<Matrix<float>*> state = net_.State();
    center_.clear();
    for (const Matrix<float>* matrix : state) center_.push_back(*matrix);
    const auto blocks = net_.Blocks();
    for (size_t b = 0; b < blocks.size(); ++b) {
      const auto at = std::find(state.begin(), state.end(), blocks[b].values) - state.begin();
      elastic_->SetCenter(b, &center_[static_cast<size_t>(at)]);
    }
  }
  moves_ = 0;
  start_.clear();
  velocity_.clear();
  if (momentum_ == 0 && (!bfloat16_ || elastic_ != nullptr)) return;
  for (const auto& block : net_.Blocks()) {
    const auto elements = block.values->elements();
    start_.emplace_back(elements.begin(), elements.end());
    velocity_.emplace_back(elements.size(), 0.0F);
  }
}

void TrainingTeam::AddMomentum() {
  if (start_.empty()) return;
  // Less at the beginning, so that trainings of few, long iterations do not overshoot at their end.
  constexpr float kRamp = 2;
  ++moves_;
  const auto moves = static_cast<float>(moves_);
  const float momentum = std::min(momentum_, moves / (moves + kRamp));
  const auto blocks = net_.Blocks();
  for (size_t b = 0; b < blocks.size(); ++b) {
    float* values = blocks[b].values->data();
    for (size_t i = 0; i < start_[b].size(); ++i) {
      velocity_[b][i] = momentum * velocity_[b][i] + (values[i] - start_[b][i]);
      start_[b][i] += velocity_[b][i];
      values[i] = start_[b][i];
    }
  }
}

const float* TrainingTeam::BaseOf(const Matrix<float>* matrix) const {
  if (!bfloat16_) return nullptr;
  if (elastic_ != nullptr) {
    const std::vector<Matrix<float>*> state = net_.State();
    const auto at = std::find(state.begin(), state.end(), matrix);
    return center_[static_cast<size_t>(at - state.begin())].data();
  }
  const auto blocks = net_.Blocks();
  for (size_t b = 0; b < blocks.size(); ++b) {
    if (blocks[b].values == matrix) return start_[b].data();
  }
  return nullptr;
}

void TrainingTeam::SumUp(const std::vector<Matrix<float>*>& matrices, float share) {
  size_t count = 0;
  for (const Matrix<float>* matrix : matrices) count += matrix->elements().size();
  values_.resize(count);
  float* to = values_.data();
  for (const Matrix<float>* matrix : matrices) {
    const auto values = matrix->elements();
    const float* base = BaseOf(matrix);
    for (size_t i = 0; i < values.size(); ++i) {
      *to++ = (values[i] - (base == nullptr ? 0 : base[i])) * share;
    }
  }
  if (!bfloat16_) {
    ranks_->AllReduceSum(std::span<float>(values_));
    return;
  }
  AllReduceSumBfloat16(*ranks_, values_);
  to = values_.data();
  for (const Matrix<float>* matrix : matrices) {
    const size_t values = matrix->elements().size();
    if (const float* base = BaseOf(matrix)) {
      for (size_t i = 0; i < values; ++i) to[i] += base[i];
    }
    to += values;
  }
}

void TrainingTeam::MoveCenter() {
  const float* mean = values_.data();
  for (Matrix<float>& center : center_) {
    const size_t count = center.elements().size();
    for (size_t i = 0; i < count; ++i) {
      center.data()[i] = moving_rate_ * mean[i] + (1 - moving_rate_) * center.data()[i];
    }
    mean += count;
  }
}

void TrainingTeam::SwapWithCenter() {
  if (elastic_ == nullptr) return;
  const std::vector<Matrix<float>*> state = net_.State();
  for (size_t i = 0; i < state.size(); ++i) {
    std::swap_ranges(center_[i].data(), center_[i].data() + center_[i].elements().size(),
                     state[i]->data());
  }
}

std::string TrainingTeam::AsLeader(std::string mine) {
  return alone() ? mine : ranks_->Broadcast(std::move(mine), 0);
}

uint64_t TrainingTeam::UnionOf(uint64_t bits) {
  if (alone()) return bits;
  // A bit that is set somewhere is in no other rank's way: one counter each.
  constexpr size_t kBits = 8;
  std::vector<int64_t> counts(kBits);
  for (size_t bit = 0; bit < kBits; ++bit) counts[bit] = static_cast<int64_t>((bits >> bit) & 1);
  ranks_->AllReduceSum(std::span<int64_t>(counts));
  uint64_t all = 0;
  for (size_t bit = 0; bit < kBits; ++bit) {
    if (counts[bit] > 0) all |= uint64_t{1} << bit;
  }
  return all;
}

double TrainingTeam::averaging_seconds() const {
  if (averaging_seconds_.empty()) return 0;
  // The median: single ones are slow for other reasons, such as a start or a scoring.
  std::vector<double> seconds(averaging_seconds_.begin(), averaging_seconds_.end());
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>((seconds.size() - 1) / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

std::vector<TrainingTeam::Trained> TrainingTeam::Average(const Trained& mine) {
  if (alone() || in_step_) return {mine};
  Trained told = mine;
  told.waited_seconds = waited_seconds_;
  std::vector<Trained> all;
  uint64_t samples = 0;
  double waited = 0;
  Stopwatch watch;
  for (const std::string& bytes :
       ranks_->AllGather({reinterpret_cast<const char*>(&told), sizeof(told)})) {
    bytes.copy(reinterpret_cast<char*>(&all.emplace_back()), sizeof(Trained));
    samples += all.back().samples;
    waited += all.back().waited_seconds / size();
  }
  // All are here now: from here on it is the exchange that takes time.
  waited_seconds_ = watch.seconds();
  watch = Stopwatch();
  if (samples > 0) {
    const auto share =
        static_cast<float>(static_cast<double>(mine.samples) / static_cast<double>(samples));
    if (elastic_ != nullptr) {
      SumUp(net_.State(), share);
      MoveCenter();
    } else {
      const std::vector<Matrix<float>*> state = TrainingState(net_, optimizer_);
      SumUp(state, share);
      const float* from = values_.data();
      for (Matrix<float>* matrix : state) {
        std::copy_n(from, matrix->elements().size(), matrix->data());
        from += matrix->elements().size();
      }
      AddMomentum();
    }
  }
  averaging_seconds_.push_back(waited + watch.seconds());
  if (averaging_seconds_.size() > kRemembered) averaging_seconds_.pop_front();
  ++averagings_;
  return all;
}

}  // namespace thalweg
