#include "learn/deeplearning/gradient_sum.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "base/error.h"
#include "cluster/bfloat16_sum.h"
#include "kernels/exact_sums.h"

namespace thalweg {

class GradientSum::Adder : public Optimizer<float> {
 public:
  explicit Adder(GradientSum& sum) : sum_(sum) {}
  void set_share(double share) { share_ = share; }

  void BeginStep(double /*samples*/, size_t /*updates*/) override {}
  void Update(size_t block, size_t row, size_t column, const float* gradient, float factor,
              size_t count) override {
    if (block == 0) sum_.touched_[row].store(1, std::memory_order_relaxed);
    if (sum_.kind_ == kExact) {
      AddMultiples(gradient, static_cast<double>(factor) * share_,
                   sum_.multiples_[block].row(row) + column, count);
    } else {
      float* to = sum_.sums_[block].row(row) + column;
      const auto by = static_cast<float>(static_cast<double>(factor) * share_);
      for (size_t i = 0; i < count; ++i) to[i] += by * gradient[i];
    }
  }
  Upcoming<float> Touched(size_t /*block*/, size_t /*row*/, size_t /*column*/) override {
    return {};
  }
  std::vector<Matrix<float>*> State() override { return {}; }

 private:
  GradientSum& sum_;
  double share_ = 1;
};

GradientSum::GradientSum(std::span<const ParameterBlock<float>> blocks, Kind kind)
    : kind_(kind), adder_(std::make_unique<Adder>(*this)), touched_(blocks[0].values->rows()) {
  for (const ParameterBlock<float>& block : blocks) {
    sums_.emplace_back(block.values->rows(), block.values->columns());
    if (kind == kExact) multiples_.emplace_back(block.values->rows(), block.values->columns());
  }
}

GradientSum::~GradientSum() = default;

void GradientSum::Clear() {
  const auto clear = [this](auto& sums) {
    for (size_t b = 0; b < sums.size(); ++b) {
      for (size_t r = 0; r < sums[b].rows(); ++r) {
        if (b > 0 || IsTouched(r)) std::fill_n(sums[b].row(r), sums[b].columns(), 0);
      }
    }
  };
  clear(sums_);
  clear(multiples_);
  for (std::atomic<uint8_t>& row : touched_) row.store(0, std::memory_order_relaxed);
}

Optimizer<float>& GradientSum::Recorder(double share) {
  adder_->set_share(share);
  return *adder_;
}

void GradientSum::AllReduce(size_t first, size_t last, Communicator* ranks) {
  const size_t count = last - first;
  if (ranks != nullptr && ranks->size() > 1) {
    if (first == 0) JoinTouched(*ranks);
    if (kind_ == kExact) {
      Exchange(std::span(multiples_).subspan(first, count), first, whole_values_, *ranks);
    } else {
      Exchange(std::span(sums_).subspan(first, count), first, values_, *ranks);
    }
  }
  for (size_t b = first; b < last && kind_ == kExact; ++b) ToFloats(b);
}

void GradientSum::JoinTouched(Communicator& ranks) {
  std::string mine((touched_.size() + 7) / 8, '\0');
  for (size_t r = 0; r < touched_.size(); ++r) {
    if (IsTouched(r)) mine[r / 8] = static_cast<char>(mine[r / 8] | 1 << r % 8);
  }
  for (const std::string& theirs : ranks.AllGather(mine)) {
    Check(theirs.size() == mine.size(), "ranks train nets of one shape");
    for (size_t r = 0; r < touched_.size(); ++r) {
      if ((theirs[r / 8] >> r % 8 & 1) != 0) touched_[r].store(1, std::memory_order_relaxed);
    }
  }
}

template <class Number>
void GradientSum::Exchange(std::span<Matrix<Number>> sums, size_t first,
                           std::vector<Number>& values, Communicator& ranks) const {
  const auto visit = [&](const auto& row) {
    for (size_t b = 0; b < sums.size(); ++b) {
      for (size_t r = 0; r < sums[b].rows(); ++r) {
        if (first + b > 0 || IsTouched(r)) row(sums[b].row(r), sums[b].columns());
      }
    }
  };
  values.clear();
  visit([&](const Number* row, size_t count) { values.insert(values.end(), row, row + count); });
  if constexpr (std::is_same_v<Number, float>) {
    kind_ == kBfloat16 ? AllReduceSumBfloat16(ranks, values)
                       : ranks.AllReduceSum(std::span<Number>(values));
  } else {
    ranks.AllReduceSum(std::span<Number>(values));
  }
  const Number* from = values.data();
  visit([&](Number* row, size_t count) {
    std::copy_n(from, count, row);
    from += count;
  });
}

void GradientSum::ToFloats(size_t block) {
  for (size_t r = 0; r < sums_[block].rows(); ++r) {
    if (block == 0 && !IsTouched(r)) continue;
    MultiplesToFloats(multiples_[block].row(r), sums_[block].row(r), sums_[block].columns());
  }
}

}  // namespace thalweg
