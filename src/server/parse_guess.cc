#include "server/parse_guess.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

// Rows shown to the user.
constexpr size_t kShownRows = 10;
// Texts of a column are String rather than Enum where so large a share of them differ.
constexpr double kDistinctShare = 0.95;

// Words that stand for a missing number; among texts they are texts.
bool IsMissingWord(std::string_view text) {
  static const std::array<std::string_view, 4> kWords = {"NA", "na", "Na", "N/A"};
  return std::find(kWords.begin(), kWords.end(), Trim(text)) != kWords.end();
}

// Every row shown without the header, as texts.
void AddShown(const std::vector<PreviewRow>& rows, size_t first, ParseGuess* guess) {
  for (size_t r = first; r < rows.size() && guess->rows.size() + first < kShownRows; ++r) {
    std::vector<std::string>& shown = guess->rows.emplace_back();
    for (const PreviewCell& cell : rows[r]) shown.push_back(cell.text);
  }
}

bool SameTexts(const PreviewRow& a, const PreviewRow& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const PreviewCell& left, const PreviewCell& right) { return left.text == right.text; });
}

// The number of cells that most rows have.
size_t UsualWidth(const std::vector<PreviewRow>& rows, size_t first) {
  std::map<size_t, size_t> counts;
  for (size_t r = first; r < rows.size(); ++r) ++counts[rows[r].size()];
  size_t width = 0;
  size_t most = 0;
  for (const auto& [size, count] : counts) {
    if (count >= most) {
      width = size;
      most = count;
    }
  }
  return width;
}

}  // namespace

std::vector<std::string> GuessedTimeFormats() {
  return {"epoch_ms",
          "yyyy-MM-dd",
          "yyyy-MM-dd HH:mm:ss",
          "yyyy-MM-dd HH:mm:ss.S",
          "yyyy-MM-dd hh:mm:ss a",
          "yyyy-MM",
          "MM/dd/yyyy",
          "MM/dd/yy",
          "MM-dd-yyyy",
          "MM/dd/yyyy HH:mm:ss",
          "MM/dd/yyyy HH:mm:ss.S",
          "MM/dd/yy HH:mm:ss",
          "dd-MMM-yyyy HH:mm:ss",
          "dd-MMM-yy HH:mm:ss",
          "MM/dd/yyyy hh:mm:ss a",
          "dd-MMM-yyyy",
          "dd-MMM-yy",
          "ddMMMyyyy",
          "ddMMMyyyy HH:mm:ss",
          "ddMMMyyyy:HH:mm:ss",
          "yyyyMMdd-HH:mm:ss",
          "HH:mm:ss",
          "HH:mm:ss.S",
          "hh:mm:ss a"};
}

bool GuessWireHeader(const std::vector<PreviewRow>& rows) {
  if (rows.empty()) return false;
  bool any_text = false;
  for (const PreviewCell& cell : rows[0]) {
    if (cell.kind != CellKind::kText && cell.kind != CellKind::kEmpty) return false;
    any_text |= cell.kind == CellKind::kText;
  }
  if (!any_text) return false;
  if (rows.size() == 1) return rows[0].size() > 1;
  // As those clients know it, the second row decides.
  return std::any_of(rows[1].begin(), rows[1].end(), [](const PreviewCell& cell) {
    return cell.kind != CellKind::kText && cell.kind != CellKind::kEmpty;
  });
}

std::string GuessWireType(const std::vector<const PreviewCell*>& cells) {
  size_t numbers = 0;
  size_t times = 0;
  size_t uuids = 0;
  size_t texts = 0;
  size_t missing_words = 0;
  std::unordered_set<std::string_view> different;
  for (const PreviewCell* cell : cells) {
    if (cell == nullptr) continue;
    switch (cell->kind) {
      case CellKind::kEmpty:
        break;
      case CellKind::kNumber:
        // 1,234 is a number to the parser, but not to those clients.
        if (cell->text.find(',') == std::string::npos) {
          ++numbers;
        } else {
          ++texts;
          different.insert(cell->text);
        }
        break;
      case CellKind::kTime:
        ++times;
        break;
      case CellKind::kUuid:
        ++uuids;
        break;
      case CellKind::kText:
        ++texts;
        if (IsMissingWord(cell->text)) ++missing_words;
        different.insert(cell->text);
        break;
    }
  }
  const size_t words = texts - missing_words;
  if (numbers + times + uuids + words == 0) return "Numeric";
  if (numbers > 0 && numbers >= words + times + uuids) return "Numeric";
  // One same text among times is taken for how missing ones are written.
  if (times > numbers && (times > words || different.size() == 1)) return "Time";
  if (uuids > words && uuids > numbers) return "UUID";
  const auto distinct = static_cast<double>(different.size());
  if (different.size() > 1 && distinct >= kDistinctShare * static_cast<double>(texts)) {
    return "String";
  }
  return "Enum";
}

