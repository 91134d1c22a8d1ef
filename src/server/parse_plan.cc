#include "server/parse_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "ingest/csv/preview.h"
#include "ingest/format.h"
#include "server/errors.h"
#include "server/parse_guess.h"
#include "server/schemas/wire_values.h"

namespace thalweg {
namespace {

struct FormatName {
  std::string_view wire;
  ParseFormat format;
};
constexpr std::array kFormatNames = {
    FormatName{"GUESS", ParseFormat::kAuto},        FormatName{"CSV", ParseFormat::kCsv},
    FormatName{"SVMLight", ParseFormat::kSvmLight}, FormatName{"ARFF", ParseFormat::kArff},
    FormatName{"XLSX", ParseFormat::kXlsx},         FormatName{"XLS", ParseFormat::kXlsx},
    FormatName{"PARQUET", ParseFormat::kParquet},   FormatName{"ARROW", ParseFormat::kArrow}};

ParseFormat FormatNamed(const std::string& name) {
  if (name.empty()) return ParseFormat::kAuto;
  for (const FormatName& format : kFormatNames) {
    if (EqualsIgnoreCase(format.wire, name)) return format.format;
  }
  throw IllegalArgument("parse_type: " + Printable(name) +
                        " cannot be read; there are CSV, SVMLight, ARFF, XLSX, PARQUET, ARROW");
}

std::string WireFormat(ParseFormat wanted) {
  for (const FormatName& format : kFormatNames) {
    if (format.format == wanted && wanted != ParseFormat::kAuto) return std::string(format.wire);
  }
  return "CSV";
}

std::string CharacterOption(int64_t code) { return fmt::format("\\x{:02x}", code); }

// The options that say how text is written.
ParseOptions TextOptions(const FileParseRequest& request) {
  ParseOptions options;
  if (request.separator > 0) options.separator = CharacterOption(request.separator);
  if (request.single_quotes) options.quote = "'";
  if (request.escapechar > 0) options.escape = CharacterOption(request.escapechar);
  const std::string& markers = request.custom_non_data_line_markers;
  if (markers.size() > 1) {
    throw IllegalArgument("custom_non_data_line_markers: only one character can be marked");
  }
  if (!markers.empty()) options.comment = markers;
  options.na_strings = {""};
  options.drop_extra_cells = true;
  options.time_formats = GuessedTimeFormats();
  return options;
}

void RefuseWhatIsNotThere(const FileParseRequest& request) {
  if (!request.decrypt_tool.empty()) {
    throw IllegalArgument("decrypt_tool: encrypted files cannot be read");
  }
  if (!request.domains.empty()) {
    throw IllegalArgument("domains: levels come from the files, they cannot be stated");
  }
  if (request.tz_adjust_to_local) {
    throw IllegalArgument("tz_adjust_to_local: times are kept in UTC, and cannot be moved yet");
  }
  if (!request.partition_by.empty()) {
    throw IllegalArgument("partition_by: columns in the names of folders cannot be read yet");
  }
}

ParseFormat FormatOf(const FileParseRequest& request, const SourceFiles& sources) {
  const ParseFormat format = FormatNamed(request.parse_type);
  if (format != ParseFormat::kAuto) return format;
  return FindReader(sources.paths(), {}).format;
}

// Files that state their types: what the frame is.
ParseGuess GuessTyped(ParseFormat format, const SourceFiles& sources, ThreadPool& pool) {
  constexpr int64_t kShownRows = 10;
  ParseOptions options;
  options.format = format;
  const ParseResult result = ParseFiles({sources.paths()[0]}, options, pool);
  ParseGuess guess;
  guess.parse_type = WireFormat(format);
  guess.separator = format == ParseFormat::kArff ? ',' : -1;
  const Frame& frame = result.frame;
  guess.rows.resize(static_cast<size_t>(std::min(frame.rows(), kShownRows)));
  for (size_t c = 0; c < frame.columns(); ++c) {
    if (format != ParseFormat::kSvmLight) guess.names.push_back(frame.name(c));
    guess.types.push_back(WireTypeOf(frame.column(c).type()));
    const auto cells = CellTexts(frame, c, 0, static_cast<int64_t>(guess.rows.size()));
    for (size_t r = 0; r < cells.size(); ++r) guess.rows[r].push_back(cells[r]);
  }
  guess.warnings = result.report.warnings;
  for (std::string& warning : guess.warnings) warning = sources.Show(warning);
  return guess;
}

// Names by which the options speak of columns.
std::vector<std::string> NamesOf(const FileParseRequest& request, ParseFormat format,
                                 const SourceFiles& sources, ThreadPool& pool) {
  std::vector<std::string> names = request.column_names;
  const size_t count = request.column_types.size();
  if (names.empty() && count > 0 && format == ParseFormat::kCsv && request.check_header != 1) {
    names.resize(count);
  } else if (names.empty() && count > 0) {
    names = LookIntoFiles(request, sources, pool).names;
    names.resize(std::max(names.size(), count));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = fmt::format("C{}", i + 1);
  }
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      throw UserError("Found duplicate column name " + Printable(name));
    }
  }
  return names;
}

}  // namespace

