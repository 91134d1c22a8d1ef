#include "ingest/csv/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/params.h"
#include "base/text.h"
#include "ingest/csv/guess.h"
#include "ingest/csv/plan_options.h"
#include "ingest/csv/sample.h"

namespace thalweg::internal {
namespace {

constexpr size_t kHeadBytes = size_t{256} << 10;
constexpr size_t kFurtherHeadBytes = size_t{64} << 10;
constexpr size_t kLongestHead = size_t{64} << 20;
constexpr size_t kSpots = 16;
constexpr size_t kSampledFiles = 16;

// A file's head, cut into rows.
struct Head {
  std::unique_ptr<FileSample> sample;
  RowsRead rows;
};

// All that is gathered while planning.
class Planner {
 public:
  Planner(const std::vector<CsvInput>& inputs, const ParseOptions& options,
          const ExpectedTypes& expected)
      : inputs_(inputs), options_(options), expected_(expected) {
    plan_.dialect = DialectOf(options);
    plan_.zone = TimeZone::Load(options.time_zone);
    for (const std::string& pattern : options.time_formats) {
      plan_.time_patterns.emplace_back(pattern);
    }
    for (const TimePattern& pattern : DefaultTimePatterns()) plan_.time_patterns.push_back(pattern);
    plan_.max_levels = options.max_levels;
    plan_.quoted_na = options.quoted_na;
    common_na_ = std::make_shared<NaStrings>(options.na_strings);
    context_ = {&plan_.dialect, plan_.zone.get(), &plan_.time_patterns};
  }

  CsvPlan Make() {
    FirstFile();
    for (size_t i = 1; i < inputs_.size(); ++i) FurtherFile(i);
    GuessColumns();
    ApplyColumnOptions();
    SkipColumns();
    ChooseBlockBytes();
    return std::move(plan_);
  }

 private:
  // Opened again for every look: what is sampled points into it, so it stays open meanwhile.
  Head Look(size_t file, size_t head_bytes, size_t spots) {
    FilePlan& plan = plan_.files[file];
    for (;; head_bytes *= 8) {
      auto source = plan.input.open();
      plan.stored_bytes = source->size();
      plan.mapped_bytes = source->mapped().size();
      Head head;
      head.sample = std::make_unique<FileSample>(*source, head_bytes, spots);
      if (file == 0 && options_.separator.empty() && !separator_known_) {
        plan_.dialect.syntax.separator =
            GuessSeparator(head.sample->head(), head.sample->whole(), plan_.dialect);
      }
      head.rows =
          ReadRows(head.sample->head(), head.sample->whole(), SIZE_MAX, plan_.dialect, storage_);
      if (!head.rows.rows.empty() || head.sample->whole() || head_bytes >= kLongestHead) {
        if (file == 0) separator_known_ = true;
        sources_.push_back(std::move(source));
        return head;
      }
    }
  }

  void FirstFile() {
    plan_.files.push_back({.input = inputs_[0], .positions = {}});
    Head head = Look(0, kHeadBytes, kSpots);
    FilePlan& file = plan_.files[0];
    std::vector<SampledRow>& rows = head.rows.rows;
    if (rows.empty()) {
      const std::string& name = file.input.name;
      if (head.rows.open_quote_line > 0) {
        throw UserError(fmt::format(
            "{}, line {}: the quote that opens here is never closed; is the quote character right?",
            name, head.rows.open_quote_line));
      }
      if (!head.sample->whole()) {
        throw UserError(
            fmt::format("{}: the first row is longer than {}", name, HumanBytes(kLongestHead)));
      }
      throw UserError(name + ": no row in the file, only blank lines or comments");
    }
    plan_.header =
        options_.header == Toggle::kTrue ||
        (options_.header == Toggle::kAuto && (OptionsName(rows[0]) || HoldsExpectedNames(rows[0]) ||
                                              GuessHeader(rows, *common_na_, context_)));
    SetDataBegin(file, head, plan_.header);
    const size_t first = plan_.header ? 1 : 0;
    file.cells = CellsOfRow(rows, first);
    NameColumns(rows[0], file.cells);
    file.positions.resize(file.cells);
    for (size_t i = 0; i < file.cells; ++i) file.positions[i] = static_cast<int64_t>(i);
    cells_.resize(file.cells);
    TakeCells(file, rows, first);
    TakeSpots(file, *head.sample);
    samples_.push_back(std::move(head.sample));
  }