ParseGuess GuessCsv(const CsvPreview& preview, int64_t check_header) {
  const std::vector<PreviewRow>& rows = preview.rows;
  ParseGuess guess;
  guess.parse_type = "CSV";
  guess.separator = static_cast<unsigned char>(preview.separator);
  guess.header = check_header == 1 || (check_header == 0 && GuessWireHeader(rows));
  const size_t first = guess.header ? 1 : 0;
  size_t width = UsualWidth(rows, first);
  if (guess.header && !rows.empty()) {
    for (const PreviewCell& cell : rows[0]) guess.names.emplace_back(Trim(cell.text));
    width = guess.names.size();
  }
  std::vector<std::vector<const PreviewCell*>> columns(width);
  const auto take = [&](const PreviewRow& row) {
    for (size_t c = 0; c < width; ++c) columns[c].push_back(c < row.size() ? &row[c] : nullptr);
  };
  for (size_t r = first; r < rows.size(); ++r) take(rows[r]);
  for (const std::vector<PreviewRow>& further : preview.further) {
    for (size_t r = 0; r < further.size(); ++r) {
      const bool repeats = r == 0 && guess.header && SameTexts(further[0], rows[0]);
      if (!repeats) take(further[r]);
    }
  }
  for (const auto& column : columns) guess.types.push_back(GuessWireType(column));
  AddShown(rows, first, &guess);
  return guess;
}

std::string CanonicalWireType(const std::string& name) {
  static const std::map<std::string, std::string, std::less<>> kNames = {
      {"numeric", "Numeric"},  {"real", "Numeric"},     {"double", "Numeric"},
      {"float", "Numeric"},    {"int", "Numeric"},      {"integer", "Numeric"},
      {"long", "Numeric"},     {"num", "Numeric"},      {"enum", "Enum"},
      {"factor", "Enum"},      {"categorical", "Enum"}, {"string", "String"},
      {"character", "String"}, {"time", "Time"},        {"date", "Time"},
      {"uuid", "UUID"},        {"unknown", "Unknown"},  {"bad", "Unknown"},
      {"", "Unknown"}};
  const auto found = kNames.find(ToLower(Trim(name)));
  return found == kNames.end() ? "" : found->second;
}

ColumnType TypeOfWireType(const std::string& name) {
  if (name == "Enum") return ColumnType::kCategorical;
  if (name == "String") return ColumnType::kString;
  if (name == "Time") return ColumnType::kTime;
  if (name == "UUID") return ColumnType::kUuid;
  Check(name == "Numeric", "a canonical type");
  return ColumnType::kInteger;
}

std::string WireTypeOf(ColumnType type) {
  switch (type) {
    case ColumnType::kReal:
    case ColumnType::kInteger:
      return "Numeric";
    case ColumnType::kCategorical:
      return "Enum";
    case ColumnType::kTime:
      return "Time";
    case ColumnType::kString:
      return "String";
    case ColumnType::kUuid:
      break;
  }
  return "UUID";
}

std::string FrameNameOf(const std::string& source, bool uploaded) {
  std::string name = source;
  const size_t slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  static const std::array<std::string_view, 11> kEndings = {
      "zip", "gz", "csv", "xls", "txt", "svm", "orc", "arff", "xlsx", "bz2", "zst"};
  for (bool cut = true; cut;) {
    cut = false;
    const size_t dot = name.rfind('.');
    if (dot == std::string::npos || dot == 0) break;
    const std::string_view ending = std::string_view(name).substr(dot + 1);
    if (std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end()) {
      name.resize(dot);
      cut = true;
    }
  }
  if (uploaded) name = "Key_Frame__" + name;
  for (char& c : name) {
    const bool legal =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!legal) c = '_';
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name.insert(0, "X");
  return name + ".hex";
}

}  // namespace thalweg
