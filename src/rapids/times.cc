// Times: their parts, making and reading them. Parts and read times are those of the server's time
// zone.
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "base/time_pattern.h"
#include "base/time_zone.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/zones.h"

namespace thalweg::internal {
namespace {

// A moment as clocks and calendars show it.
struct LocalTime {
  std::chrono::sys_days day;
  int64_t millisecond = 0;  // of the day
};

LocalTime Local(double moment, const TimeZone& zone) {
  const auto utc = static_cast<int64_t>(std::floor(moment));
  const auto seconds = static_cast<int64_t>(std::floor(moment / 1000));
  const int64_t local = utc + zone.OffsetAt(seconds) * 1000;
  constexpr int64_t kDay = 86'400'000;
  const int64_t day = local >= 0 ? local / kDay : -((kDay - 1 - local) / kDay);
  return {std::chrono::sys_days(std::chrono::days(day)), local - day * kDay};
}

// Days of the week from Monday.
int64_t Weekday(const LocalTime& time) { return std::chrono::weekday(time.day).iso_encoding() - 1; }

// The week of the year by ISO 8601: the first has the first Thursday.
int64_t IsoWeek(const LocalTime& time) {
  const auto thursday = time.day + std::chrono::days(3 - Weekday(time));
  const auto year = std::chrono::year_month_day(thursday).year();
  const auto first = std::chrono::sys_days(year / std::chrono::January / 1);
  return (thursday - first).count() / 7 + 1;
}

// Beyond it the calendar of the library ends.
constexpr double kFarthest = 1e15;

template <class Part>
Value TimePart(const Arguments& arguments, Evaluator& evaluator, Part part,
               const DomainPtr& domain = nullptr) {
  const auto zone = TimeZone::Load(RapidsTimeZone());
  if (const auto* number = arguments[0].As<double>()) {
    if (std::isnan(*number) || std::abs(*number) > kFarthest) return kMissingReal;
    return static_cast<double>(part(Local(*number, *zone)));
  }
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  if (!IsNumeric(column->type()) || column->type() == ColumnType::kCategorical) {
    arguments.Fail(
        0, "must be a column of times, not of type " + std::string(ColumnTypeName(column->type())));
  }
  auto parts = MakeIntegers(frame->layout(), evaluator,
                            domain ? ColumnType::kCategorical : ColumnType::kInteger, domain,
                            [&](size_t chunk, std::span<int64_t> out) {
                              const auto cells = ChunkCells<double>(*column, chunk);
                              for (size_t i = 0; i < out.size(); ++i) {
                                out[i] = std::isnan(cells[i]) || std::abs(cells[i]) > kFarthest
                                             ? kMissingInt
                                             : part(Local(cells[i], *zone));
                              }
                            });
  return Frame(frame->layout_ptr(), frame->names(), {std::move(parts)});
}

// Milliseconds of a moment in UTC; NaN where there is none of these numbers.
double Moment(const std::array<double, 7>& parts) {
  static constexpr std::array<std::array<double, 2>, 7> kRanges = {
      {{-30'000, 30'000}, {1, 12}, {1, 31}, {0, 23}, {0, 59}, {0, 59}, {0, 999}}};
  for (size_t i = 0; i < parts.size(); ++i) {
    const double part = std::trunc(parts[i]);
    if (!(part >= kRanges[i][0] && part <= kRanges[i][1])) return kMissingReal;
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(parts[0])),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2])));
  if (!date.ok()) return kMissingReal;
  const auto days = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
  return (((days * 24 + std::trunc(parts[3])) * 60 + std::trunc(parts[4])) * 60 +
          std::trunc(parts[5])) *
             1000 +
         std::trunc(parts[6]);
}

struct MomentParts {
  LayoutPtr layout;
  std::array<double, 7> numbers{};
  std::array<ColumnPtr, 7> columns;
  bool any_frame = false;
};

MomentParts ReadParts(const Arguments& arguments) {
  MomentParts parts;
  for (size_t i = 0; i < 7; ++i) {
    if (i >= arguments.size()) continue;
    if (!arguments[i].Is<NamedFrame>() && !arguments[i].Is<EachRow>()) {
      parts.numbers[i] = arguments.Number(i);
      continue;
    }
    const FramePtr frame = arguments.FrameAt(i);
    if (!IsNumeric(arguments.ColumnAt(i)->type())) arguments.Fail(i, "must hold numbers");
    if (!parts.layout) parts.layout = frame->layout_ptr();
    if (frame->rows() != parts.layout->rows()) {
      arguments.Fail(
          i, "must have as many rows as the others: " + std::to_string(parts.layout->rows()));
    }
    parts.columns[i] = Frame(parts.layout, {}, {}).Bind(*frame).column_ptr(0);
    parts.any_frame = true;
  }
  if (!parts.layout) parts.layout = NewLayout(1);
  return parts;
}

// `shift` is added to month and day.
ColumnPtr Moments(const MomentParts& parts, Evaluator& evaluator, double shift, ColumnType type) {
  return MakeIntegers(*parts.layout, evaluator, type, nullptr,
                      [&](size_t chunk, std::span<int64_t> out) {
                        std::array<std::vector<double>, 7> cells;
                        for (size_t k = 0; k < 7; ++k) {
                          if (parts.columns[k])
                            cells[k] = ChunkCells<double>(*parts.columns[k], chunk);
                        }
                        for (size_t i = 0; i < out.size(); ++i) {
                          std::array<double, 7> numbers = parts.numbers;
                          for (size_t k = 0; k < 7; ++k) {
                            if (parts.columns[k]) numbers[k] = cells[k][i];
                          }
                          numbers[1] += shift;
                          numbers[2] += shift;
                          const double moment = Moment(numbers);
                          out[i] = std::isnan(moment) ? kMissingInt : static_cast<int64_t>(moment);
                        }
                      });
}

