// The ranks that train one net together. Either each trains on its part of an iteration's samples,
// then their models are averaged (McDonald, Hall, Mann: Distributed training strategies for the
// structured perceptron, 2010; as H2O does it); the states of the optimizer are averaged, too:
// docs/decisions/0025-averaging.md. With momentum, what averaging moved goes on moving, so that the
// mean of N ranks' steps comes to about their sum (Chen, Huo: Scalable training of deep learning
// machines by incremental block training with intra-block parallel optimization and blockwise
// model-update filtering, 2016). With elastic averaging ranks keep their own weights, and are only
// drawn to the moving average of all (optimizers/elastic.h), which is the model. Or they go in
// step: all take the same samples, and share out each batch (gradient_trainer.h).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cluster/communicator.h"
#include "learn/deeplearning/net.h"
#include "learn/deeplearning/optimizers/elastic.h"

namespace thalweg {

struct TeamOptions {
  bool in_step = false;
  // In [0, 1): the part of each averaging's movement that the next one adds again.
  double momentum = 0;
  // Elastic averaging: the optimizer that draws to the average, and the share of the mean over the
  // ranks in a new average; the rest is the average before. Null: none.
  ElasticOptimizer* elastic = nullptr;
  double moving_rate = 0;
  // Numbers travel as bfloat16, weights as what they have moved by: what is rounded is small.
  bool bfloat16 = false;
};

// Every member but leads(), rank() and size() is a collective of the ranks. Without ranks, or with
// one, all of them are trivial.
class TrainingTeam {
 public:
  // Net and optimizer must outlive this; all ranks' nets have the same shapes and weights.
  TrainingTeam(Communicator* ranks, Net<float>& net, Optimizer<float>& optimizer,
               const TeamOptions& options = {});

  bool alone() const { return ranks_ == nullptr; }
  // Whether this rank decides, scores and reports.
  bool leads() const { return alone() || ranks_->rank() == 0; }
  int rank() const { return alone() ? 0 : ranks_->rank(); }
  int size() const { return alone() ? 1 : ranks_->size(); }
  bool in_step() const { return in_step_; }
  // How many samples are trained on while this rank trains on one.
  uint64_t samples_to_one() const { return in_step_ ? 1 : static_cast<uint64_t>(size()); }

  // What the leader has, for all.
  template <class T>
  T AsLeader(const T& mine) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::string bytes =
        AsLeader(std::string(reinterpret_cast<const char*>(&mine), sizeof(mine)));
    T all;
    bytes.copy(reinterpret_cast<char*>(&all), sizeof(all));
    return all;
  }
  std::string AsLeader(std::string mine);

  // Before training, and where weights were set in another way: movement starts from here, at rest,
  // and they are the average.
  void Start();

  // While it lives, the net has the weights that the ranks agree on: with elastic averaging those
  // of the average, else its own. No collective.
  class Agreed {
   public:
    explicit Agreed(TrainingTeam& team) : team_(team) { team_.SwapWithCenter(); }
    ~Agreed() { team_.SwapWithCenter(); }
    Agreed(const Agreed&) = delete;
    Agreed& operator=(const Agreed&) = delete;

   private:
    TrainingTeam& team_;
  };

  struct Trained {
    uint64_t samples = 0;
    // Bits of what made a rank stop before the end of its part.
    uint64_t why_ended = 0;
    // Until the others were there for the averaging before; the team sets it.
    double waited_seconds = 0;
  };
  // The end of an iteration: every weight and every state of the optimizer becomes the mean over
  // the ranks, weighted by the samples that they have trained; with elastic averaging, the average
  // moves towards the mean of the weights instead. Returns what each rank has done. In step, ranks
  // have trained on the same samples, as one, and nothing is to be done.
  std::vector<Trained> Average(const Trained& mine);
  // The bits of all ranks.
  uint64_t UnionOf(uint64_t bits);

  // What an averaging takes of late: the exchange, and the mean of what ranks waited before it.
  double averaging_seconds() const;
  int64_t averagings() const { return averagings_; }

 private:
  Communicator* ranks_;  // null: one rank
  const bool in_step_;
  Net<float>& net_;
  Optimizer<float>& optimizer_;
  // Into values_: the sums over the ranks, each times its share; shares come to 1.
  void SumUp(const std::vector<Matrix<float>*>& matrices, float share);
  // What all ranks' values of a matrix began at; null: not known, or not needed.
  const float* BaseOf(const Matrix<float>* matrix) const;
  void AddMomentum();
  void MoveCenter();
  void SwapWithCenter();

  const float momentum_;
  ElasticOptimizer* const elastic_;  // null: no elastic averaging
  const float moving_rate_;
  const bool bfloat16_;
  int64_t moves_ = 0;  // since the start
  std::vector<float> values_;
  // Of each block of weights, where momentum or bfloat16 asks for it: where the iteration began,
  // and how it moves.
  std::vector<std::vector<float>> start_;
  std::vector<std::vector<float>> velocity_;
  // With elastic averaging the average of each matrix of the net.
  std::vector<Matrix<float>> center_;
  double waited_seconds_ = 0;
  std::deque<double> averaging_seconds_;  // of the last ones
  int64_t averagings_ = 0;
};

}  // namespace thalweg
