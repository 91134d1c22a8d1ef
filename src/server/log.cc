#include "server/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <utility>
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

struct ServerLog::Stream {
  static constexpr size_t kMostWaiting = 1 << 20;  // bytes

  std::mutex mutex;
  std::condition_variable changed;
  std::string waiting;
  uint64_t dropped = 0;
  bool end = false;
  bool ended = false;

  void Add(const std::string& line) {
    std::lock_guard lock(mutex);
    if (waiting.size() + line.size() > kMostWaiting) {
      ++dropped;
      return;
    }
    waiting += line;
    changed.notify_all();
  }

  void Write() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return end || !waiting.empty(); });
      if (waiting.empty()) break;
      std::string text = std::exchange(waiting, {});
      if (dropped > 0) {
        text += fmt::format("{} WARN log dropped={}\n", Now(), std::exchange(dropped, 0));
      }
      lock.unlock();
      for (size_t done = 0; done < text.size();) {
        const ssize_t written = write(STDERR_FILENO, text.data() + done, text.size() - done);
        if (written < 0 && errno != EINTR) break;  // nobody is there to read
        done += static_cast<size_t>(std::max<ssize_t>(written, 0));
      }
      lock.lock();
    }
    ended = true;
    changed.notify_all();
  }
};

ServerLog::ServerLog(LogLevel shown) : shown_(shown), stream_(std::make_shared<Stream>()) {
  std::thread([stream = stream_] { stream->Write(); }).detach();
}

ServerLog::~ServerLog() {
  std::unique_lock lock(stream_->mutex);
  stream_->end = true;
  stream_->changed.notify_all();
  stream_->changed.wait_for(lock, std::chrono::seconds(1), [&] { return stream_->ended; });
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
  if (level >= shown_) stream_->Add(line);
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