// The letters of C's strptime as those of TimePattern.
std::string JodaPattern(const Arguments& arguments, size_t i) {
  const std::string& format = arguments.Text(i);
  if (format.find('%') == std::string::npos) {
    arguments.Fail(i, "must be a pattern such as %Y-%m-%d, not '" + Printable(format) + "'");
  }
  std::string pattern;
  for (size_t k = 0; k < format.size(); ++k) {
    const char c = format[k];
    if (c != '%' || k + 1 == format.size()) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      pattern += c == '\'' ? std::string("''")
                 : letter  ? std::string("'") + c + "'"
                           : std::string(1, c);
      continue;
    }
    switch (format[++k]) {
      case 'Y':
        pattern += "yyyy";
        break;
      case 'y':
        pattern += "yy";
        break;
      case 'm':
        pattern += "MM";
        break;
      case 'b':
      case 'h':
      case 'B':
        pattern += "MMM";
        break;
      case 'd':
      case 'e':
        pattern += "dd";
        break;
      case 'a':
      case 'A':
        pattern += "EEE";
        break;
      case 'H':
        pattern += "HH";
        break;
      case 'I':
        pattern += "hh";
        break;
      case 'M':
        pattern += "mm";
        break;
      case 'S':
        pattern += "ss";
        break;
      case 'p':
        pattern += "a";
        break;
      case 'f':
        pattern += "SSS";
        break;
      case 'z':
      case 'Z':
        pattern += "Z";
        break;
      case 'F':
        pattern += "yyyy-MM-dd";
        break;
      case 'T':
        pattern += "HH:mm:ss";
        break;
      case 'R':
        pattern += "HH:mm";
        break;
      case 'D':
        pattern += "MM/dd/yy";
        break;
      case '%':
        pattern += "%";
        break;
      default:
        arguments.Fail(i, "has the unknown letter %" + std::string(1, format[k]) +
                              "; known are Y y m b B d e a A H I M S p f z F T R D");
    }
  }
  return pattern;
}

DomainPtr Weekdays() {
  static const auto domain = std::make_shared<const Domain>(
      std::vector<std::string>{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"});
  return domain;
}

}  // namespace

Value Year(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator, [](const LocalTime& time) {
    return int64_t{static_cast<int>(std::chrono::year_month_day(time.day).year())};
  });
}
Value Month(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator, [](const LocalTime& time) {
    return int64_t{static_cast<unsigned>(std::chrono::year_month_day(time.day).month())};
  });
}
Value Day(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator, [](const LocalTime& time) {
    return int64_t{static_cast<unsigned>(std::chrono::year_month_day(time.day).day())};
  });
}
Value Week(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator, IsoWeek);
}
Value DayOfWeek(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator, Weekday, Weekdays());
}
Value Hour(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator,
                  [](const LocalTime& time) { return time.millisecond / 3'600'000; });
}
Value Minute(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator,
                  [](const LocalTime& time) { return time.millisecond / 60'000 % 60; });
}
Value Second(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator,
                  [](const LocalTime& time) { return time.millisecond / 1000 % 60; });
}
Value Millisecond(const Arguments& arguments, Evaluator& evaluator) {
  return TimePart(arguments, evaluator,
                  [](const LocalTime& time) { return time.millisecond % 1000; });
}

Value MakeMoment(const Arguments& arguments, Evaluator& evaluator) {
  const MomentParts parts = ReadParts(arguments);
  return Frame(parts.layout, {"time"}, {Moments(parts, evaluator, 0, ColumnType::kTime)});
}

// Months and days count from 0.
Value MakeTime(const Arguments& arguments, Evaluator& evaluator) {
  const MomentParts parts = ReadParts(arguments);
  if (!parts.any_frame) {
    std::array<double, 7> numbers = parts.numbers;
    ++numbers[1];
    ++numbers[2];
    const double moment = Moment(numbers);
    if (std::isnan(moment)) throw UserError("(mktime …): there is no such moment");
    return moment;
  }
  return Frame(parts.layout, {"msec"}, {Moments(parts, evaluator, 1, ColumnType::kInteger)});
}

Value AsDate(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  const TimePattern pattern(JodaPattern(arguments, 1));
  const auto zone = TimeZone::Load(RapidsTimeZone());
  const auto read = [&](std::string_view text) {
    int64_t moment = 0;
    if (!pattern.Parse(text, *zone, moment)) {
      throw UserError("(as.Date …): '" + Printable(text) + "' does not fit to the pattern '" +
                      Printable(arguments.Text(1)) + "'");
    }
    return moment;
  };
  std::vector<int64_t> by_level;
  if (column->domain()) {
    for (const std::string& level : column->domain()->levels()) by_level.push_back(read(level));
  } else if (column->type() != ColumnType::kString) {
    arguments.Fail(0, "must be a column of strings or levels");
  }
  auto moments = MakeIntegers(frame->layout(), evaluator, ColumnType::kInteger, nullptr,
                              [&](size_t chunk, std::span<int64_t> out) {
                                if (column->domain()) {
                                  column->chunk(chunk).Decode(0, out);
                                  for (int64_t& cell : out) {
                                    if (cell != kMissingInt)
                                      cell = by_level[static_cast<size_t>(cell)];
                                  }
                                  return;
                                }
                                const auto cells = ChunkCells<std::string_view>(*column, chunk);
                                for (size_t i = 0; i < out.size(); ++i) {
                                  out[i] =
                                      cells[i].data() == nullptr ? kMissingInt : read(cells[i]);
                                }
                              });
  return Frame(frame->layout_ptr(), frame->names(), {std::move(moments)});
}

}  // namespace thalweg::internal
