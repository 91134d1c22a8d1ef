#include "base/error.h"

namespace thalweg {
namespace {

std::string Join(const std::vector<FieldError>& errors) {
  std::string text;
  for (const FieldError& error : errors) {
    if (!text.empty()) text += '\n';
    text += error.field + ": " + error.message;
  }
  return text;
}

// The path from src/ on: where the program was built is nobody's business.
std::string_view ShortPath(std::string_view path) {
  const size_t at = path.rfind("src/");
  return at == std::string_view::npos ? path : path.substr(at);
}

}  // namespace

FieldErrors::FieldErrors(std::vector<FieldError> errors)
    : UserError(Join(errors)), errors_(std::move(errors)) {}

InternalError::InternalError(const std::string& message, SourceLocation where)
    : std::logic_error("internal error at " + std::string(ShortPath(where.file)) + ":" +
                       std::to_string(where.line) + ": " + message) {}

}  // namespace thalweg