  // Whether an option names a column by a cell of the first row.
  bool OptionsName(const SampledRow& row) const {
    for (const SampledCell& cell : row) {
      const std::string name(Trim(cell.text));
      if (name.empty()) continue;
      const auto names = [&name](const std::string& entry) {
        return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
      };
      const auto any = [](const std::vector<std::string>& entries, const auto& predicate) {
        return std::any_of(entries.begin(), entries.end(), predicate);
      };
      if (any(options_.column_types, names) || any(options_.column_na_strings, names) ||
          any(options_.skipped_columns,
              [&name](const std::string& entry) { return entry == name; })) {
        return true;
      }
    }
    return false;
  }

  // Whether half of the cells of the first row, or all expected names, are expected names.
  bool HoldsExpectedNames(const SampledRow& row) const {
    std::set<std::string_view> found;
    for (const SampledCell& cell : row) {
      const std::string_view name = Trim(cell.text);
      if (expected_.Find(name) != nullptr) found.insert(name);
    }
    return !found.empty() && found.size() * 2 >= std::min(row.size(), 2 * expected_.types.size());
  }

  // Most rows have as many cells; a header that names more columns counts more, one that names one
  // less leaves the first column (row names) without.
  size_t CellsOfRow(const std::vector<SampledRow>& rows, size_t first) {
    if (options_.drop_extra_cells && !options_.column_names.empty()) {
      return options_.column_names.size();
    }
    std::map<size_t, size_t> counts;
    for (size_t r = first; r < rows.size(); ++r) ++counts[rows[r].size()];
    size_t cells = 1;
    size_t most = 0;
    for (const auto& [size, count] : counts) {
      if (count >= most) {
        cells = size;
        most = count;
      }
    }
    if (!options_.column_names.empty() && options_.column_names.size() > cells) {
      cells = options_.column_names.size();
    }
    if (!plan_.header) return cells;
    const size_t named = rows[0].size();
    if (rows.size() == 1 || named >= cells) return named;
    // Rows that end with a separator have one empty cell more than the header.
    bool trailing = true;
    for (size_t r = first; r < rows.size(); ++r) {
      trailing &=
          rows[r].size() <= named || (rows[r].size() == named + 1 && rows[r].back().text.empty());
    }
    return trailing ? named : cells;
  }

  void NameColumns(const SampledRow& first, size_t cells) {
    std::vector<std::string> names = options_.column_names;
    if (!names.empty()) {
      if (names.size() != cells) {
        throw UserError(fmt::format("column_names: {} names are given, but {} has {} columns",
                                    names.size(), inputs_[0].name, cells));
      }
      const std::set<std::string> unique(names.begin(), names.end());
      if (unique.size() != names.size()) throw UserError("column_names: a name is given twice");
    } else {
      const size_t unnamed = plan_.header && first.size() + 1 == cells ? 1 : 0;
      if (plan_.header && first.size() < cells) {
        plan_.warnings.push_back(fmt::format(
            "{}: the header names {} columns, but the rows have {}; the {} named by number",
            inputs_[0].name, first.size(), cells,
            unnamed == 1 ? "first column (row names) is" : "others are"));
      }
      for (size_t i = 0; i < cells; ++i) {
        std::string name;
        if (plan_.header && i >= unnamed && i - unnamed < first.size()) {
          name = Trim(first[i - unnamed].text);
        }
        names.push_back(name);
      }
      MakeUnique(names);
    }
    for (const std::string& name : names) {
      plan_.columns.emplace_back();
      plan_.columns.back().name = name;
    }
  }

