// `thalweg inspect FILE…`: what is in a file and how it lies in memory.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <array>
#include <cmath>
#include <map>

#include "base/json.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/data_flags.h"
#include "cli/interrupt.h"
#include "cli/table.h"
#include "frame/cell_text.h"
#include "mapreduce/rollups.h"

namespace thalweg {
namespace {

constexpr size_t kShownLevels = 5;
constexpr size_t kListedLevels = 100;

// What a column would take as doubles (8 bytes per cell; strings as they are in memory).
double PlainBytes(const Frame& frame, size_t i) {
  const Column& column = frame.column(i);
  if (column.type() == ColumnType::kString) return static_cast<double>(column.ByteSize());
  const double cell = column.type() == ColumnType::kUuid ? 16 : 8;
  return cell * static_cast<double>(frame.rows());
}

// Encoding names and how many chunks have them.
std::map<std::string, int64_t> Encodings(const Column& column) {
  std::map<std::string, int64_t> counts;
  for (size_t i = 0; i < column.chunks(); ++i) {
    ++counts[std::string(EncodingName(column.chunk(i).encoding()))];
  }
  return counts;
}

std::string Number(double value, const Column& column) {
  if (std::isnan(value)) return "";
  if (column.type() == ColumnType::kTime) return TimeText(static_cast<int64_t>(value));
  return fmt::format("{:.6g}", value);
}

std::string Levels(const Column& column) {
  if (column.type() != ColumnType::kCategorical) return "";
  const std::vector<std::string>& levels = column.domain()->levels();
  std::vector<std::string> shown(
      levels.begin(),
      levels.begin() + static_cast<std::ptrdiff_t>(std::min(levels.size(), kShownLevels)));
  std::string text =
      fmt::format("{}: {}", WithThousands(static_cast<int64_t>(levels.size())), Join(shown, ", "));
  return levels.size() > kShownLevels ? text + ", …" : text;
}

class InspectCommand : public Command {
 public:
  explicit InspectCommand(CLI::App& parent) {
    app = parent.add_subcommand("inspect", "Show what is in a file, or convert it.");
    app->add_option("files", paths_, "Files, folders or patterns; together they make one frame.")
        ->required();
    app->add_flag("--json", json_, "Everything as JSON on the standard output.");
    app->add_option("--output", output_,
                    "Write the frame to this .csv, .csv.gz, .parquet or .arrow.");
    app->add_option("--head", head_, "First rows to show. [5]");
    data_ = std::make_unique<DataFlags>(*app);
    app->allow_extras();
    app->footer(R"(
Examples:
  thalweg inspect data/prostate/prostate.csv
  thalweg inspect data/airlines/allyears2k_headers.zip --json
  thalweg inspect 'logs/*.csv.gz' --column_types zip=string --output logs.parquet)");
  }

  int Run() override {
    RequireFrameFile(output_);
    CancelToken cancel;
    InterruptScope interrupt(cancel);
    ThreadPool& pool = data_->pool();
    const ParseResult result = data_->Parse(paths_, data_->Options(), pool, cancel);
    const std::vector<Rollups> rollups = ComputeRollups(result.frame, pool);
    if (json_) {
      fmt::print("{}\n", FormatJson(Describe(result, rollups)));
    } else {
      Print(result, rollups);
    }
    PrintParseProblems(result.report);
    if (!output_.empty()) {
      WriteFrame(result.frame, output_, pool, {.cancel = &cancel});
      if (!json_) fmt::print("\nwritten to {}\n", output_);
    }
    return kExitOk;
  }

