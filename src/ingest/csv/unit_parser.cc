#include "ingest/csv/unit_parser.h"

#include <algorithm>

#include "ingest/csv/careful_scan.h"
#include "ingest/csv/utf8.h"

namespace thalweg::internal {
namespace {

int64_t LineOf(const Piece& piece, size_t offset) {
  const char next = offset < piece.text.size() ? piece.text[offset] : '\0';
  return 1 + static_cast<int64_t>(CountLineEnds(piece.text.data(), offset, next));
}

// Sets the lines of cells of a unit: the text is gone over once, however many they are.
void SetLines(const Unit& unit, std::vector<Finding*> cells) {
  std::erase_if(cells, [](const Finding* cell) { return cell->place == nullptr; });
  std::sort(cells.begin(), cells.end(), [](const Finding* a, const Finding* b) {
    return std::pair(a->piece, a->place) < std::pair(b->piece, b->place);
  });
  size_t piece = unit.pieces.size();
  size_t counted = 0;
  int64_t line = 0;
  for (Finding* cell : cells) {
    const std::string_view text = unit.pieces[cell->piece].text;
    if (cell->piece != piece) {
      piece = cell->piece;
      counted = 0;
      line = 1;
    }
    const auto offset = static_cast<size_t>(cell->place - text.data());
    const char next = offset < text.size() ? text[offset] : '\0';
    line += static_cast<int64_t>(CountLineEnds(text.data() + counted, offset - counted, next));
    counted = offset;
    cell->line = line;
  }
}

}  // namespace

UnitParser::UnitParser(const CsvPlan& plan, const std::vector<size_t>& columns, size_t worker,
                       PassState& state, bool first)
    : plan_(plan), columns_(columns), worker_(worker), check_utf8_(first), state_(state) {
  for (const size_t column : columns) builders_.push_back(MakeBuilder(plan, plan.columns[column]));
}

Tokenizer& UnitParser::TokenizerFor(size_t cells) {
  auto& tokenizer = tokenizers_[cells];
  if (tokenizer == nullptr) {
    // Of very wide rows, enough for every column to have a run of cells.
    const size_t tile_bytes = std::clamp(cells * 128, Tokenizer::kTileBytes, size_t{1} << 20);
    tokenizer = std::make_unique<Tokenizer>(plan_.dialect, cells, tile_bytes);
  }
  return *tokenizer;
}

UnitResult UnitParser::Parse(const Unit& unit) {
  UnitResult result;
  result.number = unit.number;
  result.worker = worker_;
  for (const auto& builder : builders_) builder->Start();
  for (const Piece& piece : unit.pieces) ParsePiece(piece, unit.number, result);
  result.chunks.resize(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    ColumnBuilder& builder = *builders_[i];
    const bool skipped =
        state_.first_text_unit[columns_[i]].load(std::memory_order_relaxed) < unit.number;
    if (builder.fit() != Fit::kAsPlanned) {
      result.widened.push_back(
          {builder.fit(), Locate(builder.misfit(), columns_[i], unit, result)});
    }
    if (builder.fit() == Fit::kText) {
      auto& first = state_.first_text_unit[columns_[i]];
      uint64_t known = first.load(std::memory_order_relaxed);
      while (unit.number < known &&
             !first.compare_exchange_weak(known, unit.number, std::memory_order_relaxed)) {
      }
      continue;
    }
    if (!skipped && result.rows > 0) result.chunks[i] = builder.Finish();
    if (builder.rejected() > 0) {
      result.rejected_counts.emplace_back(columns_[i], builder.rejected());
      for (const Misfit& misfit : builder.first_rejected()) {
        result.rejected.push_back(Locate(misfit, columns_[i], unit, result));
      }
    }
  }
  std::stable_sort(result.rejected.begin(), result.rejected.end(),
                   [](const Finding& a, const Finding& b) {
                     return std::pair(a.piece, a.row) < std::pair(b.piece, b.row);
                   });
  if (result.rejected.size() > ColumnBuilder::kKept) result.rejected.resize(ColumnBuilder::kKept);
  std::vector<Finding*> cells;
  for (Finding& cell : result.rejected) cells.push_back(&cell);
  for (UnitResult::Widened& widened : result.widened) cells.push_back(&widened.cell);
  SetLines(unit, std::move(cells));
  return result;
}

void UnitParser::ParsePiece(const Piece& piece, uint64_t unit_number, UnitResult& result) {
  const FilePlan& file = plan_.files[piece.file];
  Tokenizer& tokenizer = TokenizerFor(file.cells);
  tokenizer.Start(piece.text);
  PieceResult found;
  found.file = piece.file;
  found.lines = piece.lines;
  while (tokenizer.Next()) {
    found.rows += static_cast<int64_t>(tokenizer.rows());
    if (tokenizer.rows() == 0) continue;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const size_t column = columns_[i];
      if (state_.first_text_unit[column].load(std::memory_order_relaxed) < unit_number) continue;
      const int64_t position = file.positions[column];
      if (position < 0) {
        builders_[i]->AppendMissing(tokenizer.rows());
      } else {
        builders_[i]->Append(tokenizer.Column(static_cast<size_t>(position)));
      }
    }
  }
  if (check_utf8_) {
    const size_t invalid = FindInvalidUtf8(piece.text);
    if (invalid != std::string_view::npos) found.invalid_utf8_line = LineOf(piece, invalid);
  }
  const IrregularRows& irregular = tokenizer.irregular();
  found.short_rows = irregular.short_rows;
  found.long_rows = irregular.long_rows;
  found.blank_lines = irregular.blank_lines;
  for (const IrregularRow& row : irregular.first) {
    found.first.push_back({row.kind, LineOf(piece, row.offset), row.cells});
  }
  result.rows += found.rows;
  result.pieces.push_back(std::move(found));
}

Finding UnitParser::Locate(const Misfit& misfit, size_t column, const Unit& unit,
                           const UnitResult& result) const {
  Finding finding;
  finding.column = column;
  finding.text = misfit.text;
  finding.reason = misfit.reason;
  auto row = static_cast<int64_t>(misfit.row);
  for (size_t p = 0; p < unit.pieces.size(); ++p) {
    if (row < result.pieces[p].rows || p + 1 == unit.pieces.size()) {
      const Piece& piece = unit.pieces[p];
      finding.piece = p;
      finding.file = piece.file;
      finding.row = row;
      finding.place = misfit.place;
      break;
    }
    row -= result.pieces[p].rows;
  }
  return finding;
}

}  // namespace thalweg::internal
