#include "ingest/column_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "ingest/convert_column.h"

namespace thalweg::internal {

void RejectOptions(const ParseOptions& options, std::initializer_list<std::string_view> others,
                   std::string_view format) {
  constexpr std::string_view kAlways[] = {"format",          "column_names", "column_types",
                                          "skipped_columns", "max_levels",   "max_expansion"};
  std::vector<FieldError> errors;
  for (const ParamSpec& spec : SchemaOf<ParseOptions>().specs()) {
    if (std::ranges::find(kAlways, spec.name) != std::end(kAlways)) continue;
    if (std::ranges::find(others, spec.name) != others.end()) continue;
    if (spec.Format(&options) == spec.default_text) continue;
    errors.push_back({spec.name, fmt::format("does not apply to {} files", format)});
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

ColumnType ParseColumnType(std::string_view name) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(ColumnType::kUuid); ++i) {
    const auto type = static_cast<ColumnType>(i);
    if (ColumnTypeName(type) == name) return type;
    names.emplace_back(ColumnTypeName(type));
  }
  throw UserError(fmt::format("column_types: '{}' is no column type; there are {}",
                              Printable(name, 40), Join(names, ", ")));
}

std::vector<std::optional<ColumnType>> TypesByColumn(const std::vector<std::string>& column_types,
                                                     const Frame& frame) {
  std::vector<std::optional<ColumnType>> types(frame.columns());
  std::vector<std::string_view> in_order;
  for (const std::string& entry : column_types) {
    if (entry.find('=') == std::string::npos) in_order.push_back(entry);
  }
  if (!in_order.empty() && in_order.size() != frame.columns()) {
    throw UserError(
        fmt::format("column_types has {} types without a name, and there are {} columns",
                    in_order.size(), frame.columns()));
  }
  for (size_t i = 0; i < in_order.size(); ++i) {
    if (!in_order[i].empty()) types[i] = ParseColumnType(in_order[i]);
  }
  for (const std::string& entry : column_types) {
    // A name may have a = in it, a type has not.
    const size_t equals = entry.rfind('=');
    if (equals == std::string::npos) continue;
    types[frame.IndexOf(entry.substr(0, equals))] = ParseColumnType(entry.substr(equals + 1));
  }
  return types;
}

namespace {

// The column at `i` as the type that is expected of it, if that can be.
void ConvertExpected(size_t i, const ExpectedTypes& expected, ConversionContext& context,
                     ThreadPool& pool, ParseResult& result) {
  const ColumnType* type = expected.Find(result.frame.name(i));
  if (type == nullptr) return;
  std::string obstacle;
  const ColumnPtr& column = result.frame.column_ptr(i);
  const ColumnPtr converted =
      ConvertToExpected(column, *type, expected.source, context, obstacle, pool);
  if (converted == nullptr) {
    result.report.warnings.push_back(
        fmt::format("column {} is {} in the file and {} in {}: it is not converted, as {}",
                    result.frame.name(i), ColumnTypeName(column->type()), ColumnTypeName(*type),
                    expected.source, obstacle));
  } else if (converted != column) {
    result.frame = result.frame.WithReplaced(i, converted);
  }
}

}  // namespace

ParseResult ApplyColumnOptions(ParseResult result, const ParseOptions& options,
                               const ExpectedTypes& expected, ThreadPool& pool) {
  ParseReport& report = result.report;
  Check(report.columns.size() == result.frame.columns(), "the report covers all columns");
  if (!options.column_names.empty()) {
    if (options.column_names.size() != result.frame.columns()) {
      throw UserError(fmt::format("column_names has {} names, and there are {} columns",
                                  options.column_names.size(), result.frame.columns()));
    }
    result.frame = result.frame.WithNames(options.column_names);
    for (size_t i = 0; i < report.columns.size(); ++i) {
      report.columns[i].name = options.column_names[i];
    }
  }
  const std::vector<std::optional<ColumnType>> types =
      TypesByColumn(options.column_types, result.frame);
  std::set<size_t> skipped;
  for (const std::string& name : options.skipped_columns) {
    skipped.insert(result.frame.IndexOf(name));
  }
  for (size_t i = 0; i < types.size(); ++i) {
    if (skipped.contains(i)) continue;
    ConversionContext context = {.column = report.columns[i],
                                 .file = report.files.size() == 1 ? report.files[0] : "",
                                 .max_levels = options.max_levels,
                                 .rejected = report.rejected};
    if (!types[i]) {
      ConvertExpected(i, expected, context, pool, result);
      continue;
    }
    if (*types[i] == result.frame.column(i).type()) continue;
    result.frame = result.frame.WithReplaced(
        i, ConvertColumn(result.frame.column_ptr(i), *types[i], context, pool));
  }
  if (!skipped.empty()) {
    const std::vector<size_t> positions(skipped.begin(), skipped.end());
    result.frame = result.frame.Without(positions);
    for (auto it = positions.rbegin(); it != positions.rend(); ++it) {
      std::erase_if(report.rejected, [&](const RejectedCell& cell) {
        return cell.column == report.columns[*it].name;
      });
      report.columns.erase(report.columns.begin() + static_cast<ptrdiff_t>(*it));
    }
  }
  return result;
}

}  // namespace thalweg::internal
