#include "base/time_zone.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

constexpr const char* kZoneFolder = "/usr/share/zoneinfo/";
// The rule at the end of a TZif file is written out for the years up to this one.
constexpr int kLastYear = 2200;

int64_t BigEndian(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = (static_cast<unsigned char>(bytes[at]) & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return static_cast<int64_t>(value);
}

// "+hh:mm", "-hh".
std::optional<int64_t> FixedOffset(std::string_view text) {
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hours = ParseInt(text.substr(1, 2));
  auto minutes = std::optional<int64_t>(0);
  if (text.size() == 6 && text[3] == ':') {
    minutes = ParseInt(text.substr(4, 2));
  } else if (text.size() != 3) {
    return std::nullopt;
  }
  if (!hours || !minutes || *hours > 18 || *hours < 0 || *minutes > 59 || *minutes < 0) {
    return std::nullopt;
  }
  const int64_t seconds = *hours * 3600 + *minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

// Reads the POSIX TZ string of a footer, e.g. "CET-1CEST,M3.5.0,M10.5.0/3".
class FooterReader {
 public:
  explicit FooterReader(std::string_view text) : text_(text) {}

  bool Name() {
    const size_t begin = at_;
    if (at_ < text_.size() && text_[at_] == '<') {
      at_ = std::min(text_.find('>', at_), text_.size() - 1) + 1;
    } else {
      while (at_ < text_.size() && ((text_[at_] | 0x20) >= 'a' && (text_[at_] | 0x20) <= 'z')) {
        ++at_;
      }
    }
    return at_ > begin;
  }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  std::optional<int64_t> Int() {
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return ParseInt(text_.substr(begin, at_ - begin));
  }
  // [+-]hh[:mm[:ss]] in seconds.
  std::optional<int64_t> Time() {
    int64_t sign = 1;
    if (Take('-')) {
      sign = -1;
    } else {
      Take('+');
    }
    int64_t seconds = 0;
    int64_t unit = 3600;
    do {
      const auto part = Int();
      if (!part) return std::nullopt;
      seconds += *part * unit;
      unit /= 60;
    } while (unit > 0 && Take(':'));
    return sign * seconds;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

// A day of each year and the time on it.
struct TimeZone::Rule {
  char kind = 'M';
  int64_t month = 1, week = 1, weekday = 0, day = 0;
  int64_t time = 7200;

  static std::optional<Rule> Read(FooterReader& reader) {
    Rule rule;
    if (reader.Take('M')) {
      const auto month = reader.Int();
      if (!month || *month < 1 || *month > 12 || !reader.Take('.')) return std::nullopt;
      const auto week = reader.Int();
      if (!week || *week < 1 || *week > 5 || !reader.Take('.')) return std::nullopt;
      const auto weekday = reader.Int();
      if (!weekday || *weekday > 6) return std::nullopt;
      rule.month = *month;
      rule.week = *week;
      rule.weekday = *weekday;
    } else {
      rule.kind = reader.Take('J') ? 'J' : 'D';
      const auto day = reader.Int();
      if (!day || *day > 365) return std::nullopt;
      rule.day = *day;
    }
    if (reader.Take('/')) {
      const auto time = reader.Time();
      if (!time) return std::nullopt;
      rule.time = *time;
    }
    return rule;
  }

  // Local seconds.
  int64_t In(int year) const {
    using namespace std::chrono;
    sys_days date;
    if (kind == 'M') {
      const auto ym = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month));
      const std::chrono::weekday on(static_cast<unsigned>(weekday));
      date = week == 5 ? sys_days(ym / on[last]) : sys_days(ym / on[static_cast<unsigned>(week)]);
    } else {
      date = sys_days(std::chrono::year(year) / January / 1);
      // Jn does not count February 29th.
      const bool leap = std::chrono::year(year).is_leap();
      date += days(kind == 'D' ? day : day - 1 + (leap && day >= 60 ? 1 : 0));
    }
    return date.time_since_epoch().count() * int64_t{86400} + time;
  }
};

void TimeZone::ExtendByFooter(std::string_view footer) {
  FooterReader reader(footer);
  if (!reader.Name()) return;
  const auto standard = reader.Time();
  if (!standard) return;
  if (reader.done()) {
    if (moments_.empty()) first_offset_ = -*standard;
    return;
  }
  if (!reader.Name()) return;
  int64_t summer = -*standard + 3600;
  if (reader.peek() != ',') {
    const auto offset = reader.Time();
    if (!offset) return;
    summer = -*offset;
  }
  if (!reader.Take(',')) return;
  const auto start = Rule::Read(reader);
  if (!start || !reader.Take(',')) return;
  const auto end = Rule::Read(reader);
  if (!end) return;
  const int64_t last = moments_.empty() ? INT64_MIN : moments_.back();
  std::vector<std::pair<int64_t, int64_t>> more;
  for (int year = 1970; year <= kLastYear; ++year) {
    more.emplace_back(start->In(year) + *standard, summer);
    more.emplace_back(end->In(year) - summer, -*standard);
  }
  std::sort(more.begin(), more.end());
  for (const auto& [moment, offset] : more) {
    if (moment <= last) continue;
    moments_.push_back(moment);
    offsets_.push_back(offset);
  }
}

std::shared_ptr<const TimeZone> TimeZone::FromTzif(std::string_view bytes) {
  constexpr size_t kHeader = 44;
  if (bytes.size() < kHeader || bytes.substr(0, 4) != "TZif") return nullptr;
  const bool long_times = bytes[4] >= '2';
  size_t at = 0;
  int64_t counts[6];
  const auto read_counts = [&] {
    for (size_t i = 0; i < 6; ++i) {
      counts[i] = static_cast<int64_t>(static_cast<uint32_t>(BigEndian(bytes, at + 20 + 4 * i, 4)));
    }
    at += kHeader;
  };
  read_counts();
  // isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt.
  const auto body = [&](int64_t time_size) {
    return static_cast<size_t>(counts[3] * time_size + counts[3] + counts[4] * 6 + counts[5] +
                               counts[2] * (time_size + 4) + counts[1] + counts[0]);
  };
  if (long_times) {
    at += body(4);
    if (bytes.size() < at + kHeader) return nullptr;
    read_counts();
  }
  const size_t time_size = long_times ? 8 : 4;
  if (bytes.size() < at + body(static_cast<int64_t>(time_size)) || counts[4] == 0) return nullptr;
  const auto times = static_cast<size_t>(counts[3]);
  const size_t types = at + times * time_size;
  const size_t records = types + times;
  const auto offset_of = [&](size_t type) { return BigEndian(bytes, records + type * 6, 4); };
  auto zone = std::make_shared<TimeZone>();
  zone->first_offset_ = offset_of(0);
  for (size_t i = 0; i < times; ++i) {
    const auto type = static_cast<unsigned char>(bytes[types + i]);
    if (type >= counts[4]) return nullptr;
    zone->moments_.push_back(BigEndian(bytes, at + i * time_size, time_size));
    zone->offsets_.push_back(offset_of(type));
  }
  if (long_times) {
    const std::string_view footer = bytes.substr(at + body(8));
    if (footer.size() > 2) zone->ExtendByFooter(footer.substr(1, footer.size() - 2));
  }
  return zone;
}

std::shared_ptr<const TimeZone> TimeZone::Load(const std::string& name) {
  auto zone = std::make_shared<TimeZone>();
  if (name.empty() || name == "UTC" || name == "GMT" || name == "Z") return zone;
  if (const auto offset = FixedOffset(name)) {
    zone->first_offset_ = *offset;
    return zone;
  }
  const bool plain = name.find("..") == std::string::npos && name.front() != '/' &&
                     name.find('\0') == std::string::npos;
  std::error_code error;
  if (plain && std::filesystem::is_regular_file(kZoneFolder + name, error)) {
    std::ifstream file(kZoneFolder + name, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (auto loaded = FromTzif(bytes)) return loaded;
  }
  throw UserError("time_zone: no zone is named '" + Printable(name) +
                  "'; give an IANA name such as Europe/Vienna (package tzdata) or an offset such "
                  "as +05:30");
}

int64_t TimeZone::OffsetAt(int64_t utc_seconds) const {
  const auto after = std::upper_bound(moments_.begin(), moments_.end(), utc_seconds);
  if (after == moments_.begin()) return first_offset_;
  return offsets_[static_cast<size_t>(after - moments_.begin()) - 1];
}

int64_t TimeZone::ToUtc(int64_t local_seconds) const {
  if (moments_.empty()) return local_seconds - first_offset_;
  // No offset is a day or more, and no two changes lie within a day.
  const int64_t before = OffsetAt(local_seconds - 86400);
  const int64_t after = OffsetAt(local_seconds + 86400);
  if (before == after || OffsetAt(local_seconds - before) == before) return local_seconds - before;
  if (OffsetAt(local_seconds - after) == after) return local_seconds - after;
  return local_seconds - before;
}

}  // namespace thalweg::internal
