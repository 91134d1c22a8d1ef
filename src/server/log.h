// The server's log: one line per event, `time level event key=value …`, on the error stream and,
// the last ones of each level, in memory for those who ask over REST. A thread of its own writes to
// the stream: when nobody empties that (a full pipe, a stopped terminal), lines are dropped there,
// and the server goes on.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace thalweg {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
std::string_view LogLevelName(LogLevel level);

struct LogField {
  LogField(std::string_view field_key, std::string_view text);
  LogField(std::string_view field_key, const char* text)
      : LogField(field_key, std::string_view(text)) {}
  LogField(std::string_view field_key, int64_t number);
  LogField(std::string_view field_key, uint64_t number);
  LogField(std::string_view field_key, int number) : LogField(field_key, int64_t{number}) {}
  LogField(std::string_view field_key, double number);

  std::string_view key;
  std::string value;  // quoted where it has blanks or quotes; control characters as \n, \x1b
};

// Thread rule: any thread may call any member at any time.
class ServerLog {
 public:
  // Lines of at least `shown` go to the error stream; all are kept.
  explicit ServerLog(LogLevel shown);
  ~ServerLog();  // gives what is left a second to be written

  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);
  // The lines kept of this level and those above it, the oldest first.
  std::string Text(LogLevel level) const;

 private:
  struct Line {
    uint64_t number;
    std::string text;
  };
  // What goes to the stream; lives as long as its thread, which may hang in a write for ever.
  struct Stream;
  static constexpr size_t kKeptBytes = 4 << 20;  // of each level
  const LogLevel shown_;
  const std::shared_ptr<Stream> stream_;
  mutable std::mutex mutex_;
  uint64_t next_ = 0;
  std::array<std::deque<Line>, 4> lines_;
  std::array<size_t, 4> bytes_{};
};

}  // namespace thalweg
