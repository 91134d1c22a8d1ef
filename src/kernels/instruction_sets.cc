#include "kernels/instruction_sets.h"

#include "kernels/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/instruction_sets.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace thalweg::internal::HWY_NAMESPACE {
const char* TargetName() { return hwy::TargetName(HWY_TARGET); }
}  // namespace thalweg::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace thalweg {
namespace internal {
HWY_EXPORT(TargetName);
const char* BoundTarget() { return HWY_DYNAMIC_DISPATCH(TargetName)(); }
}  // namespace internal

void ForEachInstructionSet(const std::function<void(const std::string&)>& check) {
  for (int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1) {
    hwy::GetChosenTarget().Update(left & -left);
    check(internal::BoundTarget());
  }
  hwy::GetChosenTarget().DeInit();
}

}  // namespace thalweg
#endif
