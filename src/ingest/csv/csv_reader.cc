#include "ingest/csv/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "ingest/csv/domain_join.h"
#include "ingest/csv/domain_join_of_ranks.h"
#include "ingest/csv/guess.h"
#include "ingest/csv/pass.h"
#include "ingest/csv/plan.h"
#include "ingest/csv/read_planned.h"
#include "ingest/csv/sample.h"
#include "ingest/csv/unit_parser.h"
#include "mapreduce/share_chunks.h"

namespace thalweg {
namespace internal {
namespace {

constexpr size_t kRejectedListed = 100;
constexpr size_t kLinesNamed = 3;

// Everything between the plan and the frame.
class Reading {
 public:
  Reading(CsvPlan plan, ThreadPool& pool, const WorkContext& context, Communicator* ranks)
      : plan_(std::move(plan)),
        pool_(pool),
        context_(context),
        ranks_(ranks != nullptr && ranks->size() > 1 ? ranks : nullptr),
        passes_(plan_, ranks, pool, context_) {}

  ParseResult Read() {
    const size_t columns = plan_.columns.size();
    chunks_.resize(columns);
    domains_.resize(columns);
    std::vector<size_t> left(columns);
    for (size_t c = 0; c < columns; ++c) left[c] = c;
    // Each pass leaves columns whose cells did not fit, now planned with a wider type. Types only
    // widen: number or time, categorical, string.
    for (bool first = true; !left.empty(); first = false) left = Pass(left, first);
    return Finish();
  }

 private:
  // Parses the given columns of all files; returns those that have to be parsed again.
  std::vector<size_t> Pass(const std::vector<size_t>& columns, bool first) {
    PassResult pass = passes_.Run(columns, first);
    if (first) CountRows(pass.units);
    Check(pass.units.size() == units_.size(), "every pass cuts the text at the same places");
    return Settle(columns, pass);
  }

  void CountRows(const std::vector<UnitResult>& results) {
    std::vector<int64_t> rows(plan_.files.size(), 0);
    std::vector<int64_t> lines;
    for (const FilePlan& file : plan_.files) lines.push_back(file.first_line);
    std::vector<PieceResult> files(plan_.files.size());
    for (const UnitResult& unit : results) {
      CountedUnit counted{
          .rank = unit.rank, .rows = unit.rows, .row_starts = {}, .lines_before = {}};
      for (const PieceResult& piece : unit.pieces) {
        const int64_t before = lines[piece.file] - 1;
        counted.row_starts.push_back(rows[piece.file]);
        counted.lines_before.push_back(before);
        rows[piece.file] += piece.rows;
        lines[piece.file] += piece.lines;
        PieceResult& file = files[piece.file];
        file.short_rows += piece.short_rows;
        file.long_rows += piece.long_rows;
        file.blank_lines += piece.blank_lines;
        if (file.invalid_utf8_line == 0 && piece.invalid_utf8_line > 0) {
          file.invalid_utf8_line = before + piece.invalid_utf8_line;
        }
        for (PieceResult::Row row : piece.first) {
          row.line += before;
          file.first.push_back(row);
        }
      }
      units_.push_back(std::move(counted));
    }
    for (size_t f = 0; f < files.size(); ++f) WarnOf(plan_.files[f], files[f]);
  }

  void WarnOf(const FilePlan& file, const PieceResult& found) {
    const auto warn = [&](IrregularRow::Kind kind, size_t count, std::string_view what) {
      if (count == 0) return;
      std::vector<std::string> lines;
      for (const PieceResult::Row& row : found.first) {
        if (row.kind == kind && lines.size() < kLinesNamed) {
          lines.push_back(kind == IrregularRow::Kind::kBlank
                              ? fmt::format("{}", row.line)
                              : fmt::format("{} ({} cells)", row.line, row.cells));
        }
      }
      plan_.warnings.push_back(fmt::format("{}: {} {}; line{} {}{}", file.input.name, count, what,
                                           lines.size() == 1 ? "" : "s", Join(lines, ", "),
                                           count > lines.size() ? ", …" : ""));
    };
    warn(IrregularRow::Kind::kShort, found.short_rows,
         fmt::format("rows have fewer than {} cells, the rest of them is missing", file.cells));
    warn(IrregularRow::Kind::kLong, found.long_rows,
         fmt::format("rows have more than {} cells, the further ones are dropped", file.cells));
    if (found.invalid_utf8_line > 0) {
      plan_.warnings.push_back(fmt::format(
          "{}, line {}: not valid UTF-8, here and perhaps later; such cells are read as "
          "Latin-1 (iconv converts text of other encodings)",
          file.input.name, found.invalid_utf8_line));
    }
    // With one column, a blank line may have been meant as a missing cell.
    if (file.cells == 1) {
      warn(IrregularRow::Kind::kBlank, found.blank_lines, "blank lines are passed over");
    }
  }

