#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/error.h"
#include "base/random.h"
#include "base/time_pattern.h"
#include "base/time_zone.h"

namespace thalweg::internal {
namespace {

int64_t Seconds(int year, unsigned month, unsigned day, int64_t hour = 0, int64_t minute = 0) {
  const std::chrono::sys_days date =
      std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  return date.time_since_epoch().count() * int64_t{86400} + hour * 3600 + minute * 60;
}

TEST(TimeZone, Vienna) {
  const auto zone = TimeZone::Load("Europe/Vienna");
  EXPECT_EQ(zone->ToUtc(Seconds(2024, 1, 15, 12)), Seconds(2024, 1, 15, 11));
  EXPECT_EQ(zone->ToUtc(Seconds(2024, 7, 15, 12)), Seconds(2024, 7, 15, 10));
  // Set forward at 02:00 to 03:00 on March 31st: 02:30 is not shown; it is taken as 03:30.
  EXPECT_EQ(zone->ToUtc(Seconds(2024, 3, 31, 1, 59)), Seconds(2024, 3, 31, 0, 59));
  EXPECT_EQ(zone->ToUtc(Seconds(2024, 3, 31, 2, 30)), Seconds(2024, 3, 31, 1, 30));
  EXPECT_EQ(zone->ToUtc(Seconds(2024, 3, 31, 3, 0)), Seconds(2024, 3, 31, 1, 0));
  // Set back at 03:00 to 02:00 on October 27th: 02:30 comes twice; the first counts.
  EXPECT_EQ(zone->ToUtc(Seconds(2024, 10, 27, 2, 30)), Seconds(2024, 10, 27, 0, 30));
  EXPECT_EQ(zone->ToUtc(Seconds(2024, 10, 27, 3, 0)), Seconds(2024, 10, 27, 2, 0));
  // Beyond the table of the file: by its rule.
  EXPECT_EQ(zone->ToUtc(Seconds(2090, 7, 15, 12)), Seconds(2090, 7, 15, 10));
  EXPECT_EQ(zone->ToUtc(Seconds(2090, 1, 15, 12)), Seconds(2090, 1, 15, 11));
}

TEST(TimeZone, OthersAndFixedOffsets) {
  EXPECT_EQ(TimeZone::Load("America/New_York")->ToUtc(Seconds(2013, 7, 4, 12)),
            Seconds(2013, 7, 4, 16));
  EXPECT_EQ(TimeZone::Load("Asia/Kolkata")->ToUtc(Seconds(2020, 1, 1, 5, 30)), Seconds(2020, 1, 1));
  EXPECT_EQ(TimeZone::Load("Australia/Sydney")->ToUtc(Seconds(2080, 1, 1, 11)),
            Seconds(2080, 1, 1));
  EXPECT_EQ(TimeZone::Load("+05:30")->ToUtc(Seconds(2020, 1, 1, 5, 30)), Seconds(2020, 1, 1));
  EXPECT_EQ(TimeZone::Load("-08")->ToUtc(Seconds(2020, 1, 1)), Seconds(2020, 1, 1, 8));
  EXPECT_TRUE(TimeZone::Load("UTC")->is_utc());
  for (const char* bad : {"Atlantis", "../../etc/passwd", "/etc/passwd", "Europe", "+25", "+5"}) {
    EXPECT_THROW(TimeZone::Load(bad), UserError) << bad;
  }
}

TEST(TimeZone, DamagedFiles) {
  EXPECT_EQ(TimeZone::FromTzif(""), nullptr);
  EXPECT_EQ(TimeZone::FromTzif("TZif2"), nullptr);
  std::string header = "TZif2" + std::string(39, '\x7f');
  EXPECT_EQ(TimeZone::FromTzif(header), nullptr);
  EXPECT_EQ(TimeZone::FromTzif(header + std::string(1000, '\xff')), nullptr);
}

TEST(TimePattern, Table) {
  const auto utc = TimeZone::Load("UTC");
  const struct {
    const char* pattern;
    const char* text;
    int64_t expected;  // seconds; -1: does not fit
  } cases[] = {
      {"yyyy-MM-dd", "2014-12-31", Seconds(2014, 12, 31)},
      {"yyyy-MM-dd", "2014-2-3", Seconds(2014, 2, 3)},
      {"yyyy-MM-dd", "2014-02-30", -1},
      {"yyyy-MM-dd", "2014-13-01", -1},
      {"yyyy-MM-dd", "2014-12-31 ", -1},
      {"yyyyMMdd", "20141231", Seconds(2014, 12, 31)},
      {"yyyyMMdd", "2014123", -1},
      {"yyyyMMddHHmm", "201412310730", Seconds(2014, 12, 31, 7, 30)},
      {"dd-MMM-yy", "31-Dec-99", Seconds(1999, 12, 31)},
      {"dd-MMM-yy", "1-JAN-00", Seconds(2000, 1, 1)},
      {"dd-MMM-yy", "31-Dez-99", -1},
      {"d MMMM yyyy", "3 March 2001", Seconds(2001, 3, 3)},
      {"EEE, dd MMM yyyy HH:mm Z", "Fri, 01 Mar 2024 12:00 +0200", Seconds(2024, 3, 1, 10)},
      {"MM/dd/yyyy hh:mm a", "03/01/2024 12:05 AM", Seconds(2024, 3, 1, 0, 5)},
      {"MM/dd/yyyy hh:mm a", "03/01/2024 12:05 pm", Seconds(2024, 3, 1, 12, 5)},
      {"MM/dd/yyyy hh:mm a", "03/01/2024 13:05 PM", -1},
      {"yyyy-MM-dd'T'HH:mmz", "2024-03-01T10:00Z", Seconds(2024, 3, 1, 10)},
      {"yyyy-MM-dd'T'HH:mmz", "2024-03-01T10:00-05:00", Seconds(2024, 3, 1, 15)},
      {"yyyy-MM-dd HH:mm", "2024-03-01 24:00", -1},
  };
  for (const auto& test : cases) {
    int64_t milliseconds = 0;
    const bool fits = TimePattern(test.pattern).Parse(test.text, *utc, milliseconds);
    EXPECT_EQ(fits, test.expected != -1) << test.pattern << " " << test.text;
    if (fits) {
      EXPECT_EQ(milliseconds, test.expected * 1000) << test.pattern << " " << test.text;
    }
  }
  EXPECT_THROW(TimePattern("yyyy-'x"), UserError);
  EXPECT_THROW(TimePattern(""), UserError);
}

TEST(TimePattern, EveryDayOfSomeCenturies) {
  const auto utc = TimeZone::Load("UTC");
  const TimePattern iso = TimePattern::Iso8601();
  const TimePattern slow("yyyy-MM-dd");
  const std::chrono::sys_days last = std::chrono::year(2401) / 1 / 1;
  for (std::chrono::sys_days date = std::chrono::year(1895) / 1 / 1; date < last;
       date += std::chrono::days(1)) {
    const std::chrono::year_month_day day(date);
    const std::string text =
        fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                    static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    int64_t fast = 0;
    int64_t other = 0;
    ASSERT_TRUE(iso.Parse(text, *utc, fast)) << text;
    ASSERT_TRUE(slow.Parse(text, *utc, other)) << text;
    ASSERT_EQ(fast, date.time_since_epoch().count() * int64_t{86400000}) << text;
    ASSERT_EQ(other, fast) << text;
  }
}

TEST(TimePattern, UsualIsoFormsAgreeWithPatterns) {
  for (const char* name : {"UTC", "Europe/Vienna"}) {
    const auto zone = TimeZone::Load(name);
    const TimePattern iso = TimePattern::Iso8601();
    Random random(5);
    for (int i = 0; i < 20000; ++i) {
      // Sometimes out of range, sometimes with a wrong character.
      std::string text =
          fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", 1850 + random.Below(400),
                      random.Below(14), random.Below(33), random.Below(25), random.Below(61),
                      random.Below(61), random.Below(1000));
      const char* pattern = "yyyy-MM-dd HH:mm:ss.SSS";
      if (random.Below(2) == 0) {
        text.resize(19);
        pattern = "yyyy-MM-dd HH:mm:ss";
      }
      if (random.Below(4) == 0) text[random.Below(text.size())] = 'x';
      int64_t one = 0;
      int64_t other = 0;
      const bool fits = iso.Parse(text, *zone, one);
      ASSERT_EQ(fits, TimePattern(pattern).Parse(text, *zone, other)) << text;
      if (fits) {
        ASSERT_EQ(one, other) << text;
        ASSERT_TRUE(iso.Parse(text + "Z", *zone, one)) << text;
        ASSERT_TRUE(TimePattern(pattern).Parse(text, *TimeZone::Load("UTC"), other)) << text;
        ASSERT_EQ(one, other) << text;
      }
    }
  }
}

TEST(TimePattern, Iso8601) {
  const auto utc = TimeZone::Load("UTC");
  const TimePattern iso = TimePattern::Iso8601();
  int64_t milliseconds = 0;
  ASSERT_TRUE(iso.Parse("2024-03-01T10:00:00.123456+01:00", *utc, milliseconds));
  EXPECT_EQ(milliseconds, Seconds(2024, 3, 1, 9) * 1000 + 123);
  for (const char* bad : {"2024-03-01T", "2024-03-01 1", "2024-03-01 10:00:", "2024-3-01",
                          "20240301", "2024-03-01 10:00:00.", "2024-03-01 10:00 Mars", "2024-03"}) {
    EXPECT_FALSE(iso.Parse(bad, *utc, milliseconds)) << bad;
  }
}

}  // namespace
}  // namespace thalweg::internal
