#include "ingest/csv/unit_report.h"

#include "base/byte_record.h"

namespace thalweg::internal {
namespace {

template <class T>
void Take(ByteReader& reader, T& number) {
  number = static_cast<T>(reader.Number());
}

template <class T>
void Put(ByteWriter& writer, T number) {
  writer.Number(static_cast<uint64_t>(number));
}

void PutFinding(ByteWriter& writer, const Finding& finding) {
  Put(writer, finding.column);
  Put(writer, finding.file);
  Put(writer, finding.row);
  Put(writer, finding.piece);
  Put(writer, finding.line);
  writer.Text(finding.text);
  writer.Text(finding.reason);
}

Finding TakeFinding(ByteReader& reader) {
  Finding finding;
  Take(reader, finding.column);
  Take(reader, finding.file);
  Take(reader, finding.row);
  Take(reader, finding.piece);
  Take(reader, finding.line);
  finding.text = reader.Text();
  finding.reason = reader.Text();
  return finding;
}

void PutPiece(ByteWriter& writer, const PieceResult& piece) {
  Put(writer, piece.file);
  Put(writer, piece.rows);
  Put(writer, piece.lines);
  Put(writer, piece.short_rows);
  Put(writer, piece.long_rows);
  Put(writer, piece.blank_lines);
  Put(writer, piece.invalid_utf8_line);
  Put(writer, piece.first.size());
  for (const PieceResult::Row& row : piece.first) {
    Put(writer, row.kind);
    Put(writer, row.line);
    Put(writer, row.cells);
  }
}

PieceResult TakePiece(ByteReader& reader) {
  PieceResult piece;
  Take(reader, piece.file);
  Take(reader, piece.rows);
  Take(reader, piece.lines);
  Take(reader, piece.short_rows);
  Take(reader, piece.long_rows);
  Take(reader, piece.blank_lines);
  Take(reader, piece.invalid_utf8_line);
  for (uint64_t n = reader.Number(); n > 0; --n) {
    PieceResult::Row& row = piece.first.emplace_back();
    Take(reader, row.kind);
    Take(reader, row.line);
    Take(reader, row.cells);
  }
  return piece;
}

}  // namespace

std::string UnitReports(const std::vector<UnitResult>& units) {
  ByteWriter writer;
  Put(writer, units.size());
  for (const UnitResult& unit : units) {
    Put(writer, unit.number);
    Put(writer, unit.rows);
    Put(writer, unit.chunks.size());
    Put(writer, unit.pieces.size());
    for (const PieceResult& piece : unit.pieces) PutPiece(writer, piece);
    Put(writer, unit.widened.size());
    for (const UnitResult::Widened& widened : unit.widened) {
      Put(writer, widened.fit);
      PutFinding(writer, widened.cell);
    }
    Put(writer, unit.rejected_counts.size());
    for (const auto& [column, count] : unit.rejected_counts) {
      Put(writer, column);
      Put(writer, count);
    }
    Put(writer, unit.rejected.size());
    for (const Finding& finding : unit.rejected) PutFinding(writer, finding);
  }
  return writer.bytes();
}

void TakeUnitReports(std::string_view bytes, int rank, std::vector<UnitResult>& units) {
  ByteReader reader(bytes, "a rank's report");
  for (uint64_t n = reader.Number(); n > 0; --n) {
    UnitResult& unit = units.emplace_back();
    unit.rank = rank;
    Take(reader, unit.number);
    Take(reader, unit.rows);
    unit.chunks.resize(reader.Number());
    for (uint64_t p = reader.Number(); p > 0; --p) unit.pieces.push_back(TakePiece(reader));
    for (uint64_t w = reader.Number(); w > 0; --w) {
      UnitResult::Widened& widened = unit.widened.emplace_back();
      Take(reader, widened.fit);
      widened.cell = TakeFinding(reader);
    }
    for (uint64_t r = reader.Number(); r > 0; --r) {
      auto& [column, count] = unit.rejected_counts.emplace_back();
      Take(reader, column);
      Take(reader, count);
    }
    for (uint64_t r = reader.Number(); r > 0; --r) unit.rejected.push_back(TakeFinding(reader));
  }
}

}  // namespace thalweg::internal
