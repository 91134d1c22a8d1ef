// Numbers as text.
#pragma once

#include <string>

namespace thalweg::internal {

// The shortest form that reads back as the same number, written as Java writes doubles and H2O
// therefore names levels: 2.0, -1.25, 1.0E10, 1.0E-4.
std::string JavaNumberText(double number);
// The shortest form: 2, -1.25, 10000000000, 1e-05.
std::string ShortNumberText(double number);

}  // namespace thalweg::internal