  // Empty names become C1, C2, …; a name that occurs again gets _2, _3, …
  void MakeUnique(std::vector<std::string>& names) {
    std::set<std::string> used(names.begin(), names.end());
    std::set<std::string> seen;
    for (size_t i = 0; i < names.size(); ++i) {
      std::string& name = names[i];
      if (!name.empty() && seen.insert(name).second) continue;
      const std::string base = name.empty() ? fmt::format("C{}", i + 1) : name;
      std::string unique = base;
      for (size_t k = 2; (unique != base || !name.empty() || used.contains(unique)) &&
                         (unique == base || used.contains(unique));
           ++k) {
        unique = fmt::format("{}_{}", base, k);
      }
      if (!name.empty()) {
        plan_.warnings.push_back(
            fmt::format("{}: the column name '{}' occurs more than once; column {} is now '{}'",
                        inputs_[0].name, Printable(name), i + 1, Printable(unique)));
      }
      name = unique;
      used.insert(unique);
      seen.insert(unique);
    }
  }

  static void SetDataBegin(FilePlan& file, const Head& head, bool header) {
    file.data_begin = head.sample->head_offset() + (header ? head.rows.ends[0] : 0);
    file.first_line = 1 + (header ? static_cast<int64_t>(head.rows.lines[0]) : 0);
  }

  // Sampled cells of the columns of the frame.
  void TakeCells(const FilePlan& file, const std::vector<SampledRow>& rows, size_t first) {
    for (size_t r = first; r < rows.size(); ++r) {
      for (size_t c = 0; c < file.positions.size(); ++c) {
        const int64_t at = file.positions[c];
        if (at >= 0 && static_cast<size_t>(at) < rows[r].size()) {
          cells_[c].push_back(rows[r][static_cast<size_t>(at)]);
        }
      }
    }
  }

  // A spot may begin inside quotes: then its rows have other lengths, and it does not count.
  void TakeSpots(const FilePlan& file, const FileSample& sample) {
    for (const std::string_view spot : sample.spots()) {
      const RowsRead read = ReadRows(spot, false, SIZE_MAX, plan_.dialect, storage_);
      size_t fitting = 0;
      for (const SampledRow& row : read.rows) fitting += row.size() == file.cells ? 1 : 0;
      if (fitting * 10 < read.rows.size() * 9) continue;
      std::vector<SampledRow> rows;
      for (const SampledRow& row : read.rows) {
        if (row.size() == file.cells) rows.push_back(row);
      }
      TakeCells(file, rows, 0);
    }
  }

  void FurtherFile(size_t i) {
    plan_.files.push_back({.input = inputs_[i], .positions = {}});
    // Only some of many files are sampled beyond their header.
    const size_t step = std::max<size_t>(inputs_.size() / kSampledFiles, 1);
    const bool sampled = i % step == 0;
    Head head = Look(i, kFurtherHeadBytes, sampled ? 2 : 0);
    FilePlan& file = plan_.files[i];
    const std::vector<SampledRow>& rows = head.rows.rows;
    if (rows.empty()) {
      plan_.warnings.push_back(file.input.name + ": no row in the file");
      file.cells = plan_.files[0].cells;
      file.positions = plan_.files[0].positions;
      file.positions.resize(plan_.columns.size(), -1);
      SetDataBegin(file, head, false);
      return;
    }
    const bool header = plan_.header && HasHeader(rows);
    SetDataBegin(file, head, header);
    const size_t first = header ? 1 : 0;
    file.cells = rows[0].size();
    if (header && options_.column_names.empty()) {
      MatchByName(file, rows[0]);
    } else {
      MatchByPosition(file, rows, first);
    }
    if (sampled) {
      TakeCells(file, rows, first);
      TakeSpots(file, *head.sample);
      samples_.push_back(std::move(head.sample));
    } else {
      sources_.pop_back();
    }
  }

