#include "frame/cell_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <iterator>

namespace thalweg {

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

CellReader::CellReader(const Frame& frame, size_t column)
    : frame_(frame), column_(column), type_(frame.column(column).type()) {}

void CellReader::Read(int64_t begin, int64_t end) {
  const auto rows = static_cast<size_t>(end - begin);
  auto read = [&](auto& cells) {
    cells.resize(rows);
    ReadCells(frame_, column_, begin, cells);
  };
  switch (type_) {
    case ColumnType::kReal:
      read(reals_);
      break;
    case ColumnType::kInteger:
    case ColumnType::kCategorical:
    case ColumnType::kTime:
      read(integers_);
      break;
    case ColumnType::kString:
      read(strings_);
      break;
    case ColumnType::kUuid:
      read(uuids_);
      break;
  }
}

bool CellReader::Missing(size_t i) const {
  switch (type_) {
    case ColumnType::kReal:
      return std::isnan(reals_[i]);
    case ColumnType::kInteger:
    case ColumnType::kCategorical:
    case ColumnType::kTime:
      return integers_[i] == kMissingInt;
    case ColumnType::kString:
      return strings_[i].data() == nullptr;
    case ColumnType::kUuid:
      return uuids_[i] == kMissingUuid;
  }
  return true;
}

void CellReader::Append(size_t i, std::string& out) const {
  if (Missing(i)) return;
  const auto end = std::back_inserter(out);
  switch (type_) {
    case ColumnType::kReal:
      fmt::format_to(end, "{}", reals_[i]);
      break;
    case ColumnType::kInteger:
      fmt::format_to(end, "{}", integers_[i]);
      break;
    case ColumnType::kCategorical:
      out += frame_.column(column_).domain()->levels()[static_cast<size_t>(integers_[i])];
      break;
    case ColumnType::kTime:
      out += TimeText(integers_[i]);
      break;
    case ColumnType::kString:
      out += strings_[i];
      break;
    case ColumnType::kUuid: {
      const Uuid& uuid = uuids_[i];
      fmt::format_to(end, "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", uuid.high >> 32,
                     uuid.high >> 16 & 0xffff, uuid.high & 0xffff, uuid.low >> 48,
                     uuid.low & 0xffffffffffff);
      break;
    }
  }
}

std::vector<std::string> CellTexts(const Frame& frame, size_t column, int64_t begin, int64_t end) {
  CellReader reader(frame, column);
  reader.Read(begin, end);
  std::vector<std::string> texts(static_cast<size_t>(end - begin));
  for (size_t i = 0; i < texts.size(); ++i) reader.Append(i, texts[i]);
  return texts;
}

}  // namespace thalweg