  // Keeps what fits; widens what does not.
  std::vector<size_t> Settle(const std::vector<size_t>& columns, PassResult& pass) {
    std::vector<UnitResult>& results = pass.units;
    std::vector<const UnitResult::Widened*> widest(plan_.columns.size(), nullptr);
    std::vector<size_t> unit_of(plan_.columns.size(), 0);
    for (size_t u = 0; u < results.size(); ++u) {
      for (const UnitResult::Widened& widened : results[u].widened) {
        const auto*& known = widest[widened.cell.column];
        if (known == nullptr || widened.fit > known->fit) {
          known = &widened;
          unit_of[widened.cell.column] = u;
        }
      }
    }
    rejected_.resize(plan_.columns.size());
    for (size_t u = 0; u < results.size(); ++u) {
      for (const auto& [column, count] : results[u].rejected_counts) {
        rejected_[column] += static_cast<int64_t>(count);
      }
      for (Finding& finding : results[u].rejected) {
        if (listed_.size() < kRejectedListed) {
          listed_.push_back({plan_.files[finding.file].input.name, RowOfFile(u, finding) + 1,
                             LineOfFile(u, finding), plan_.columns[finding.column].name,
                             finding.text, finding.reason});
        }
      }
    }
    std::vector<size_t> again;
    std::vector<size_t> categorical;
    for (size_t i = 0; i < columns.size(); ++i) {
      const size_t c = columns[i];
      ColumnPlan& column = plan_.columns[c];
      if (widest[c] != nullptr) Widen(c, *widest[c], unit_of[c]);
      if (widest[c] != nullptr && widest[c]->fit == Fit::kText) {
        again.push_back(c);
        continue;
      }
      chunks_[c].clear();
      for (UnitResult& unit : results) {
        if (unit.rows > 0) chunks_[c].push_back(std::move(unit.chunks[i]));
      }
      if (column.type == ColumnType::kCategorical) categorical.push_back(i);
    }
    for (size_t column : JoinLevels(categorical, columns, pass)) again.push_back(column);
    std::sort(again.begin(), again.end());
    return again;
  }

  int64_t RowOfFile(size_t unit, const Finding& finding) const {
    return units_[unit].row_starts[finding.piece] + finding.row;
  }
  int64_t LineOfFile(size_t unit, const Finding& finding) const {
    return finding.line == 0 ? 0 : units_[unit].lines_before[finding.piece] + finding.line;
  }

  std::string PlaceOf(size_t unit, const Finding& finding) const {
    std::string place = fmt::format("row {}", WithThousands(RowOfFile(unit, finding) + 1));
    const int64_t line = LineOfFile(unit, finding);
    if (line > 0) place += fmt::format(" (line {})", WithThousands(line));
    if (plan_.files.size() > 1) place += " of " + plan_.files[finding.file].input.name;
    return place;
  }