  bool HasHeader(const std::vector<SampledRow>& rows) const {
    if (options_.header == Toggle::kTrue) return true;
    size_t known = 0;
    for (const SampledCell& cell : rows[0]) {
      for (const ColumnPlan& column : plan_.columns) known += column.name == Trim(cell.text);
    }
    return known * 2 > rows[0].size() || GuessHeader(rows, *common_na_, context_);
  }

  void MatchByName(FilePlan& file, const SampledRow& header) {
    std::vector<std::string> names;
    for (const SampledCell& cell : header) names.emplace_back(Trim(cell.text));
    const size_t warnings = plan_.warnings.size();
    MakeUnique(names);
    plan_.warnings.resize(warnings);
    file.positions.assign(plan_.columns.size(), -1);
    std::vector<std::string> extra;
    size_t matched = 0;
    for (size_t k = 0; k < names.size(); ++k) {
      const auto column =
          std::find_if(plan_.columns.begin(), plan_.columns.end(),
                       [&](const ColumnPlan& candidate) { return candidate.name == names[k]; });
      if (column != plan_.columns.end()) {
        file.positions[static_cast<size_t>(column - plan_.columns.begin())] =
            static_cast<int64_t>(k);
        ++matched;
        continue;
      }
      extra.push_back(names[k]);
      plan_.columns.emplace_back();
      plan_.columns.back().name = names[k];
      cells_.emplace_back();
      file.positions.push_back(static_cast<int64_t>(k));
    }
    if (matched == 0) {
      throw UserError(fmt::format(
          "{}: none of its columns ('{}', …) is in {} ('{}', …); files of one frame share columns",
          file.input.name, Printable(names[0]), inputs_[0].name, Printable(plan_.columns[0].name)));
    }
    for (FilePlan& other : plan_.files) other.positions.resize(plan_.columns.size(), -1);
    if (!extra.empty()) {
      plan_.warnings.push_back(
          fmt::format("{}: columns {} are not in the files before; there "
                      "they are missing",
                      file.input.name, Printable(Join(extra, ", "), 200)));
    }
    std::vector<std::string> absent;
    for (size_t c = 0; c < plan_.columns.size(); ++c) {
      if (file.positions[c] < 0) absent.push_back(plan_.columns[c].name);
    }
    if (!absent.empty()) {
      plan_.warnings.push_back(
          fmt::format("{}: columns {} are not in this file; they are missing "
                      "in its rows",
                      file.input.name, Printable(Join(absent, ", "), 200)));
    }
  }

  void MatchByPosition(FilePlan& file, const std::vector<SampledRow>& rows, size_t first) {
    std::map<size_t, size_t> counts;
    for (size_t r = first; r < rows.size(); ++r) ++counts[rows[r].size()];
    size_t most = 0;
    for (const auto& [size, count] : counts) {
      if (count >= most) {
        file.cells = size;
        most = count;
      }
    }
    const size_t expected = plan_.files[0].cells;
    if (options_.drop_extra_cells && !options_.column_names.empty()) file.cells = expected;
    if (file.cells != expected) {
      throw UserError(fmt::format(
          "{}: its rows have {} cells, those of {} have {}, and there is no header to match the "
          "columns by name",
          file.input.name, file.cells, inputs_[0].name, expected));
    }
    if (plan_.header && options_.column_names.empty()) {
      plan_.warnings.push_back(file.input.name +
                               ": no header in this file; its columns are taken in order");
    }
    file.positions = plan_.files[0].positions;
    file.positions.resize(plan_.columns.size(), -1);
  }

  void GuessColumns() {
    const auto further = NaOfColumns(options_, Names());
    for (size_t c = 0; c < plan_.columns.size(); ++c) {
      ColumnPlan& column = plan_.columns[c];
      column.na = common_na_;
      if (!further[c].empty()) {
        std::vector<std::string> all = options_.na_strings;
        all.insert(all.end(), further[c].begin(), further[c].end());
        column.na = std::make_shared<NaStrings>(std::move(all), further[c]);
      }
      TypeGuess guess = GuessType(cells_[c], *column.na, context_);
      column.type = guess.type;
      column.unknown = guess.unknown;
      column.why = std::move(guess.why);
      if (!guess.time_patterns.empty()) column.time_patterns = {guess.time_patterns.front()};
    }
  }

