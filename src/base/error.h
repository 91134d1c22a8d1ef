// Errors are of two kinds. A UserError is about what the user gave: it names the field, the file or
// the row, says what to do, and becomes exit code 2 (HTTP 4xx). An InternalError is a broken
// promise of our own code: it carries its source location and becomes exit code 70 (HTTP 500).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

// What the user gave cannot be used. The message is complete: it needs no context to be understood.
class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string& message) : std::runtime_error(message) {}
};

// There is not enough memory for what was asked, as far as is known beforehand.
class MemoryError : public UserError {
 public:
  using UserError::UserError;
};

// One bad field of a set of parameters.
struct FieldError {
  std::string field;
  std::string message;
};

// One or more bad fields, all reported at once.
class FieldErrors : public UserError {
 public:
  explicit FieldErrors(std::vector<FieldError> errors);
  const std::vector<FieldError>& errors() const { return errors_; }

 private:
  std::vector<FieldError> errors_;
};

// Runs check() and adds the FieldErrors that it throws to `errors`, so that a user hears of all at
// once.
template <class Check>
void CollectFieldErrors(std::vector<FieldError>& errors, const Check& check) {
  try {
    check();
  } catch (const FieldErrors& e) {
    errors.insert(errors.end(), e.errors().begin(), e.errors().end());
  }
}

// The work was cancelled by the user; not a failure.
class Cancelled : public std::runtime_error {
 public:
  Cancelled() : std::runtime_error("cancelled") {}
};

// A place in the source; std::source_location in a form that clang 14 understands, too.
struct SourceLocation {
  const char* file;
  int line;
  static constexpr SourceLocation Current(const char* file = __builtin_FILE(),
                                          int line = __builtin_LINE()) {
    return {file, line};
  }
};

// A promise of this program does not hold.
class InternalError : public std::logic_error {
 public:
  explicit InternalError(const std::string& message,
                         SourceLocation where = SourceLocation::Current());
};

// Throws InternalError with `what` unless `condition` holds. For cheap checks that stay on in
// release builds.
inline void Check(bool condition, std::string_view what,
                  SourceLocation where = SourceLocation::Current()) {
  if (!condition) [[unlikely]] {
    throw InternalError(std::string(what), where);
  }
}

}  // namespace thalweg
