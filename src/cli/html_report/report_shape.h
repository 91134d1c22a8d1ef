// What the page draws of a training report has to have the shape that TrainingReport gives it: a
// page with silent gaps would be read as "there is nothing".
#pragma once

#include <string>

#include "base/json_fwd.h"

namespace thalweg {

// UserError that names `file`, the field (as in validation_metrics.cm.counts[2]), what it is and
// what it should be. Fields that the page does not draw are not looked at; all but training_metrics
// may be missing, and numbers may be null (not finite).
void CheckReportShape(const Json& report, const std::string& file);

}  // namespace thalweg
