#include "rapids/rapids.h"

#include <memory>
#include <utility>

#include "base/error.h"
#include "rapids/evaluator.h"
#include "rapids/parser.h"
#include "rapids/primitive.h"

namespace thalweg {
namespace {

RapidsResult ResultOf(const internal::Value& value) {
  if (const auto* number = value.As<double>()) return *number;
  if (const auto* text = value.As<std::string>()) return *text;
  if (value.Is<internal::EmptyList>()) return std::vector<double>();
  if (const auto* list = value.As<internal::NumberList>()) return list->Expand();
  if (const auto* list = value.As<std::vector<std::string>>()) return *list;
  if (const auto* frame = value.As<internal::NamedFrame>()) {
    return RapidsFrameResult{frame->name, frame->frame};
  }
  if (const auto* rows = value.As<internal::EachRow>()) return RapidsFrameResult{{}, rows->frame};
  if (const auto* lambda = value.As<internal::Lambda>()) {
    return RapidsFunctionResult{internal::AstText(*lambda->node)};
  }
  if (const auto* primitive = value.As<const internal::Primitive*>()) {
    return RapidsFunctionResult{std::string((*primitive)->name)};
  }
  if (const auto* map = value.As<internal::FrameMap>()) {
    RapidsMapResult result;
    result.keys = map->keys;
    for (const internal::NamedFrame& frame : map->frames) {
      result.frames.push_back({frame.name, frame.frame});
    }
    return result;
  }
  throw UserError("an expression cannot come to " + std::string(value.KindInWords()));
}

}  // namespace

RapidsResult EvaluateRapids(std::string_view text, const std::string& session,
                            CommandContext& context) {
  const internal::AstPtr node = internal::ParseRapids(text);
  return ResultOf(internal::Evaluator(context, session).Evaluate(node));
}

}  // namespace thalweg