  void Widen(size_t c, const UnitResult::Widened& widened, size_t unit) {
    ColumnPlan& column = plan_.columns[c];
    const Finding& cell = widened.cell;
    if (widened.fit == Fit::kReal) {
      column.type = ColumnType::kReal;
      column.why += fmt::format("; widened to real by '{}' in {}", Printable(cell.text, 30),
                                PlaceOf(unit, cell));
      return;
    }
    if (column.type == ColumnType::kCategorical) {
      TooManyLevels(column);
      return;
    }
    ColumnType wider = ColumnType::kString;
    if (column.unknown) {
      const GuessContext context{&plan_.dialect, plan_.zone.get(), &plan_.time_patterns};
      std::vector<TimePattern> patterns;
      wider = TypeOfCell(cell.text, context, &patterns);
      if (wider == ColumnType::kTime) column.time_patterns = {patterns.front()};
      column.unknown = false;
    }
    column.why += fmt::format("; {} because of '{}' in {}, {}", ColumnTypeName(wider),
                              Printable(cell.text, 30), PlaceOf(unit, cell), cell.reason);
    if (wider == ColumnType::kString) {
      plan_.warnings.push_back(fmt::format(
          "column '{}' is read as text because of '{}' in {}; if that means a missing value, add "
          "it to na_strings, or state the column's type",
          Printable(column.name), Printable(cell.text, 30), PlaceOf(unit, cell)));
    }
    column.type = wider;
  }

  void TooManyLevels(ColumnPlan& column) {
    column.why += fmt::format("; string because there are more than {} levels",
                              WithThousands(plan_.max_levels));
    column.type = ColumnType::kString;
  }

  // A spelling of missing cells among the levels was in quotes; in files that quote all cells it
  // may have been meant as missing.
  void WarnOfQuotedSpellings(const ColumnPlan& column, const std::vector<std::string>& levels) {
    std::vector<std::string> found;
    for (const std::string& spelling : column.na->spellings()) {
      if (std::binary_search(levels.begin(), levels.end(), spelling)) {
        found.push_back('"' + Printable(spelling) + '"');
      }
    }
    if (found.empty()) return;
    plan_.hints.push_back(
        fmt::format("column '{}': {} in quotes is a level; with quoted_na such cells are missing",
                    Printable(column.name), Join(found, ", ")));
  }

  // Makes one sorted domain per categorical column of the dictionaries of all workers of all ranks.
  // Returns the columns whose domains are too large: they are planned as string columns then.
  // `categorical`: places in `columns`.
  std::vector<size_t> JoinLevels(const std::vector<size_t>& categorical,
                                 const std::vector<size_t>& columns, const PassResult& pass) {
    std::vector<DomainJoin> joins;
    for (const size_t i : categorical) {
      std::vector<ThreadLevels> threads(pass.parsers.size());
      for (size_t p = 0; p < threads.size(); ++p) {
        if (pass.parsers[p] != nullptr) threads[p] = pass.parsers[p]->levels(i);
      }
      joins.push_back(JoinDomains(threads, static_cast<size_t>(plan_.max_levels), pool_));
      MakeLevelsUtf8(joins.back());
    }
    if (ranks_ != nullptr) {
      JoinDomainsOfRanks(joins, static_cast<size_t>(plan_.max_levels), *ranks_);
    }
    std::vector<size_t> workers;  // of this rank's chunks
    for (const UnitResult& unit : pass.units) {
      if (unit.rows > 0) workers.push_back(unit.worker);
    }
    std::vector<size_t> too_many;
    for (size_t k = 0; k < categorical.size(); ++k) {
      const size_t c = columns[categorical[k]];
      DomainJoin& join = joins[k];
      if (join.too_many) {
        TooManyLevels(plan_.columns[c]);
        too_many.push_back(c);
        continue;
      }
      WarnOfQuotedSpellings(plan_.columns[c], join.levels);
      Recode(c, join, workers);
      domains_[c] = std::make_shared<Domain>(std::move(join.levels));
    }
    return too_many;
  }

  void Recode(size_t c, const DomainJoin& join, const std::vector<size_t>& workers) {
    std::vector<bool> same;
    for (const std::vector<int64_t>& codes : join.codes) {
      same.push_back(true);
      for (size_t code = 0; code < codes.size(); ++code) {
        if (codes[code] != static_cast<int64_t>(code)) same.back() = false;
      }
    }
    pool_.Run(chunks_[c].size(), [&](size_t k, size_t) {
      ChunkPtr& chunk = chunks_[c][k];
      if (chunk && !same[workers[k]]) {
        chunk = RemapCodes(*chunk, join.codes[workers[k]]);
      }
    });
  }

