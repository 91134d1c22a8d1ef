#include "base/error.h"
#include "learn/deeplearning/optimizers/adadelta.h"
#include "learn/deeplearning/optimizers/adam.h"
#include "learn/deeplearning/optimizers/optimizer.h"
#include "learn/deeplearning/optimizers/rmsprop.h"
#include "learn/deeplearning/optimizers/sgd.h"

namespace thalweg {

template <class T>
std::unique_ptr<Optimizer<T>> MakeOptimizer(const OptimizerOptions& options,
                                            std::span<const ParameterBlock<T>> blocks) {
  switch (options.kind) {
    case OptimizerKind::kAdadelta:
      return std::make_unique<Adadelta<T>>(options, blocks);
    case OptimizerKind::kSgd:
      return std::make_unique<Sgd<T>>(options, blocks);
    case OptimizerKind::kAdagrad:
    case OptimizerKind::kRmsprop:
      return std::make_unique<Rmsprop<T>>(options, blocks);
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamw:
      return std::make_unique<Adam<T>>(options, blocks);
    case OptimizerKind::kAuto:
      break;
  }
  throw InternalError("auto is resolved before an optimizer is made");
}

template std::unique_ptr<Optimizer<float>> MakeOptimizer(const OptimizerOptions&,
                                                         std::span<const ParameterBlock<float>>);
template std::unique_ptr<Optimizer<double>> MakeOptimizer(const OptimizerOptions&,
                                                          std::span<const ParameterBlock<double>>);

}  // namespace thalweg
