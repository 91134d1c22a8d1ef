// Self-healing: where the weights of a net grow beyond all bounds, training goes back to the last
// good state and on with half the rate.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learn/deeplearning/net.h"

namespace thalweg {

// Holds a copy of the net's and the optimizer's state. Thread rule: between training steps, alone.
class LastGoodState {
 public:
  static constexpr int kMostReturns = 5;
  // A weight or bias of a larger magnitude is on its way to infinity: squares of a few such values
  // leave the range of floats.
  static constexpr float kLargest = 1e10F;

  // Net and optimizer must outlive this. Where not `enabled`, nothing is kept, and GoBack throws.
  LastGoodState(Net<float>& net, Optimizer<float>& optimizer, bool enabled);

  // How often there was a way back. A training that goes on begins with those of its earlier parts,
  // and the rates that they halved.
  int returns() const { return returns_; }
  void Restore(int returns);

  // All weights and biases are finite, and none is above kLargest.
  bool IsSound() const;
  // Remembers the state after so many samples; to be called where it is sound.
  void Keep(uint64_t samples);
  // Back to what was kept, with half the rate (ADADELTA: steps by half). Returns the number of
  // samples after which that was, and appends a sentence about it to `notes`. Throws UserError with
  // advice after kMostReturns times, or where going back is not wanted.
  uint64_t GoBack(uint64_t samples, std::vector<std::string>& notes);

 private:
  Net<float>& net_;
  Optimizer<float>& optimizer_;
  bool enabled_;
  int returns_ = 0;
  uint64_t samples_ = 0;
  std::vector<Matrix<float>> kept_;
};

}  // namespace thalweg
