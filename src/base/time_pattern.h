// Times in text by patterns, written with the letters of Joda-Time:
//   yyyy yy M MM MMM MMMM d dd E EEEE H HH h hh m mm s ss S… a Z z, 'literal', anything else.
// Two digits of a year mean 1969 … 2068 (as in POSIX). Names are English. Z takes "Z", "+hh:mm",
// "+hhmm", "+hh"; z takes the same or "UTC", "GMT". The pattern epoch_ms stands for whole numbers:
// milliseconds since 1970-01-01T00:00Z.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"

namespace thalweg::internal {

// Thread rule: immutable.
class TimePattern {
 public:
  // UserError if a letter of the pattern is not known.
  explicit TimePattern(std::string pattern);
  // yyyy-MM-dd, with 'T' or a blank and HH:mm[:ss[.fraction]], with a zone or not.
  static TimePattern Iso8601();

  // The whole of `text` to milliseconds since the epoch; false if it does not fit, or names no day
  // of the calendar. `zone` is that of times that do not state theirs.
  bool Parse(std::string_view text, const TimeZone& zone, int64_t& milliseconds) const;
  // For the report.
  const std::string& text() const { return text_; }

 private:
  enum class Kind {
    kLiteral,
    kYear,
    kShortYear,
    kMonth,
    kMonthName,
    kDay,
    kWeekday,
    kHour,
    kHour12,
    kMinute,
    kSecond,
    kFraction,
    kHalfDay,
    kOffset
  };
  struct Item {
    Kind kind = Kind::kLiteral;
    char literal = 0;
    size_t digits = 0;   // at most
    bool exact = false;  // exactly so many: a number follows at once
  };
  TimePattern() = default;

  std::string text_;
  bool iso_ = false;
  bool epoch_ = false;
  std::vector<Item> items_;
};

// The patterns that are tried on a column without the user naming any.
const std::vector<TimePattern>& DefaultTimePatterns();

}  // namespace thalweg::internal
