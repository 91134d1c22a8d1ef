#include "base/time_pattern.h"

#include <array>
#include <chrono>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The parts of a time, checked and put together at the end.
struct Parts {
  int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0;
  int64_t half_day = -1;  // 0: a.m., 1: p.m.
  bool has_offset = false;
  int64_t offset = 0;  // seconds

  bool ToMilliseconds(const TimeZone& zone, int64_t& milliseconds) const {
    int64_t h = hour;
    if (half_day >= 0) {
      if (h < 1 || h > 12) return false;
      h = h % 12 + 12 * half_day;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31 || h > 23 || minute > 59 || second > 60) {
      return false;
    }
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (day > 28 && !date.ok()) return false;
    const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    int64_t seconds = days * 86400 + h * 3600 + minute * 60 + second;
    seconds = has_offset ? seconds - offset : zone.ToUtc(seconds);
    milliseconds = seconds * 1000 + millisecond;
    return true;
  }
};

// Reads parts from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return at_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  char peek() const { return *at_; }
  bool Take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool Number(size_t at_least, size_t at_most, int64_t& value) {
    value = 0;
    size_t count = 0;
    for (; count < at_most && at_ != end_ && IsDigit(*at_); ++count, ++at_) {
      value = value * 10 + (*at_ - '0');
    }
    return count >= at_least;
  }
  // Digits after the point, cut to milliseconds.
  bool Fraction(size_t at_most, int64_t& milliseconds) {
    milliseconds = 0;
    size_t count = 0;
    for (; count < at_most && at_ != end_ && IsDigit(*at_); ++count, ++at_) {
      if (count < 3) milliseconds = milliseconds * 10 + (*at_ - '0');
    }
    for (size_t i = count; i < 3; ++i) milliseconds *= 10;
    return count > 0;
  }
  // "Z", "UTC", "GMT", "+hh:mm", "+hhmm", "+hh".
  bool Offset(int64_t& seconds) {
    seconds = 0;
    if (Take('Z')) return true;
    for (const std::string_view name : {"UTC", "GMT"}) {
      if (left() >= 3 && std::string_view(at_, 3) == name) {
        at_ += 3;
        return true;
      }
    }
    const bool negative = !done() && peek() == '-';
    if (!negative && (done() || peek() != '+')) return false;
    ++at_;
    int64_t hours = 0;
    int64_t minutes = 0;
    if (!Number(2, 2, hours)) return false;
    const bool colon = Take(':');
    if ((colon || (!done() && IsDigit(peek()))) && !Number(2, 2, minutes)) return false;
    if (hours > 18 || minutes > 59) return false;
    seconds = hours * 3600 + minutes * 60;
    if (negative) seconds = -seconds;
    return true;
  }
  // One of `names`, whole or its first three letters, in any case; its number from 0.
  template <size_t kCount>
  bool Name(const std::array<std::string_view, kCount>& names, int64_t& number) {
    size_t letters = 0;
    while (letters < left() && (at_[letters] | 0x20) >= 'a' && (at_[letters] | 0x20) <= 'z') {
      ++letters;
    }
    const std::string_view word(at_, letters);
    for (size_t i = 0; i < kCount; ++i) {
      if (EqualsIgnoreCase(word, names[i]) || EqualsIgnoreCase(word, names[i].substr(0, 3))) {
        number = static_cast<int64_t>(i);
        at_ += letters;
        return true;
      }
    }
    return false;
  }
  bool HalfDay(int64_t& half) {
    if (left() < 2 || (at_[1] | 0x20) != 'm') return false;
    const char first = static_cast<char>(at_[0] | 0x20);
    if (first != 'a' && first != 'p') return false;
    half = first == 'p' ? 1 : 0;
    at_ += 2;
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

// Two digits; anything else gives a number beyond 99.
unsigned TwoDigits(const char* text) {
  const auto high = static_cast<unsigned>(text[0] - '0');
  const auto low = static_cast<unsigned>(text[1] - '0');
  return high > 9 || low > 9 ? 1000 : high * 10 + low;
}

// Days since the epoch of a day that exists (Hinnant, "chrono-Compatible Low-Level Date
// Algorithms": years from March on, so that the leap day is the last).
int64_t DaysOf(unsigned year, unsigned month, unsigned day) {
  const unsigned shifted = year - (month <= 2 ? 1 : 0);
  const unsigned era = shifted / 400;
  const unsigned of_era = shifted - era * 400;
  const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return int64_t{era} * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// The usual forms yyyy-MM-dd and yyyy-MM-dd HH:mm:ss[.SSS][Z]; false for all others.
bool ParseUsualIso(std::string_view text, const TimeZone& zone, int64_t& milliseconds) {
  const bool stated = text.back() == 'Z';
  if (stated) text.remove_suffix(1);
  if (text.size() != 10 && text.size() != 19 && text.size() != 23) return false;
  const char* at = text.data();
  const unsigned century = TwoDigits(at);
  const unsigned of_century = TwoDigits(at + 2);
  const unsigned month = TwoDigits(at + 5);
  const unsigned day = TwoDigits(at + 8);
  if (century > 99 || century == 0 || of_century > 99 || at[4] != '-' || at[7] != '-' ||
      month - 1 > 11 || day - 1 > 27) {
    return false;
  }
  int64_t seconds = DaysOf(century * 100 + of_century, month, day) * 86400;
  int64_t fraction = 0;
  if (text.size() == 10) {
    if (stated) return false;
  } else {
    const unsigned hour = TwoDigits(at + 11);
    const unsigned minute = TwoDigits(at + 14);
    const unsigned second = TwoDigits(at + 17);
    if ((at[10] != ' ' && at[10] != 'T') || at[13] != ':' || at[16] != ':' || hour > 23 ||
        minute > 59 || second > 59) {
      return false;
    }
    seconds += hour * 3600 + minute * 60 + second;
    if (text.size() == 23) {
      const unsigned tens = TwoDigits(at + 20);
      if (at[19] != '.' || tens > 99 || !IsDigit(at[22])) return false;
      fraction = tens * 10 + static_cast<unsigned>(at[22] - '0');
    }
  }
  if (!stated && !zone.is_utc()) seconds = zone.ToUtc(seconds);
  milliseconds = seconds * 1000 + fraction;
  return true;
}

bool ParseIso(std::string_view text, const TimeZone& zone, int64_t& milliseconds) {
  if (text.size() < 10 || text[4] != '-') return false;
  if (ParseUsualIso(text, zone, milliseconds)) return true;
  Reader reader(text);
  Parts parts;
  if (!reader.Number(4, 4, parts.year) || !reader.Take('-') || !reader.Number(2, 2, parts.month) ||
      !reader.Take('-') || !reader.Number(2, 2, parts.day)) {
    return false;
  }
  if (reader.done()) return parts.ToMilliseconds(zone, milliseconds);
  if ((!reader.Take('T') && !reader.Take(' ')) || !reader.Number(2, 2, parts.hour) ||
      !reader.Take(':') || !reader.Number(2, 2, parts.minute)) {
    return false;
  }
  if (reader.Take(':')) {
    if (!reader.Number(2, 2, parts.second)) return false;
    if ((reader.Take('.') || reader.Take(',')) && !reader.Fraction(18, parts.millisecond)) {
      return false;
    }
  }
  if (!reader.done()) {
    reader.Take(' ');
    if (!reader.Offset(parts.offset)) return false;
    parts.has_offset = true;
  }
  return reader.done() && parts.ToMilliseconds(zone, milliseconds);
}

}  // namespace

TimePattern TimePattern::Iso8601() {
  TimePattern pattern;
  pattern.text_ = "yyyy-MM-dd[ HH:mm[:ss[.SSS]]][zone]";
  pattern.iso_ = true;
  return pattern;
}

TimePattern::TimePattern(std::string pattern) : text_(std::move(pattern)) {
  epoch_ = text_ == "epoch_ms";
  if (epoch_) return;
  const auto add = [this](Kind kind, size_t digits) {
    // Numbers without anything between them have their full widths.
    const bool joined = digits > 0 && !items_.empty() && items_.back().digits > 0;
    if (joined) items_.back().exact = true;
    items_.push_back({.kind = kind, .digits = digits, .exact = joined});
  };
  for (size_t i = 0; i < text_.size();) {
    const char c = text_[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '\'') {
      const size_t close = text_.find('\'', i + 1);
      if (close == std::string::npos) {
        throw UserError("time_formats: '" + Printable(text_) + "' has an unbalanced quote");
      }
      // Two quotes in a row stand for one.
      if (close == i + 1) items_.push_back({.kind = Kind::kLiteral, .literal = '\''});
      for (size_t k = i + 1; k < close; ++k) {
        items_.push_back({.kind = Kind::kLiteral, .literal = text_[k]});
      }
      i = close + 1;
      continue;
    }
    if (!letter) {
      items_.push_back({.kind = Kind::kLiteral, .literal = c});
      ++i;
      continue;
    }
    size_t count = 0;
    while (i + count < text_.size() && text_[i + count] == c) ++count;
    const size_t two = std::max<size_t>(count, 2);
    switch (c) {
      case 'y':
      case 'Y':
      case 'u':
        count == 2 ? add(Kind::kShortYear, 2) : add(Kind::kYear, 4);
        break;
      case 'M':
        count >= 3 ? add(Kind::kMonthName, 0) : add(Kind::kMonth, two);
        break;
      case 'd':
        add(Kind::kDay, two);
        break;
      case 'E':
        add(Kind::kWeekday, 0);
        break;
      case 'H':
        add(Kind::kHour, two);
        break;
      case 'h':
        add(Kind::kHour12, two);
        break;
      case 'm':
        add(Kind::kMinute, two);
        break;
      case 's':
        add(Kind::kSecond, two);
        break;
      case 'S':
        add(Kind::kFraction, count);
        break;
      case 'a':
        add(Kind::kHalfDay, 0);
        break;
      case 'Z':
      case 'z':
      case 'X':
        add(Kind::kOffset, 0);
        break;
      default:
        throw UserError("time_formats: '" + Printable(text_) + "' has the unknown letter '" +
                        std::string(1, c) +
                        "'; known are y M d E H h m s S a Z z, and text in single quotes");
    }
    i += count;
  }
  if (items_.empty()) throw UserError("time_formats: a pattern is empty");
}

bool TimePattern::Parse(std::string_view text, const TimeZone& zone, int64_t& milliseconds) const {
  if (iso_) return ParseIso(text, zone, milliseconds);
  if (epoch_) {
    const auto number = ParseInt(text);
    if (number) milliseconds = *number;
    return number.has_value();
  }
  Reader reader(text);
  Parts parts;
  for (const Item& item : items_) {
    const size_t at_least = item.exact ? item.digits : 1;
    bool fits = true;
    int64_t number = 0;
    switch (item.kind) {
      case Kind::kLiteral:
        fits = reader.Take(item.literal);
        break;
      case Kind::kYear:
        fits = reader.Number(4, 4, parts.year);
        break;
      case Kind::kShortYear:
        fits = reader.Number(2, 2, number);
        parts.year = number + (number < 69 ? 2000 : 1900);
        break;
      case Kind::kMonth:
        fits = reader.Number(at_least, item.digits, parts.month);
        break;
      case Kind::kMonthName:
        fits = reader.Name(kMonths, number);
        parts.month = number + 1;
        break;
      case Kind::kDay:
        fits = reader.Number(at_least, item.digits, parts.day);
        break;
      case Kind::kWeekday:
        fits = reader.Name(kWeekdays, number);
        break;
      case Kind::kHour12:
        // Without a.m. or p.m. it is taken as the hour of the day.
      case Kind::kHour:
        fits = reader.Number(at_least, item.digits, parts.hour);
        break;
      case Kind::kMinute:
        fits = reader.Number(at_least, item.digits, parts.minute);
        break;
      case Kind::kSecond:
        fits = reader.Number(at_least, item.digits, parts.second);
        break;
      case Kind::kFraction:
        fits = reader.Fraction(item.exact ? item.digits : 18, parts.millisecond);
        break;
      case Kind::kHalfDay:
        fits = reader.HalfDay(parts.half_day);
        break;
      case Kind::kOffset:
        fits = reader.Offset(parts.offset);
        parts.has_offset = true;
        break;
    }
    if (!fits) return false;
  }
  return reader.done() && parts.ToMilliseconds(zone, milliseconds);
}

const std::vector<TimePattern>& DefaultTimePatterns() {
  static const std::vector<TimePattern> patterns = [] {
    std::vector<TimePattern> list = {TimePattern::Iso8601()};
    for (const char* pattern :
         {"yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "dd-MMM-yy", "dd-MMM-yyyy", "dd-MMM-yy HH:mm:ss",
          "dd-MMM-yyyy HH:mm:ss", "MM/dd/yyyy", "MM/dd/yyyy HH:mm", "MM/dd/yyyy HH:mm:ss",
          "MM/dd/yyyy HH:mm:ss.SSS", "MM/dd/yyyy hh:mm a", "MM/dd/yyyy hh:mm:ss a", "MM/dd/yy",
          "MM/dd/yy HH:mm", "yyyy/MM/dd", "yyyy/MM/dd HH:mm:ss", "yyyy-MM-dd hh:mm:ss a"}) {
      list.emplace_back(pattern);
    }
    return list;
  }();
  return patterns;
}

}  // namespace thalweg::internal
