#include "rapids/zones.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg {
namespace {

struct Setting {
  std::mutex mutex;
  std::string name = "UTC";
};

Setting& Current() {
  static Setting setting;
  return setting;
}

}  // namespace

std::string RapidsTimeZone() {
  std::lock_guard lock(Current().mutex);
  return Current().name;
}

namespace internal {

Value GetTimeZone(const Arguments& /*arguments*/, Evaluator& /*evaluator*/) {
  return RapidsTimeZone();
}

Value SetTimeZone(const Arguments& arguments, Evaluator& /*evaluator*/) {
  const std::string& name = arguments.Text(0);
  if (name.empty()) arguments.Fail(0, "must be the name of a time zone");
  TimeZone::Load(name);  // UserError where there is none
  std::lock_guard lock(Current().mutex);
  Current().name = name;
  return name;
}

// "+01:00 Europe/Vienna", by offset and name.
Value ListTimeZones(const Arguments& /*arguments*/, Evaluator& evaluator) {
  static const std::filesystem::path kFolder = "/usr/share/zoneinfo";
  std::vector<std::string> lines;
  std::error_code error;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  for (auto it = std::filesystem::recursive_directory_iterator(kFolder, error);
       it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    if (error) break;
    const std::string name = it->path().lexically_relative(kFolder).string();
    if (name.starts_with("posix") || name.starts_with("right")) {
      it.disable_recursion_pending();
      continue;
    }
    // Zones are named with capitals; tables and rules are not.
    if (!it->is_regular_file(error) || name.find('.') != std::string::npos || name[0] < 'A' ||
        name[0] > 'Z') {
      continue;
    }
    try {
      const int64_t offset = TimeZone::Load(name)->OffsetAt(seconds);
      const int64_t minutes = (offset < 0 ? -offset : offset) / 60;
      const auto two = [](int64_t number) {
        return (number < 10 ? "0" : "") + std::to_string(number);
      };
      lines.push_back((offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60) + " " +
                      name);
    } catch (const UserError&) {
      continue;  // a file of another kind
    }
  }
  std::sort(lines.begin(), lines.end());
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(lines.size()));
  const Arguments column(
      "listTimeZones",
      {Value(Frame(layout, {"Timezones"}, {TextsColumn(*layout, lines, evaluator)}))});
  return AsFactor(column, evaluator);
}

}  // namespace internal
}  // namespace thalweg
