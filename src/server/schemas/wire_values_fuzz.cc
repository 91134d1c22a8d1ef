// Any text as the value of a field, and as each parameter of a learner: taken or refused with a
// UserError; what is taken reads back from the form in which it is shown.
#include "server/schemas/wire_values.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "learn/learners.h"
#include "server/schemas/parameters.h"

namespace thalweg {
namespace {

void ReadAsParameter(const Learner& learner, const ParamSpec& spec, std::string_view text) {
  const std::shared_ptr<void> params = WireDefaults(learner);
  try {
    SetWireField(spec, text, params.get());
  } catch (const UserError&) {
    return;
  }
  const std::string shown = spec.Format(params.get());
  const std::shared_ptr<void> again = learner.NewParams();
  spec.Parse(shown, again.get());
  if (spec.Format(again.get()) != shown) std::abort();
  if (FormatJson(spec.ToJson(again.get())) != FormatJson(spec.ToJson(params.get()))) std::abort();
}

}  // namespace
}  // namespace thalweg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace thalweg;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Learner& learner = FindLearner("deeplearning");
  for (const ParamSpec& spec : learner.schema().specs()) ReadAsParameter(learner, spec, text);
  ParseWireBool(text);
  FindWireLevel({"AUTO", "one_hot", "Rectifier"}, text);
  try {
    ParseWireList(text);
  } catch (const UserError&) {
  }
  return 0;
}
