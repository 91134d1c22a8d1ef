#include "ingest/xlsx/xlsx_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "ingest/column_options.h"
#include "ingest/csv/csv_reader.h"
#include "ingest/sources/local_file.h"
#include "ingest/xlsx/workbook.h"

namespace thalweg {
namespace internal {
namespace {

using Kind = SheetCell::Kind;

// A sheet as CSV text, one line per row of the sheet so that line numbers agree.
struct SheetText {
  std::string name;
  std::string text;
  std::vector<bool> has_text;  // per column, whether a cell below the first row is text
  int64_t errors = 0;
  uint64_t stored_size = 0;
};

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void AppendCell(const SheetCell& cell, SheetText& out) {
  switch (cell.kind) {
    case Kind::kNumber:
      out.text += fmt::format("{}", cell.number);
      break;
    case Kind::kBool:
      out.text += cell.number != 0 ? "true" : "false";
      break;
    case Kind::kTime:
      // Without the Z: times of a sheet have no zone, and the option time_zone gives one.
      out.text += TimeText(cell.time);
      out.text.pop_back();
      break;
    case Kind::kText:
      AppendQuoted(cell.text, out.text);
      break;
    case Kind::kError:
      ++out.errors;
      break;
    case Kind::kEmpty:
      break;
  }
}

SheetText Render(const ByteSource& source, double max_expansion) {
  const std::string& path = source.name();
  if (source.mapped().empty()) throw UserError(path + ": not an Excel workbook (.xlsx)");
  const Sheet sheet = ReadFirstSheet(source, max_expansion);
  SheetText out;
  out.name = path;
  out.stored_size = source.size();
  uint32_t first = UINT32_MAX;
  uint32_t end = 0;
  for (const SheetRow& row : sheet.rows) {
    first = std::min(first, row.cells.front().column);
    end = std::max(end, row.cells.back().column + 1);
  }
  if (sheet.rows.empty()) {
    throw UserError(fmt::format("{}: the first sheet ({}) is empty", path, sheet.name));
  }
  out.has_text.resize(end - first);
  // A small file can name a cell in the last column of each of a million rows.
  const double limit = 1e8 + max_expansion * static_cast<double>(source.size());
  uint32_t line = 1;
  for (const SheetRow& row : sheet.rows) {
    for (; line < row.number; ++line) out.text += '\n';
    const size_t begin = out.text.size();
    uint32_t column = first;
    for (const SheetCell& cell : row.cells) {
      out.text.append(cell.column - column, ',');
      column = cell.column;
      AppendCell(cell, out);
      if (cell.kind == Kind::kText && &row != &sheet.rows.front()) {
        out.has_text[cell.column - first] = true;
      }
    }
    out.text.append(end - 1 - column, ',');
    // An error alone on its line: an empty line would be no row.
    if (out.text.size() == begin) out.text += "NA";
    if (static_cast<double>(out.text.size()) > limit) {
      throw UserError(
          fmt::format("{}: the sheet expands to more than {:g} times the file's size; if "
                      "the file is genuine, raise max_expansion",
                      path, max_expansion));
    }
  }
  out.text += '\n';
  return out;
}

// Columns that were taken for numbers or times though some of their cells are text.
std::vector<std::string> TextTypes(const Frame& frame, const std::vector<SheetText>& sheets,
                                   const ParseOptions& options, const ExpectedTypes& expected) {
  std::vector<std::string> types;
  for (size_t i = 0; i < frame.columns(); ++i) {
    const ColumnType type = frame.column(i).type();
    if (type == ColumnType::kString || type == ColumnType::kCategorical) continue;
    if (expected.Find(frame.name(i)) != nullptr) continue;
    const bool text = std::any_of(sheets.begin(), sheets.end(), [&](const SheetText& sheet) {
      return i < sheet.has_text.size() && sheet.has_text[i];
    });
    const bool given = std::any_of(
        options.column_types.begin(), options.column_types.end(), [&](const std::string& entry) {
          return entry.find('=') == std::string::npos || entry.starts_with(frame.name(i) + "=");
        });
    if (text && !given) types.push_back(frame.name(i) + "=enum");
  }
  return types;
}

}  // namespace

ParseResult ReadXlsxSources(size_t sources,
                            const std::function<std::unique_ptr<ByteSource>(size_t)>& open,
                            const ParseOptions& options, ThreadPool& pool,
                            const WorkContext& context, const ExpectedTypes& expected) {
  RejectOptions(
      options,
      {"header", "na_strings", "column_na_strings", "time_zone", "time_formats", "chunk_bytes"},
      "xlsx");
  std::vector<SheetText> sheets;
  std::vector<CsvInput> inputs;
  inputs.reserve(sources);
  for (size_t i = 0; i < sources; ++i) {
    sheets.push_back(Render(*open(i), options.max_expansion));
    context.ThrowIfCancelled();
  }
  for (const SheetText& sheet : sheets) {
    inputs.push_back({sheet.name, [&sheet] { return MakeBytesSource(sheet.text, sheet.name); }});
  }
  ParseOptions csv = options;
  csv.format = ParseFormat::kCsv;
  csv.separator = ",";
  csv.comment = "";
  // The quotes are ours: a text of a sheet can mean a missing value.
  csv.quoted_na = true;
  ParseResult result = ReadCsvInputs(inputs, csv, pool, context, expected);
  const std::vector<std::string> types = TextTypes(result.frame, sheets, options, expected);
  if (!types.empty()) {
    csv.column_types.insert(csv.column_types.end(), types.begin(), types.end());
    result = ReadCsvInputs(inputs, csv, pool, context, expected);
  }
  result.report.format = "xlsx";
  result.report.bytes = 0;
  for (const SheetText& sheet : sheets) {
    result.report.bytes += sheet.stored_size;
    if (sheet.errors > 0) {
      result.report.warnings.push_back(
          fmt::format("{}: {} cells show errors (such as #DIV/0!) and are missing", sheet.name,
                      WithThousands(sheet.errors)));
    }
  }
  return result;
}

}  // namespace internal

bool LooksLikeXlsx(std::span<const char> head, std::string_view name) {
  const std::string_view bytes(head.data(), head.size());
  return bytes.starts_with("PK\x03\x04") &&
         (ToLower(name).ends_with(".xlsx") || bytes.find("xl/workbook.xml") != bytes.npos ||
          bytes.find("[Content_Types].xml") == 30);
}

ParseResult ReadXlsx(const std::vector<std::string>& paths, const ParseOptions& options,
                     ThreadPool& pool, const WorkContext& context, const ExpectedTypes& expected) {
  return internal::ReadXlsxSources(
      paths.size(),
      [&](size_t i) { return OpenSource(paths[i], {.max_expansion = options.max_expansion}); },
      options, pool, context, expected);
}

}  // namespace thalweg
