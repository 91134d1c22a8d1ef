#include "rapids/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "jobs/remove_with_parts.h"
#include "mapreduce/gather_frame.h"
#include "rapids/primitive.h"
#include "rapids/temporaries.h"
#include "rapids/whole_rows.h"

namespace thalweg::internal {
namespace {

// Lambdas that call lambdas; the parser bounds the rest.
constexpr size_t kMostCalls = 3000;

const std::map<std::string, double, std::less<>>& Constants() {
  static const std::map<std::string, double, std::less<>> constants = {{"True", 1},
                                                                       {"TRUE", 1},
                                                                       {"true", 1},
                                                                       {"False", 0},
                                                                       {"FALSE", 0},
                                                                       {"false", 0},
                                                                       {"NA", kMissingReal},
                                                                       {"PI", std::numbers::pi},
                                                                       {"Pi", std::numbers::pi},
                                                                       {"E", std::numbers::e}};
  return constants;
}

// Counts one level of calls while it lives.
class Level {
 public:
  explicit Level(size_t& depth) : depth_(depth) {
    if (++depth_ > kMostCalls) {
      --depth_;
      throw UserError("functions call each other more than " + std::to_string(kMostCalls) +
                      " levels deep");
    }
  }
  ~Level() { --depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  size_t& depth_;
};

// The name that a child of a call gives: (rm name), (assign 'name' …).
const std::string& NameOf(const AstNode& call, size_t child) {
  const AstNode& node = *call.children[child];
  if (node.kind != AstKind::kIdentifier && node.kind != AstKind::kString) {
    throw UserError("(" + call.children.front()->text + " …): argument " + std::to_string(child) +
                    " must be a name");
  }
  return node.text;
}

void CheckCount(const AstNode& call, size_t count) {
  if (call.children.size() != count + 1) {
    throw UserError("(" + call.children.front()->text + " …) takes " + std::to_string(count) +
                    " arguments, not " + std::to_string(call.children.size() - 1));
  }
}

}  // namespace

Value Evaluator::Evaluate(const AstPtr& node, const ScopePtr& scope) {
  switch (node->kind) {
    case AstKind::kNumber:
      return node->number;
    case AstKind::kString:
      return node->text;
    case AstKind::kNumbers:
      return node->numbers;
    case AstKind::kStrings:
      return node->strings;
    case AstKind::kEmptyList:
      return EmptyList{};
    case AstKind::kIdentifier:
      return Identifier(node->text, scope);
    case AstKind::kLambda:
      return Lambda{node, scope};
    case AstKind::kCall:
      break;
  }
  const Level level(depth_);
  context_.work.ThrowIfCancelled();
  Value result = EmptyList{};
  if (NamingCall(*node, scope, &result)) return result;
  const AstNode& head = *node->children.front();
  const Value function = Function(node->children.front(), scope);
  if (!function.Is<Lambda>() && !function.Is<const Primitive*>()) {
    throw UserError("'" + Printable(AstText(head)) + "' is " + std::string(function.KindInWords()) +
                    ", not a function");
  }
  std::vector<Value> arguments;
  arguments.reserve(node->children.size() - 1);
  for (size_t i = 1; i < node->children.size(); ++i) {
    arguments.push_back(Evaluate(node->children[i], scope));
  }
  return Call(function, std::move(arguments));
}

Value Evaluator::Identifier(const std::string& name, const ScopePtr& scope) {
  if (const Value* argument = FindArgument(name, scope)) return *argument;
  if (const auto constant = Constants().find(name); constant != Constants().end()) {
    return constant->second;
  }
  if (name == "null" || name == "None") return EmptyList{};
  if (const EntryPtr entry = catalog().Find(name)) {
    if (entry->kind() == EntryKind::kFrame) return NamedFrame{catalog().GetFrame(name), name};
    if (entry->kind() == EntryKind::kModel) return NamedModel{catalog().GetModel(name), name};
  }
  if (const Primitive* primitive = FindPrimitive(name)) return primitive;
  if (const std::string why = catalog().WhyGone(name); !why.empty()) {
    throw NotFound("frame", name, why);
  }
  std::vector<std::string> known;
  for (const Primitive& primitive : AllPrimitives()) known.emplace_back(primitive.name);
  for (const auto& [held, entry] : catalog().List()) known.push_back(held);
  const std::string nearest = NearestWord(name, known);
  std::string message = "there is no function, frame or model '" + Printable(name) + "'";
  if (!nearest.empty()) message += "; did you mean '" + Printable(nearest) + "'?";
  throw UserError(message);
}

Value Evaluator::Function(const AstPtr& head, const ScopePtr& scope) {
  if (head->kind == AstKind::kIdentifier) {
    // A frame may have the name of a primitive ("t"): it is no function, so the primitive is meant.
    const bool argument = FindArgument(head->text, scope) != nullptr;
    const Primitive* primitive = argument ? nullptr : FindPrimitive(head->text);
    if (primitive != nullptr) return primitive;
  }
  return Evaluate(head, scope);
}

const Value* Evaluator::FindArgument(const std::string& name, const ScopePtr& scope) {
  for (const Scope* s = scope.get(); s != nullptr; s = s->outer.get()) {
    for (size_t i = 0; i < s->names.size(); ++i) {
      if (s->names[i] == name) return &s->values[i];
    }
  }
  return nullptr;
}

bool Evaluator::NamingCall(const AstNode& call, const ScopePtr& scope, Value* result) {
  const AstNode& head = *call.children.front();
  if (head.kind != AstKind::kIdentifier) return false;
  if (head.text == "tmp=" || head.text == "assign") {
    CheckCount(call, 2);
    const std::string& name = NameOf(call, 1);
    const Value value = Evaluate(call.children[2], scope);
    const auto* named = value.As<NamedFrame>();
    if (named == nullptr) {
      throw UserError("(" + head.text + " " + Printable(name) +
                      " …): only frames are given names, not " + std::string(value.KindInWords()));
    }
    const FramePtr frame = OwnPart(named->frame);
    if (head.text == "tmp=") {
      PutTemporary(catalog(), name, frame, session_);
    } else {
      catalog().Put(name, std::make_shared<FrameEntry>(frame));
    }
    *result = NamedFrame{frame, name};
    return true;
  }
  if (head.text == "rm") {
    CheckCount(call, 1);
    *result = RemoveWithParts(NameOf(call, 1), catalog()) ? 1.0 : 0.0;
    return true;
  }
  if (head.text == "rename") {
    CheckCount(call, 2);
    RenameEntry(catalog(), NameOf(call, 1), NameOf(call, 2));
    *result = kMissingReal;
    return true;
  }
  return false;
}

FramePtr Evaluator::OwnPart(const FramePtr& frame) {
  if (context_.ranks.size() == 1 || frame->layout().ranks() > 1) return frame;
  return std::make_shared<const Frame>(KeepOwnChunks(*frame, context_.ranks));
}

Value Evaluator::Call(const Value& function, std::vector<Value> arguments) {
  if (const auto* primitive = function.As<const Primitive*>()) {
    return Run(**primitive, std::move(arguments));
  }
  const auto* lambda = function.As<Lambda>();
  if (lambda == nullptr) {
    throw UserError(std::string(function.KindInWords()) + " is called like a function");
  }
  const AstNode& node = *lambda->node;
  if (arguments.size() != node.parameters.size()) {
    throw UserError("the function " + Printable(AstText(node)) + " takes " +
                    std::to_string(node.parameters.size()) + " arguments, not " +
                    std::to_string(arguments.size()));
  }
  const Level level(depth_);
  auto scope = std::make_shared<Scope>();
  scope->names = node.parameters;
  scope->values = std::move(arguments);
  scope->outer = lambda->scope;
  return Evaluate(node.children.front(), scope);
}

Value Evaluator::Run(const Primitive& primitive, std::vector<Value> arguments) {
  const ArgumentCount count = CountOf(primitive);
  if (arguments.size() < count.least || arguments.size() > count.most) {
    throw UserError("(" + std::string(primitive.name) + " " + std::string(primitive.signature) +
                    "): " + std::to_string(arguments.size()) + " arguments are given");
  }
  const auto is_each_row = [](const Value& value) { return value.Is<EachRow>(); };
  if (std::any_of(arguments.begin(), arguments.end(), is_each_row)) {
    if (primitive.rows != RowRule::kAligned && !primitive.takes_each_row) {
      throw UserError("(" + std::string(primitive.name) +
                      " …) cannot be applied to single rows (apply with axis 1)");
    }
    const auto run = [&](std::vector<Value> fitting) -> Value {
      Value value = primitive.run(Arguments(primitive.name, std::move(fitting)), *this);
      if (const auto* frame = value.As<NamedFrame>()) return EachRow{frame->frame};
      return value;
    };
    if (primitive.rows == RowRule::kNone || FitTogether(arguments) || MakeFit(arguments, *this)) {
      return run(std::move(arguments));
    }
    return WithWholeRows(std::move(arguments), *this, run);
  }
  const RowRule rule = primitive.rows;
  if (rule == RowRule::kSpread) MakeSingleRowsWhole(arguments, *this);
  const bool as_they_are = rule == RowRule::kNone || rule == RowRule::kSpread;
  if (as_they_are ||
      (rule != RowRule::kWhole && (FitTogether(arguments) || MakeFit(arguments, *this)))) {
    return primitive.run(Arguments(primitive.name, std::move(arguments)), *this);
  }
  // The one place where rows of other ranks come in.
  return WithWholeRows(std::move(arguments), *this, [&](std::vector<Value> whole) {
    return primitive.run(Arguments(primitive.name, std::move(whole)), *this);
  });
}

}  // namespace thalweg::internal
