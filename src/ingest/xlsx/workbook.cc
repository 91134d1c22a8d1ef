#include "ingest/xlsx/workbook.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "ingest/sources/codec.h"

namespace thalweg::internal {
namespace {

constexpr uint32_t kMostRows = 1'048'576;
constexpr uint32_t kMostColumns = 16'384;
constexpr double kDay = 86'400'000;

// Names without their namespace prefix, which writers may choose.
std::string_view LocalName(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node Child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node child : node.children()) {
    if (LocalName(child) == name) return child;
  }
  return {};
}

// Characters that XML cannot hold are written _xHHHH_.
std::string DecodeEscapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned code = 0;
    if (text.size() >= 7 && text.substr(0, 2) == "_x" && text[6] == '_' &&
        std::all_of(text.begin() + 2, text.begin() + 6,
                    [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; })) {
      for (int i = 2; i < 6; ++i) {
        const char c = text[static_cast<size_t>(i)];
        code = code * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
      }
    }
    // Only those that XML cannot hold: others are part of the text.
    if (code > 0 && code < 0x20) {
      out += static_cast<char>(code);
      text.remove_prefix(7);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

// The text of a string item: <t>, or the <t> of all runs <r>; not the phonetic ones.
std::string ItemText(const pugi::xml_node& item) {
  std::string text;
  for (const pugi::xml_node child : item.children()) {
    if (LocalName(child) == "t") text += child.text().get();
    if (LocalName(child) == "r") text += Child(child, "t").text().get();
  }
  return DecodeEscapes(text);
}

// "AB12" to column 27; nothing where it is no such reference.
std::optional<uint32_t> ColumnOf(std::string_view reference) {
  uint32_t column = 0;
  size_t letters = 0;
  while (letters < reference.size() && letters < 4 && reference[letters] >= 'A' &&
         reference[letters] <= 'Z') {
    column = column * 26 + static_cast<uint32_t>(reference[letters] - 'A' + 1);
    ++letters;
  }
  if (letters == 0 || column > kMostColumns) return std::nullopt;
  return column - 1;
}

// Formats that are built in and show dates or times (ECMA-376, 18.8.30).
bool IsBuiltInDate(int id) { return (id >= 14 && id <= 22) || (id >= 45 && id <= 47); }

class WorkbookReader {
 public:
  WorkbookReader(const ByteSource& archive, double max_expansion)
      : archive_(archive), max_expansion_(max_expansion) {}

  Sheet Read() {
    const pugi::xml_document workbook = Load("xl/workbook.xml", true);
    const pugi::xml_node root = Child(workbook, "workbook");
    date1904_ = Child(root, "workbookPr").attribute("date1904").as_bool();
    const pugi::xml_node sheet = Child(Child(root, "sheets"), "sheet");
    if (!sheet) Fail("the workbook has no sheet");
    Sheet result;
    result.name = sheet.attribute("name").value();
    LoadTexts();
    LoadStyles();
    const pugi::xml_document content = Load(PathOf(sheet), true);
    for (const pugi::xml_node row : Child(Child(content, "worksheet"), "sheetData").children()) {
      if (LocalName(row) == "row") AddRow(row, result);
    }
    return result;
  }

 private:
  [[noreturn]] void Fail(const std::string& problem) const {
    throw UserError(fmt::format("{}: {}", archive_.name(), problem));
  }

  pugi::xml_document Load(const std::string& path, bool required) const {
    pugi::xml_document document;
    const std::optional<std::string> text = ReadZipMember(archive_, path, max_expansion_);
    if (!text) {
      if (required) Fail(fmt::format("not an Excel workbook: it has no {}", path));
      return document;
    }
    const pugi::xml_parse_result status = document.load_buffer(
        text->data(), text->size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
    if (!status) {
      Fail(fmt::format("{} is damaged: {} at byte {}", path, status.description(), status.offset));
    }
    return document;
  }

  // The file of a sheet, by its relation.
  std::string PathOf(const pugi::xml_node& sheet) const {
    std::string_view id;
    for (const pugi::xml_attribute attribute : sheet.attributes()) {
      if (std::string_view(attribute.name()).ends_with(":id")) id = attribute.value();
    }
    const pugi::xml_document relations = Load("xl/_rels/workbook.xml.rels", true);
    for (const pugi::xml_node relation : Child(relations, "Relationships").children()) {
      if (relation.attribute("Id").value() != id) continue;
      const std::string target = relation.attribute("Target").value();
      return target.starts_with('/') ? target.substr(1) : "xl/" + target;
    }
    Fail("the workbook does not say where its first sheet is");
  }

  void LoadTexts() {
    const pugi::xml_document document = Load("xl/sharedStrings.xml", false);
    for (const pugi::xml_node item : Child(document, "sst").children()) {
      if (LocalName(item) == "si") texts_.push_back(ItemText(item));
    }
  }

  void LoadStyles() {
    const pugi::xml_document document = Load("xl/styles.xml", false);
    const pugi::xml_node root = Child(document, "styleSheet");
    std::map<int, bool> formats;
    for (const pugi::xml_node format : Child(root, "numFmts").children()) {
      formats[format.attribute("numFmtId").as_int()] =
          IsDateFormat(format.attribute("formatCode").value());
    }
    for (const pugi::xml_node style : Child(root, "cellXfs").children()) {
      const int id = style.attribute("numFmtId").as_int();
      const auto found = formats.find(id);
      dates_.push_back(found != formats.end() ? found->second : IsBuiltInDate(id));
    }
  }

  void AddRow(const pugi::xml_node& node, Sheet& sheet) {
    const uint32_t before = sheet.rows.empty() ? 0 : sheet.rows.back().number;
    SheetRow row;
    const pugi::xml_attribute number = node.attribute("r");
    row.number = number ? number.as_uint() : last_row_ + 1;
    if (row.number <= before || row.number > kMostRows) {
      Fail(
          fmt::format("sheet {}: the row number '{}' is out of order", sheet.name, number.value()));
    }
    last_row_ = row.number;
    uint32_t next_column = 0;
    for (const pugi::xml_node cell : node.children()) {
      if (LocalName(cell) != "c") continue;
      const pugi::xml_attribute reference = cell.attribute("r");
      const std::optional<uint32_t> column = reference ? ColumnOf(reference.value()) : next_column;
      if (!column || *column < next_column || *column >= kMostColumns) {
        Fail(fmt::format("sheet {}, row {}: the cell reference '{}' is out of order", sheet.name,
                         row.number, Printable(reference.value(), 20)));
      }
      next_column = *column + 1;
      SheetCell content = ReadCell(cell, sheet, row.number);
      content.column = *column;
      if (content.kind != SheetCell::Kind::kEmpty) row.cells.push_back(std::move(content));
    }
    if (!row.cells.empty()) sheet.rows.push_back(std::move(row));
  }

  SheetCell ReadCell(const pugi::xml_node& node, const Sheet& sheet, uint32_t row) const {
    const std::string_view type = node.attribute("t").value();
    const std::string_view value = Child(node, "v").text().get();
    const auto bad = [&](std::string_view what) {
      Fail(fmt::format("sheet {}, row {}: the cell {} holds '{}', which is no {}", sheet.name, row,
                       node.attribute("r").value(), Printable(value, 40), what));
    };
    SheetCell cell;
    if (type == "inlineStr") {
      cell.text = ItemText(Child(node, "is"));
      if (!cell.text.empty()) cell.kind = SheetCell::Kind::kText;
      return cell;
    }
    if (value.empty()) return cell;
    if (type == "s") {
      const std::optional<int64_t> index = ParseInt(value);
      if (!index || *index < 0 || *index >= static_cast<int64_t>(texts_.size())) {
        bad("number of a shared string");
      }
      cell.text = texts_[static_cast<size_t>(*index)];
      if (!cell.text.empty()) cell.kind = SheetCell::Kind::kText;
    } else if (type == "str" || type == "d") {
      cell.kind = SheetCell::Kind::kText;
      cell.text = DecodeEscapes(value);
    } else if (type == "e") {
      cell.kind = SheetCell::Kind::kError;
      cell.text = value;
    } else {
      const std::optional<double> number = ParseReal(Trim(value));
      if (!number || !std::isfinite(*number)) bad("number");
      cell.number = *number;
      cell.kind = type == "b" ? SheetCell::Kind::kBool : SheetCell::Kind::kNumber;
      if (type != "b") MakeTime(node.attribute("s").as_uint(), cell);
    }
    return cell;
  }

  // Days since the end of 1899, or since 1904, to a time. Times of day without a date (below 1)
  // stay numbers, as does what lies beyond the year 9999.
  void MakeTime(size_t style, SheetCell& cell) const {
    if (style >= dates_.size() || !dates_[style]) return;
    double days = cell.number;
    if (days < 1 || days >= 2'958'466) return;
    // The days of the 1900 system count a 29 February 1900, which there was not.
    if (!date1904_ && days < 60) days += 1;
    constexpr double kEpoch1900 = 25'569;
    constexpr double kEpoch1904 = 24'107;
    cell.time = std::llround((days - (date1904_ ? kEpoch1904 : kEpoch1900)) * kDay);
    cell.kind = SheetCell::Kind::kTime;
  }

  const ByteSource& archive_;
  const double max_expansion_;
  bool date1904_ = false;
  uint32_t last_row_ = 0;
  std::vector<std::string> texts_;
  std::vector<bool> dates_;  // by style
};

}  // namespace

bool IsDateFormat(const std::string& code) {
  // Letters count outside of quotes, brackets ([Red], [$-409]) and after no backslash. Elapsed time
  // ([h]) is a number of days, and "General" no date.
  if (ToLower(code) == "general") return false;
  for (size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == '[') {
      i = std::min(code.find(']', i + 1), code.size());
    } else if (c == ';') {
      return false;
    } else if (std::string_view("ymdhsYMDHS").find(c) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

Sheet ReadFirstSheet(const ByteSource& archive, double max_expansion) {
  return WorkbookReader(archive, max_expansion).Read();
}

}  // namespace thalweg::internal
