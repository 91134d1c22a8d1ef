// Runs the tree of an expression.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/commands.h"
#include "rapids/value.h"

namespace thalweg::internal {

// Arguments of lambdas, from the innermost outward.
struct Scope {
  std::vector<std::string> names;
  std::vector<Value> values;
  std::shared_ptr<const Scope> outer;
};

// What is the same for all of one expression.
// Thread rule: one thread; the pool of the context does the parallel work.
class Evaluator {
 public:
  Evaluator(CommandContext& context, std::string session)
      : context_(context), session_(std::move(session)) {}

  Value Evaluate(const AstPtr& node) { return Evaluate(node, nullptr); }
  // Calls a lambda or a primitive.
  Value Call(const Value& function, std::vector<Value> arguments);

  CommandContext& context() { return context_; }
  ThreadPool& pool() { return context_.pool; }
  Catalog& catalog() { return context_.catalog; }
  const std::string& session() const { return session_; }
  // Of a frame that has all rows: what this rank is to hold of it.
  FramePtr OwnPart(const FramePtr& frame);

 private:
  using ScopePtr = std::shared_ptr<const Scope>;
  Value Evaluate(const AstPtr& node, const ScopePtr& scope);
  // The first element of a call.
  Value Function(const AstPtr& head, const ScopePtr& scope);
  // Null if no lambda around has an argument of this name.
  static const Value* FindArgument(const std::string& name, const ScopePtr& scope);
  Value Identifier(const std::string& name, const ScopePtr& scope);
  // Calls that take the name of something, not its value.
  bool NamingCall(const AstNode& call, const ScopePtr& scope, Value* result);
  Value Run(const Primitive& primitive, std::vector<Value> arguments);

  CommandContext& context_;
  const std::string session_;
  size_t depth_ = 0;
};

}  // namespace thalweg::internal
