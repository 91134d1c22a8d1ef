// Which area under the ROC curve stands for a model of more than two classes.
#pragma once

#include <array>

#include "base/fields.h"

namespace thalweg {

// OVR: each class against the rest; OVO: each pair of classes, on the rows of these alone (Hand,
// Till 2001). Macro: plain mean; weighted: by the weight of the rows of the class, or of the pair.
// Automatic: none, as in H2O, for it needs the distribution of each class's probabilities.
enum class AucType { kAuto, kNone, kMacroOvr, kWeightedOvr, kMacroOvo, kWeightedOvo };
template <>
inline constexpr auto kEnumNames<AucType> =
    std::array{"AUTO", "NONE", "MACRO_OVR", "WEIGHTED_OVR", "MACRO_OVO", "WEIGHTED_OVO"};

}  // namespace thalweg
