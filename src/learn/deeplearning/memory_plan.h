// What a training will take of the memory, known before anything of it is allocated.
#pragma once

#include <cstdint>
#include <string>

#include "base/json_fwd.h"
#include "learn/deeplearning/net.h"

namespace thalweg {

// All in bytes. Rows in memory are not in it: they are there already.
struct MemoryPlan {
  uint64_t weights = 0;          // and biases
  uint64_t optimizer_state = 0;  // as large as the weights, or twice as large
  uint64_t exchange = 0;         // what ranks send each other, and keep of it
  // Copies for scoring (the net as it is, and the one to keep), and the last good state.
  uint64_t copies = 0;
  // Values and deltas of all layers, and the inputs, of the rows that are in work: of one
  // mini-batch for all threads, or of one row for each.
  uint64_t activations = 0;
  uint64_t batches = 0;
  uint64_t scratch_per_thread = 0;
  uint64_t threads = 1;
  uint64_t available = 0;  // 0: not known

  uint64_t Total() const {
    return weights + optimizer_state + exchange + copies + activations + batches +
           threads * scratch_per_thread;
  }
  // For a person, one line.
  std::string ToText() const;
  Json ToJson() const;
};

struct MemoryNeeds {
  OptimizerOptions optimizer = {};
  uint64_t batch_rows = 1;
  bool hogwild = false;             // a batch of its own for every thread
  bool gradients = false;           // are exchanged between ranks
  bool exact_gradients = false;     // the same, with sums that do not depend on the order
  bool averaging = false;           // of weights and states over ranks
  bool averaging_movement = false;  // where weights began and how they move
  bool elastic_averaging = false;
  bool recovery = true;  // keeps the last good state
  uint64_t threads = 1;
};

// Throws MemoryError with the numbers where the total is more than `available` (0: not known).
MemoryPlan PlanMemory(const NetOptions& net, const MemoryNeeds& needs, uint64_t available);

}  // namespace thalweg
