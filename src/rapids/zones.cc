#include "rapids/zones.h"

#include <mutex>
#include <string>

#include "rapids/primitives.h"

namespace thalweg {
namespace {

struct Setting {
  std::mutex mutex;
  std::string name = "UTC";
};

Setting& Current() {
  static Setting setting;
  return setting;
}

}  // namespace

std::string RapidsTimeZone() {
  std::lock_guard lock(Current().mutex);
  return Current().name;
}

namespace internal {

Value GetTimeZone(const Arguments& /*arguments*/, Evaluator& /*evaluator*/) {
  return RapidsTimeZone();
}

Value SetTimeZone(const Arguments& arguments, Evaluator& /*evaluator*/) {
  const std::string& name = arguments.Text(0);
  std::lock_guard lock(Current().mutex);
  Current().name = name;
  return name;
}

}  // namespace internal
}  // namespace thalweg
