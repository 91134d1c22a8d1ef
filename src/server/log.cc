#include "server/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "base/text.h"

namespace thalweg {
namespace {

constexpr size_t kLongestValue = 2000;

std::string Now() {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), ms % 1000);
}

std::string Quoted(std::string_view text) {
  const std::string printable = Printable(text, kLongestValue);
  if (!printable.empty() && printable.find_first_of(" \"=") == std::string::npos) return printable;
  std::string quoted = "\"";
  for (const char c : printable) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  static constexpr std::array<std::string_view, 4> kNames = {"DEBUG", "INFO", "WARN", "ERROR"};
  return kNames[static_cast<size_t>(level)];
}

LogField::LogField(std::string_view field_key, std::string_view text)
    : key(field_key), value(Quoted(text)) {}
LogField::LogField(std::string_view field_key, int64_t number)
    : key(field_key), value(std::to_string(number)) {}
LogField::LogField(std::string_view field_key, uint64_t number)
    : key(field_key), value(std::to_string(number)) {}
LogField::LogField(std::string_view field_key, double number)
    : key(field_key), value(fmt::format("{:.6g}", number)) {}

void ServerLog::Write(LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
  std::string line = fmt::format("{} {} {}", Now(), LogLevelName(level), event);
  for (const LogField& field : fields)
    fmt::format_to(std::back_inserter(line), " {}={}", field.key, field.value);
  line += '\n';
  if (level >= shown_) fmt::print(stderr, "{}", line);
  const auto l = static_cast<size_t>(level);
  std::lock_guard lock(mutex_);
  bytes_[l] += line.size();
  lines_[l].push_back({next_++, std::move(line)});
  while (bytes_[l] > kKeptBytes) {
    bytes_[l] -= lines_[l].front().text.size();
    lines_[l].pop_front();
  }
}

std::string ServerLog::Text(LogLevel level) const {
  std::vector<const Line*> lines;
  std::lock_guard lock(mutex_);
  for (size_t l = static_cast<size_t>(level); l < lines_.size(); ++l) {
    for (const Line& line : lines_[l]) lines.push_back(&line);
  }
  std::sort(lines.begin(), lines.end(),
            [](const Line* a, const Line* b) { return a->number < b->number; });
  std::string text;
  for (const Line* line : lines) text += line->text;
  return text;
}

}  // namespace thalweg
