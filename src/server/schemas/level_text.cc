#include "server/schemas/level_text.h"

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "server/schemas/meta.h"

namespace thalweg {
namespace {

// Inside a string of JSON a quote has a backslash before it, so that this is a member wherever it
// stands.
constexpr std::string_view kNoDomain = "\"domain\":null";
constexpr size_t kNull = 4;
// For what follows a list of levels, so that its text is not moved once more.
constexpr size_t kRoomBehind = 64;

// Whether a string is written as it is: ASCII without quotes, backslashes and control characters.
// Eight characters at a time.
bool Plain(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHigh = 0x80 * kOnes;
  const auto has_zero = [](uint64_t word) { return (word - kOnes) & ~word & kHigh; };
  uint64_t found = 0;
  const auto look = [&](uint64_t word) {
    found |= word & kHigh;                   // not ASCII
    found |= (word - 0x20 * kOnes) & kHigh;  // below a blank
    found |= has_zero(word ^ ('"' * kOnes));
    found |= has_zero(word ^ ('\\' * kOnes));
  };
  size_t i = 0;
  for (; i + sizeof(uint64_t) <= text.size(); i += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    look(word);
  }
  uint64_t rest = 0x20 * kOnes;
  std::memcpy(&rest, text.data() + i, text.size() - i);
  look(rest);
  return found == 0;
}

size_t TextSize(const Domain& domain) {
  size_t size = 2;
  for (const std::string& level : domain.levels()) size += level.size() + 3;
  return size;
}

}  // namespace

void AppendLevelText(const Domain& domain, std::string& out) {
  out.reserve(out.size() + TextSize(domain) + kRoomBehind);
  out += '[';
  bool first = true;
  for (const std::string& level : domain.levels()) {
    if (!first) out += ',';
    first = false;
    if (Plain(level)) {
      out += '"';
      out += level;
      out += '"';
    } else {
      out += FormatWireJson(Json(level));
    }
  }
  out += ']';
}

std::string WithLevels(std::string json, std::span<const ColumnPtr> columns) {
  size_t size = json.size();
  for (const ColumnPtr& column : columns)
    size += column->domain() ? TextSize(*column->domain()) : 0;
  if (size == json.size()) return json;
  std::string text;
  text.reserve(size + kRoomBehind);
  size_t begin = 0;
  size_t next = 0;
  for (const ColumnPtr& column : columns) {
    const size_t at = json.find(kNoDomain, next);
    Check(at != std::string::npos, "every column has a domain in the text");
    next = at + kNoDomain.size();
    if (!column->domain()) continue;
    text.append(json, begin, next - kNull - begin);
    AppendLevelText(*column->domain(), text);
    begin = next;
  }
  return text.append(json, begin);
}

}  // namespace thalweg
