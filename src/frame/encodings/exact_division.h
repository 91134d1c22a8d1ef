// Division by the same number again and again, where it leaves no rest: one multiplication by the
// inverse modulo 2^64 (Granlund, Montgomery 1994).
#pragma once

#include <bit>
#include <cstdint>

namespace thalweg::internal {

class ExactDivision {
 public:
  // divisor > 0.
  explicit ExactDivision(uint64_t divisor)
      : shift_(std::countr_zero(divisor)), most_(~uint64_t{0} / divisor) {
    const uint64_t odd = divisor >> shift_;
    // Right in the lowest 3 bits; each step of Newton's doubles them.
    inverse_ = odd;
    for (int step = 0; step < 5; ++step) inverse_ *= 2 - odd * inverse_;
  }

  bool Divides(uint64_t value) const { return std::rotr(value * inverse_, shift_) <= most_; }
  // Only where Divides(value).
  uint64_t Quotient(uint64_t value) const { return (value * inverse_) >> shift_; }

 private:
  int shift_;
  uint64_t most_;
  uint64_t inverse_;
};

}  // namespace thalweg::internal