  // Cells that are missing in each column, over all ranks.
  std::vector<int64_t> CountMissing() {
    std::vector<int64_t> missing(chunks_.size(), 0);
    for (size_t c = 0; c < chunks_.size(); ++c) {
      for (const ChunkPtr& chunk : chunks_[c]) {
        if (chunk) missing[c] += chunk->missing();
      }
    }
    if (ranks_ != nullptr) ranks_->AllReduceSum(std::span(missing));
    return missing;
  }

  ParseResult Finish() {
    std::vector<int64_t> starts = {0};
    std::vector<int> holders;
    for (const CountedUnit& unit : units_) {
      if (unit.rows == 0) continue;
      starts.push_back(starts.back() + unit.rows);
      holders.push_back(unit.rank);
    }
    const int64_t rows = starts.back();
    std::vector<std::string> names;
    std::vector<ColumnPtr> columns;
    ParseReport report;
    const std::vector<int64_t> missing = CountMissing();
    for (size_t c = 0; c < plan_.columns.size(); ++c) {
      ColumnPlan& plan = plan_.columns[c];
      ColumnReport column;
      column.missing = missing[c];
      if (plan.unknown && column.missing == rows) {
        plan.type = ColumnType::kReal;
        plan.why = "no cell has a value";
      }
      column.name = plan.name;
      column.type = plan.type;
      column.why = plan.why;
      column.rejected = c < rejected_.size() ? rejected_[c] : 0;
      report.columns.push_back(std::move(column));
      names.push_back(plan.name);
      columns.push_back(
          std::make_shared<Column>(plan.type, std::move(chunks_[c]), std::move(domains_[c])));
    }
    for (const FilePlan& file : plan_.files) {
      report.files.push_back(file.input.name);
      report.bytes += file.stored_bytes;
    }
    report.format = "csv";
    report.separator = std::string(1, plan_.dialect.syntax.separator);
    report.header = plan_.header;
    report.rows = rows;
    report.rejected = std::move(listed_);
    report.warnings = std::move(plan_.warnings);
    report.hints = std::move(plan_.hints);
    Frame frame(std::make_shared<Layout>(std::move(starts)), std::move(names), std::move(columns));
    if (ranks_ != nullptr) frame = ShareOutChunks(frame, holders, *ranks_);
    return {std::move(frame), std::move(report)};
  }

  // What the first pass found of a unit; the others cut the same.
  struct CountedUnit {
    int rank = 0;
    int64_t rows = 0;
    // Per piece: rows and lines of its file before it.
    std::vector<int64_t> row_starts;
    std::vector<int64_t> lines_before;
  };

  CsvPlan plan_;
  ThreadPool& pool_;
  WorkContext context_;
  Communicator* ranks_;  // null: one rank
  Passes passes_;
  std::vector<CountedUnit> units_;
  // Per column of the plan; null: chunks of other ranks.
  std::vector<std::vector<ChunkPtr>> chunks_;
  std::vector<DomainPtr> domains_;
  std::vector<int64_t> rejected_;
  std::vector<RejectedCell> listed_;
};

}  // namespace

ParseResult ReadPlanned(CsvPlan plan, ThreadPool& pool, const WorkContext& context,
                        Communicator* ranks) {
  if (ranks != nullptr) CheckPlansAgree(plan, *ranks);
  return Reading(std::move(plan), pool, context, ranks).Read();
}

}  // namespace internal

bool LooksLikeCsv(std::span<const char> head, std::string_view) {
  return !internal::LooksBinary(std::string_view(head.data(), head.size()));
}

ParseResult ReadCsvInputs(const std::vector<CsvInput>& inputs, const ParseOptions& options,
                          ThreadPool& pool, const WorkContext& context,
                          const ExpectedTypes& expected, Communicator* ranks) {
  return internal::ReadPlanned(internal::MakePlan(inputs, options, expected), pool, context, ranks);
}

}  // namespace thalweg
