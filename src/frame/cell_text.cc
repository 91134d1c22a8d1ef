#include "frame/cell_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace thalweg {
namespace {

std::string UuidText(const Uuid& uuid) {
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", uuid.high >> 32,
                     uuid.high >> 16 & 0xffff, uuid.high & 0xffff, uuid.low >> 48,
                     uuid.low & 0xffffffffffff);
}

}  // namespace

std::string TimeText(int64_t milliseconds) {
  using std::chrono::days;
  const std::chrono::sys_time<std::chrono::milliseconds> time{
      std::chrono::milliseconds(milliseconds)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const int64_t rest = (time - day).count();
  const int year = static_cast<int>(date.year());
  std::string text =
      year >= 0 && year <= 9999 ? fmt::format("{:04}", year) : fmt::format("{:+05}", year);
  text += fmt::format("-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<unsigned>(date.month()),
                      static_cast<unsigned>(date.day()), rest / 3'600'000, rest / 60'000 % 60,
                      rest / 1000 % 60);
  if (rest % 1000 != 0) text += fmt::format(".{:03}", rest % 1000);
  return text + "Z";
}

std::vector<std::string> CellTexts(const Frame& frame, size_t column, int64_t begin, int64_t end) {
  const Column& cells = frame.column(column);
  const auto rows = static_cast<size_t>(end - begin);
  std::vector<std::string> texts;
  texts.reserve(rows);
  switch (cells.type()) {
    case ColumnType::kReal: {
      std::vector<double> values(rows);
      ReadCells(frame, column, begin, values);
      for (double v : values) texts.push_back(std::isnan(v) ? "" : fmt::format("{}", v));
      break;
    }
    case ColumnType::kInteger:
    case ColumnType::kCategorical:
    case ColumnType::kTime: {
      std::vector<int64_t> values(rows);
      ReadCells(frame, column, begin, values);
      for (int64_t v : values) {
        if (v == kMissingInt) {
          texts.emplace_back();
        } else if (cells.type() == ColumnType::kInteger) {
          texts.push_back(std::to_string(v));
        } else if (cells.type() == ColumnType::kTime) {
          texts.push_back(TimeText(v));
        } else {
          texts.push_back(cells.domain()->levels()[static_cast<size_t>(v)]);
        }
      }
      break;
    }
    case ColumnType::kString: {
      std::vector<std::string_view> values(rows);
      ReadCells(frame, column, begin, values);
      for (std::string_view v : values) texts.emplace_back(v);
      break;
    }
    case ColumnType::kUuid: {
      std::vector<Uuid> values(rows);
      ReadCells(frame, column, begin, values);
      for (const Uuid& v : values) texts.push_back(v == kMissingUuid ? "" : UuidText(v));
      break;
    }
  }
  return texts;
}

}  // namespace thalweg