 private:
  void Print(const ParseResult& result, const std::vector<Rollups>& rollups) const {
    const Frame& frame = result.frame;
    const ParseReport& report = result.report;
    const auto bytes = static_cast<double>(frame.ByteSize());
    double plain = 0;
    for (size_t i = 0; i < frame.columns(); ++i) plain += PlainBytes(frame, i);
    fmt::print("{} rows, {} columns, {} in memory ({:.1f} times smaller than as doubles)\n",
               WithThousands(frame.rows()), WithThousands(static_cast<int64_t>(frame.columns())),
               HumanBytes(bytes), plain / bytes);
    fmt::print("{} file(s), {}, {} parsed in {:.2f} s\n\n", report.files.size(), report.format,
               HumanBytes(static_cast<double>(report.bytes)), report.seconds);
    std::vector<std::vector<std::string>> rows;
    for (size_t i = 0; i < frame.columns(); ++i) {
      const Column& column = frame.column(i);
      const Rollups& r = rollups[i];
      const bool numbers = IsNumeric(column.type()) && column.type() != ColumnType::kCategorical;
      std::string encodings;
      for (const auto& [name, count] : Encodings(column)) {
        encodings += fmt::format("{}{} {}", encodings.empty() ? "" : ", ", count, name);
      }
      const auto column_bytes = static_cast<double>(column.ByteSize());
      rows.push_back({frame.name(i), std::string(ColumnTypeName(column.type())),
                      WithThousands(r.missing), numbers ? WithThousands(r.zeros) : "",
                      numbers ? Number(r.min, column) : "", numbers ? Number(r.max, column) : "",
                      numbers ? Number(r.mean, column) : "",
                      numbers && column.type() != ColumnType::kTime ? Number(r.sd, column) : "",
                      Levels(column), HumanBytes(column_bytes),
                      fmt::format("{:.1f}x", PlainBytes(frame, i) / column_bytes), encodings,
                      report.columns[i].why});
    }
    fmt::print("{}\n", FormatTable({{"column"},
                                    {"type"},
                                    {"missing", true},
                                    {"zeros", true},
                                    {"min", true},
                                    {"max", true},
                                    {"mean", true},
                                    {"sd", true},
                                    {"levels"},
                                    {"bytes", true},
                                    {"ratio", true},
                                    {"chunks"},
                                    {"why this type", false, 160}},
                                   rows, 40));
    PrintHead(frame);
  }

  void PrintHead(const Frame& frame) const {
    const auto shown = std::min<int64_t>(frame.rows(), head_);
    if (shown <= 0) return;
    const size_t columns = std::min<size_t>(frame.columns(), 12);
    std::vector<TableColumn> titles;
    std::vector<std::vector<std::string>> rows(static_cast<size_t>(shown));
    for (size_t i = 0; i < columns; ++i) {
      titles.push_back({frame.name(i), IsNumeric(frame.column(i).type())});
      const std::vector<std::string> cells = CellTexts(frame, i, 0, shown);
      for (size_t row = 0; row < cells.size(); ++row) rows[row].push_back(cells[row]);
    }
    fmt::print("{}", FormatTable(titles, rows, 24));
    if (columns < frame.columns()) fmt::print("… {} more columns\n", frame.columns() - columns);
  }

  Json Describe(const ParseResult& result, const std::vector<Rollups>& rollups) const {
    const Frame& frame = result.frame;
    JsonArray columns;
    for (size_t i = 0; i < frame.columns(); ++i) {
      const Column& column = frame.column(i);
      const Rollups& r = rollups[i];
      JsonObject object{{"name", frame.name(i)},
                        {"type", ColumnTypeName(column.type())},
                        {"missing", r.missing},
                        {"rejected", result.report.columns[i].rejected},
                        {"why", result.report.columns[i].why},
                        {"byte_size", column.ByteSize()},
                        {"ratio", PlainBytes(frame, i) / static_cast<double>(column.ByteSize())},
                        {"encodings", boost::json::value_from(Encodings(column))}};
      if (column.type() == ColumnType::kCategorical) {
        const std::vector<std::string>& levels = column.domain()->levels();
        object["levels"] = levels.size();
        JsonArray domain;
        for (size_t j = 0; j < std::min(levels.size(), kListedLevels); ++j) {
          domain.emplace_back(levels[j]);
        }
        object["domain"] = std::move(domain);  // the first ones
      } else if (IsNumeric(column.type())) {
        object["zeros"] = r.zeros;
        object["min"] = JsonNumber(r.min);
        object["max"] = JsonNumber(r.max);
        object["mean"] = JsonNumber(r.mean);
        object["sd"] = JsonNumber(r.sd);
      }
      JsonArray head;
      for (std::string& cell :
           CellTexts(frame, i, 0, std::min<int64_t>(frame.rows(), std::max<int64_t>(head_, 0)))) {
        head.emplace_back(std::move(cell));
      }
      object["head"] = std::move(head);
      columns.push_back(std::move(object));
    }
    return JsonObject{{"rows", frame.rows()},
                      {"columns", std::move(columns)},
                      {"byte_size", frame.ByteSize()},
                      {"chunks", frame.layout().chunks()},
                      {"report", result.report.ToJson()}};
  }

  std::vector<std::string> paths_;
  bool json_ = false;
  std::string output_;
  int64_t head_ = 5;
  std::unique_ptr<DataFlags> data_;
};

}  // namespace

std::unique_ptr<Command> AddInspect(CLI::App& app) { return std::make_unique<InspectCommand>(app); }

}  // namespace thalweg
