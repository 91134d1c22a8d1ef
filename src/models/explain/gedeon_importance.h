// Importances of a net's inputs, read off the weights of its first two layers: T. D. Gedeon, "Data
// mining of inputs: analysing magnitude and functional measures", Int. J. of Neural Systems 8(2),
// 1997. The share of input i in the weights into each unit of the first hidden layer, times the
// share of that unit in the weights into each unit of the next layer, summed over the paths; each
// unit of that next layer gives away 1 in all.
#pragma once

#include <string>
#include <vector>

#include "models/explain/variable_importance.h"
#include "models/feature_encoder.h"
#include "models/network.h"

namespace thalweg {

// One name per input unit: as FeatureColumn::UnitNames.
std::vector<std::string> InputNames(const FeatureEncoder& encoder);

// One value per input unit, the largest is 1 (all 0 where all weights are 0). Maxout: the
// magnitudes of both channels of a unit are added. A net without hidden layers: the shares in the
// weights into each output.
std::vector<double> GedeonValues(const Network& network);

std::vector<VariableImportance> GedeonImportances(const FeatureEncoder& encoder,
                                                  const Network& network);

}  // namespace thalweg
