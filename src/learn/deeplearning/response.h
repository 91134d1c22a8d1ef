// What the response is, which loss it is learned by, and where the net's outputs start.
#pragma once

#include <string>
#include <vector>

#include "cluster/communicator.h"
#include "learn/deeplearning/losses/loss.h"
#include "learn/deeplearning/params.h"
#include "models/network_scoring.h"

namespace thalweg {

struct ResponsePlan {
  ResponseScale scale;
  LossKind loss = LossKind::kCrossEntropy;
  LossOptions loss_options;
  // Of the outputs: what a net without inputs would predict.
  std::vector<double> output_biases;
  // The scale is that of a model to go on with: nothing is left to FitResponse.
  bool fitted = false;
};

// Distribution and loss for a response of these levels (empty: a number). FieldErrors that give the
// reason where the two do not go together, or not with the response.
ResponsePlan PlanResponse(const DeepLearningParams& params, const std::string& column,
                          std::vector<std::string> domain);

// The same for an autoencoder; how many units it reproduces is filled in later.
ResponsePlan PlanReconstruction(const DeepLearningParams& params);

// Fills in what follows from the responses of the training rows, all of which are known: location
// and scale (identity links only, and only where the parameter standardize is on), initial biases.
// `sharing`: a collective of ranks, each with responses of its own; null: all are here.
void FitResponse(const DeepLearningParams& params, const ActualResponses& actual,
                 ResponsePlan& plan, Communicator* sharing = nullptr);

// UserError that names the first row (counted from 1) whose response the distribution cannot have.
// `what` names the frame, whose rows from number `first` on these are.
void CheckResponses(const Distribution& distribution, const ActualResponses& actual,
                    const std::string& column, const std::string& what, int64_t first = 0);

// The smallest value up to which the share `alpha` of the weight lies; no weights: all 1.
double WeightedQuantile(std::vector<double> values, std::vector<double> weights, double alpha);

}  // namespace thalweg