ParseGuess LookIntoFiles(const FileParseRequest& request, const SourceFiles& sources,
                         ThreadPool& pool) {
  RefuseWhatIsNotThere(request);
  try {
    const ParseFormat format = FormatOf(request, sources);
    ParseGuess guess =
        format == ParseFormat::kCsv
            ? GuessCsv(PreviewCsv(sources.paths(), TextOptions(request)), request.check_header)
            : GuessTyped(format, sources, pool);
    if (!request.column_names.empty()) {
      guess.names = request.column_names;
      guess.types.resize(guess.names.size(), "Numeric");
    }
    for (size_t i = 0; i < std::min(request.column_types.size(), guess.types.size()); ++i) {
      const std::string type = CanonicalWireType(request.column_types[i]);
      if (!type.empty() && type != "Unknown") guess.types[i] = type;
    }
    return guess;
  } catch (const HttpError&) {
    throw;
  } catch (const UserError& error) {
    throw IllegalArgument(sources.Show(error.what()));
  }
}

ParsePlan PlanParse(const FileParseRequest& request, const SourceFiles& sources, ThreadPool& pool) {
  RefuseWhatIsNotThere(request);
  const ParseFormat format = FormatOf(request, sources);
  const bool text = format == ParseFormat::kCsv;
  ParsePlan plan;
  if (text) plan.options = TextOptions(request);
  plan.options.format = format;
  if (text) plan.options.header = request.check_header == 1 ? Toggle::kTrue : Toggle::kFalse;
  if (text && request.chunk_size > 0 && request.chunk_size != kToldChunkSize) {
    plan.options.chunk_bytes = request.chunk_size;
  }
  const std::vector<std::string> names = NamesOf(request, format, sources, pool);
  if (!request.column_names.empty()) plan.options.column_names = names;

  plan.expected.source = "the request";
  if (!request.column_types.empty() && request.column_types.size() != names.size()) {
    throw IllegalArgument(fmt::format("column_types: {} types for {} columns",
                                      request.column_types.size(), names.size()));
  }
  for (size_t i = 0; i < request.column_types.size(); ++i) {
    const std::string type = CanonicalWireType(request.column_types[i]);
    if (type.empty()) {
      throw IllegalArgument("column_types: " + Printable(request.column_types[i]) +
                            " is no type; there are Numeric, Enum, String, Time, UUID");
    }
    if (type != "Unknown") plan.expected.types[names[i]] = TypeOfWireType(type);
  }
  std::set<int64_t> skipped;
  for (const std::string& position : request.skipped_columns) {
    const auto index = ParseInt(Trim(position));
    if (!index || *index < 0 || (!names.empty() && static_cast<size_t>(*index) >= names.size())) {
      throw IllegalArgument("skipped_columns: there is no column " + Printable(position));
    }
    if (static_cast<size_t>(*index) >= names.size()) {
      throw IllegalArgument("skipped_columns: name the columns, too");
    }
    if (!skipped.insert(*index).second) continue;
    plan.options.skipped_columns.push_back(names[static_cast<size_t>(*index)]);
  }
  if (!skipped.empty() && skipped.size() == names.size()) {
    throw IllegalArgument("skipped_columns: all columns are skipped");
  }
  if (request.na_strings.size() > std::max<size_t>(names.size(), 1)) {
    throw IllegalArgument(fmt::format("na_strings: {} lists for {} columns",
                                      request.na_strings.size(), names.size()));
  }
  // ARFF has one spelling, which it states.
  const bool fixed_na = format == ParseFormat::kArff;
  for (size_t i = 0; i < request.na_strings.size(); ++i) {
    for (const std::string& spelling : ParseWireList(request.na_strings[i])) {
      if (fixed_na && spelling == "?") continue;
      if (i >= names.size()) throw IllegalArgument("na_strings: name the columns, too");
      plan.options.column_na_strings.push_back(names[i] + "=" + spelling);
    }
  }
  return plan;
}

}  // namespace thalweg
