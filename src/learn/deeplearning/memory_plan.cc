#include "learn/deeplearning/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg {
namespace {

// Of a Matrix<float>.
uint64_t Bytes(uint64_t rows, uint64_t columns) {
  uint64_t stride = PaddedCount<float>(columns);
  if (rows > 1 && stride * sizeof(float) % 2048 == 0) stride += kVectorBytes / sizeof(float);
  return rows * stride * sizeof(float);
}

uint64_t StatesPerWeight(const OptimizerOptions& options) {
  switch (options.kind) {
    case OptimizerKind::kSgd:
      return options.momentum_start > 0 || options.momentum_stable > 0 ? 1 : 0;
    case OptimizerKind::kAdagrad:
    case OptimizerKind::kRmsprop:
      return 1;
    default:
      return 2;
  }
}

std::string Human(uint64_t bytes) { return HumanBytes(static_cast<double>(bytes)); }

}  // namespace

MemoryPlan PlanMemory(const NetOptions& net, const MemoryNeeds& needs, uint64_t available) {
  MemoryPlan plan;
  plan.threads = needs.threads;
  plan.available = available;
  const uint64_t channels = ChannelsOf(net.activation);
  const uint64_t rows = needs.hogwild ? 1 : needs.batch_rows;
  const uint64_t buffers = needs.hogwild ? needs.threads : 1;
  uint64_t widest = 0;
  uint64_t inputs = net.input.units();
  for (size_t h = 0; h <= net.hidden.size(); ++h) {
    const bool last = h == net.hidden.size();
    const uint64_t units = last ? net.outputs : net.hidden[h];
    const uint64_t columns = last ? units : units * channels;
    plan.weights += Bytes(inputs, columns) + Bytes(1, columns);
    // Values and deltas, as in BatchStep: activations overwrite both, maxout and batch
    // normalization neither, dropout only the deltas.
    plan.activations += 2 * Bytes(rows, columns);
    widest = std::max(widest, columns);
    if (last) break;
    if (net.batch_norm) {
      plan.weights += 2 * Bytes(1, columns);
      plan.activations += 2 * Bytes(rows, columns);
    }
    if (channels > 1) plan.activations += 2 * Bytes(rows, units);
    if (!net.dropout.empty() && net.dropout[h] > 0) plan.activations += Bytes(rows, units);
    inputs = units;
  }
  plan.activations *= buffers;
  plan.batches = buffers * Bytes(rows, net.input.dense);
  plan.optimizer_state = StatesPerWeight(needs.optimizer) * plan.weights;
  // The sums and what travels; exact ones in 64 bits.
  plan.exchange = plan.weights * (needs.gradients ? 2 : needs.exact_gradients ? 5 : 0);
  // What is averaged, on its way out and in.
  if (needs.averaging) plan.exchange += 3 * (plan.weights + plan.optimizer_state);
  if (needs.averaging_movement) plan.exchange += 2 * plan.weights;
  if (needs.elastic_averaging) plan.exchange += plan.weights;
  plan.copies = 2 * plan.weights;
  if (needs.recovery) plan.copies += plan.weights + plan.optimizer_state;
  // Gradients of a strip of weights, and a packed copy of up to 512 columns of deltas.
  plan.scratch_per_thread = Bytes(8, std::min<uint64_t>(widest, 512)) +
                            (rows > 1 ? Bytes(rows, std::min<uint64_t>(widest, 512)) : 0);
  if (available > 0 && plan.Total() > available) {
    throw MemoryError(
        "this net does not fit into the memory: " + plan.ToText() +
        "; take smaller or fewer hidden layers, fewer inputs (max_categorical_features), "
        "a smaller mini_batch_size, an optimizer with less state (sgd), or "
        "recover_from_instability=false");
  }
  return plan;
}

std::string MemoryPlan::ToText() const {
  std::string text = fmt::format(
      "{} needed: weights {}, optimizer state {}, copies {}, activations {}, batches {}, {} of "
      "scratch for each of {} threads",
      Human(Total()), Human(weights), Human(optimizer_state), Human(copies), Human(activations),
      Human(batches), Human(scratch_per_thread), threads);
  if (exchange > 0) text += ", exchange between ranks " + Human(exchange);
  if (available > 0) text += fmt::format("; {} available", Human(available));
  return text;
}

Json MemoryPlan::ToJson() const {
  JsonObject object{{"total_bytes", Total()},
                    {"weights_bytes", weights},
                    {"optimizer_state_bytes", optimizer_state},
                    {"exchange_bytes", exchange},
                    {"copies_bytes", copies},
                    {"activations_bytes", activations},
                    {"batches_bytes", batches},
                    {"scratch_per_thread_bytes", scratch_per_thread},
                    {"threads", threads}};
  if (available > 0) object["available_bytes"] = available;
  return object;
}

}  // namespace thalweg
