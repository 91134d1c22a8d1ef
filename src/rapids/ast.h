// The tree of a Rapids expression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rapids/number_list.h"

namespace thalweg::internal {

enum class AstKind {
  kNumber,
  kString,
  kNumbers,     // [1 2:3 5]
  kStrings,     // ['a' 'b']
  kEmptyList,   // []: a list of neither, and what clients send for "nothing"
  kIdentifier,  // a name: of a lambda's argument, a constant, a frame or model, a primitive
  kCall,        // (f a b): children are the function and its arguments
  kLambda,      // { a b . body }: the body is the only child
};

struct AstNode;
using AstPtr = std::shared_ptr<const AstNode>;

// Immutable after parsing.
struct AstNode {
  AstKind kind = AstKind::kEmptyList;
  double number = 0;
  std::string text;                     // of a string or identifier
  NumberList numbers;                   // of kNumbers
  std::vector<std::string> strings;     // of kStrings
  std::vector<std::string> parameters;  // of a lambda
  std::vector<AstPtr> children;
};

// The expression as text, as H2O prints functions: "{ x . (+ x 1.0 )}".
std::string AstText(const AstNode& node);

}  // namespace thalweg::internal
