// The part of an ARFF file before @data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time_pattern.h"
#include "frame/types.h"

namespace thalweg::internal {

enum class ArffType { kNumeric, kReal, kInteger, kNominal, kString, kDate };

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct ArffAttribute {
  std::string name;
  ArffType type = ArffType::kNumeric;
  std::vector<std::string> levels;  // nominal, in declared order
  std::unordered_map<std::string, int64_t, TextHash, std::equal_to<>> codes;  // of the levels
  std::string date_format;                                                    // date, as written
  std::optional<TimePattern> pattern;                                         // date

  bool operator==(const ArffAttribute& other) const {
    return name == other.name && type == other.type && levels == other.levels &&
           date_format == other.date_format;
  }
};

// Reads header lines one after another. What is wrong is thrown as UserError with the bare cause:
// the caller knows file and line.
class ArffHeader {
 public:
  // False at @data: the data begin with the next line.
  bool AddLine(std::string_view line);
  std::vector<ArffAttribute> TakeAttributes() { return std::move(attributes_); }

 private:
  void AddAttribute(std::string_view rest);
  std::string Take(std::string_view& text, std::string_view ends) const;

  std::vector<ArffAttribute> attributes_;
};

// Takes one value off the front of `text`: in single or double quotes, with backslash escapes, or
// up to a blank, a comma or one of `ends`. `quoted` tells which. UserError where a quote is not
// closed.
// The value lies in `text` or, where it has escapes, in `scratch`.
std::string_view TakeArffValue(std::string_view& text, std::string_view ends, bool& quoted,
                               std::string& scratch);
void SkipBlanks(std::string_view& text);

}  // namespace thalweg::internal
