#include "rapids/rapids.h"

#include "base/error.h"

namespace thalweg {

RapidsResult EvaluateRapids(std::string_view, const std::string&, CommandContext&) {
  throw UserError("Rapids expressions are not there yet");
}

void EndRapidsSession(const std::string&, Catalog&) {}

}  // namespace thalweg
