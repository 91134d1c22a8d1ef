// Everything that training changes.
#pragma once

#include <vector>

#include "learn/deeplearning/net.h"

namespace thalweg {

// The matrices of the net, then those of its optimizer.
inline std::vector<Matrix<float>*> TrainingState(Net<float>& net, Optimizer<float>& optimizer) {
  std::vector<Matrix<float>*> state = net.State();
  for (Matrix<float>* matrix : optimizer.State()) state.push_back(matrix);
  return state;
}

}  // namespace thalweg
