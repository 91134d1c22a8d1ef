// The type-erased form of declared parameters (base/fields.h): what a command line, a REST handler
// or a page of documentation needs to know of them without their C++ type.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json_fwd.h"
#include "base/text.h"

namespace thalweg {

// Who needs a parameter first: everyone, some, few. Named as H2O's clients show it.
enum class ParamLevel { kCritical, kSecondary, kExpert };

enum class ParamType { kBool, kInt, kReal, kString, kEnum, kIntList, kRealList, kStringList };

std::string_view ParamTypeName(ParamType type);
std::string_view ParamLevelName(ParamLevel level);

template <class T>
struct ParamTypeOf;
template <>
struct ParamTypeOf<bool> {
  static constexpr ParamType kType = ParamType::kBool;
};
template <>
struct ParamTypeOf<int64_t> {
  static constexpr ParamType kType = ParamType::kInt;
};
template <>
struct ParamTypeOf<double> {
  static constexpr ParamType kType = ParamType::kReal;
};
template <>
struct ParamTypeOf<std::string> {
  static constexpr ParamType kType = ParamType::kString;
};
template <>
struct ParamTypeOf<std::vector<int64_t>> {
  static constexpr ParamType kType = ParamType::kIntList;
};
template <>
struct ParamTypeOf<std::vector<double>> {
  static constexpr ParamType kType = ParamType::kRealList;
};
template <>
struct ParamTypeOf<std::vector<std::string>> {
  static constexpr ParamType kType = ParamType::kStringList;
};

struct ParamAccess {
  ParamType type = ParamType::kBool;
  // Enums only.
  std::vector<std::string> levels;
  int (*get_enum)(const void* member) = nullptr;
  void (*set_enum)(void* member, int value) = nullptr;
};

// One parameter. `params` is always a pointer to the struct that the schema was made for.
struct ParamSpec {
  std::string name;
  std::string help;
  ParamLevel level = ParamLevel::kCritical;
  bool gridable = false;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_exclusive = false;
  bool max_exclusive = false;
  std::string default_text;
  ParamAccess access;
  void* (*address)(void* params) = nullptr;

  ParamType type() const { return access.type; }

  // The value as text that Parse reads back to the same value. Lists are separated by commas; those
  // of texts that would come back as others (with commas, brackets, quotes, blanks around) are
  // ["a","b"], with \ before " and \.
  std::string Format(const void* params) const;
  Json ToJson(const void* params) const;
  // Sets the member. Throws UserError with a message that does not repeat the field's name.
  void Parse(std::string_view text, void* params) const;
  void FromJson(const Json& value, void* params) const;
  // The allowed range in words, e.g. "at least 1", "between 0 and 1 (1 excluded)"; empty if any.
  std::string Range() const;
};

class ParamSchema {
 public:
  explicit ParamSchema(std::vector<ParamSpec> specs) : specs_(std::move(specs)) {}

  const std::vector<ParamSpec>& specs() const { return specs_; }
  // Null if there is none of this name.
  const ParamSpec* Find(std::string_view name) const;
  // The name nearest to a misspelled one (edit distance at most 3), or empty.
  std::string Nearest(std::string_view name) const;

  // Sets all given fields; throws FieldErrors with every bad or unknown one at once.
  void Parse(const std::vector<std::pair<std::string, std::string>>& fields, void* params) const;
  // `object` is a JSON object of field name to value.
  void FromJson(const Json& object, void* params) const;
  Json ToJson(const void* params) const;
  // What `thalweg params --json` prints: name, type, default, range, levels, help of each.
  Json Describe() const;

 private:
  std::vector<ParamSpec> specs_;
};

}  // namespace thalweg
