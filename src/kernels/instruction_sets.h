// For tests: running a check once per instruction set that this machine has.
#pragma once

#include <functional>
#include <string>

namespace thalweg {

// Calls check(name of the instruction set) for each one compiled in and supported, with kernels
// bound to it. Not while other threads run kernels.
void ForEachInstructionSet(const std::function<void(const std::string&)>& check);

}  // namespace thalweg
