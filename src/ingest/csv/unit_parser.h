// Parses units of text into chunks: one thread's tokenizer and builders.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "frame/chunk.h"
#include "ingest/csv/block_reader.h"
#include "ingest/csv/builder.h"
#include "ingest/csv/plan.h"
#include "ingest/csv/tokenizer.h"

namespace thalweg::internal {

// A cell, or a row, that needs to be told of.
struct Finding {
  size_t column = 0;
  size_t file = 0;
  int64_t row = 0;   // of the piece, from 0; made one of the file when all rows are counted
  size_t piece = 0;  // of the unit
  int64_t line = 0;  // of the piece, from 1; 0: of no line
  const char* place = nullptr;  // in the text of the piece
  std::string text;
  std::string reason;
};

struct PieceResult {
  size_t file = 0;
  int64_t rows = 0;
  int64_t lines = 0;  // line ends
  size_t short_rows = 0;
  size_t long_rows = 0;
  size_t blank_lines = 0;
  // Lines are those of the piece, from 1.
  int64_t invalid_utf8_line = 0;  // the first one; 0: none
  // The first ones: kind and line.
  struct Row {
    IrregularRow::Kind kind = IrregularRow::Kind::kShort;
    int64_t line = 0;
    size_t cells = 0;
  };
  std::vector<Row> first;
};

struct UnitResult {
  uint64_t number = 0;  // of the unit
  int rank = 0;         // which has parsed it
  int64_t rows = 0;
  size_t worker = 0;  // whose dictionaries the codes of categorical chunks belong to
  // Per parsed column; null where it has to be parsed anew, and where another rank has the unit.
  std::vector<ChunkPtr> chunks;
  std::vector<PieceResult> pieces;
  struct Widened {
    Fit fit = Fit::kAsPlanned;
    Finding cell;
  };
  std::vector<Widened> widened;
  std::vector<std::pair<size_t, size_t>> rejected_counts;  // column, cells
  std::vector<Finding> rejected;                           // by row, the first ones
};

// What the threads of a pass share.
struct PassState {
  explicit PassState(size_t columns) : first_text_unit(columns) {
    for (auto& unit : first_text_unit) unit.store(UINT64_MAX, std::memory_order_relaxed);
  }
  // Per column the first unit that is known to hold a cell that no number is: units behind it need
  // not parse the column, it comes again. Units before it still look, so that the cell reported is
  // the first one whatever the threads do.
  std::vector<std::atomic<uint64_t>> first_text_unit;
};

class UnitParser {
 public:
  // `columns`: those of the plan to be parsed. The first pass looks at the text as such, too.
  UnitParser(const CsvPlan& plan, const std::vector<size_t>& columns, size_t worker,
             PassState& state, bool first);

  UnitResult Parse(const Unit& unit);
  // Of the i-th parsed column, if categorical.
  ThreadLevels levels(size_t i) const { return builders_[i]->levels(); }

 private:
  void ParsePiece(const Piece& piece, uint64_t unit_number, UnitResult& result);
  // Where in the unit a misfit lies.
  Finding Locate(const Misfit& misfit, size_t column, const Unit& unit,
                 const UnitResult& result) const;
  Tokenizer& TokenizerFor(size_t cells);

  const CsvPlan& plan_;
  const std::vector<size_t>& columns_;
  size_t worker_;
  bool check_utf8_;
  PassState& state_;
  std::vector<std::unique_ptr<ColumnBuilder>> builders_;
  std::map<size_t, std::unique_ptr<Tokenizer>> tokenizers_;
};

}  // namespace thalweg::internal