  void ApplyColumnOptions() {
    const auto types = TypesOfColumns(options_, Names());
    for (size_t c = 0; c < plan_.columns.size(); ++c) {
      ColumnPlan& column = plan_.columns[c];
      if (types[c]) {
        FixType(*types[c], "given by the user", column);
      } else if (const ColumnType* expected = expected_.Find(column.name)) {
        const bool real = column.type == ColumnType::kReal && *expected == ColumnType::kInteger;
        FixType(real ? ColumnType::kReal : *expected, "as in " + expected_.source, column);
        column.may_be_real = true;
      }
    }
  }

  void FixType(ColumnType type, const std::string& reason, ColumnPlan& column) const {
    if (type == ColumnType::kTime && column.type != ColumnType::kTime) {
      column.time_patterns = plan_.time_patterns;
    }
    column.type = type;
    column.fixed = true;
    column.unknown = false;
    column.why = reason + " (" + column.why + ")";
  }

  void SkipColumns() {
    std::vector<bool> skipped(plan_.columns.size(), false);
    for (const std::string& name : options_.skipped_columns) {
      skipped[PositionOf(name, Names(), "skipped_columns")] = true;
    }
    const auto keep = [&skipped](auto& list) {
      size_t kept = 0;
      for (size_t i = 0; i < list.size(); ++i) {
        if (!skipped[i]) {
          if (kept != i) list[kept] = std::move(list[i]);
          ++kept;
        }
      }
      list.resize(kept);
    };
    for (FilePlan& file : plan_.files) keep(file.positions);
    keep(plan_.columns);
    if (plan_.columns.empty()) throw UserError("skipped_columns: no column is left");
  }

  // A block is a chunk: large enough to compress well and to hide what a block costs, small enough
  // for the cache, and for all threads to have some.
  void ChooseBlockBytes() {
    if (options_.chunk_bytes > 0) {
      plan_.block_bytes = static_cast<size_t>(options_.chunk_bytes);
      return;
    }
    uint64_t bytes = 0;
    for (const FilePlan& file : plan_.files) bytes += file.stored_bytes;
    double row_bytes = 0;
    for (const auto& cells : cells_) {
      size_t size = 0;
      for (const SampledCell& cell : cells) size += cell.text.size() + 1;
      row_bytes +=
          static_cast<double>(size) / static_cast<double>(std::max<size_t>(cells.size(), 1));
    }
    constexpr double kFewestRows = 4096;
    constexpr double kMostRows = 262144;
    double block = std::clamp(static_cast<double>(bytes) / 48, 512e3, 4e6);
    block = std::clamp(block, std::min(row_bytes * kFewestRows, 8e6), row_bytes * kMostRows);
    plan_.block_bytes = static_cast<size_t>(std::max(block, 64e3));
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const ColumnPlan& column : plan_.columns) names.push_back(column.name);
    return names;
  }

  const std::vector<CsvInput>& inputs_;
  const ParseOptions& options_;
  const ExpectedTypes& expected_;
  CsvPlan plan_;
  GuessContext context_;
  std::shared_ptr<const NaStrings> common_na_;
  bool separator_known_ = false;
  std::vector<std::vector<SampledCell>> cells_;
  std::deque<std::string> storage_;
  // What sampled cells point into.
  std::vector<std::unique_ptr<ByteSource>> sources_;
  std::vector<std::unique_ptr<FileSample>> samples_;
};

}  // namespace

CsvPlan MakePlan(const std::vector<CsvInput>& inputs, const ParseOptions& options,
                 const ExpectedTypes& expected) {
  if (inputs.empty()) throw UserError("no file to parse");
  return Planner(inputs, options, expected).Make();
}

}  // namespace thalweg::internal
