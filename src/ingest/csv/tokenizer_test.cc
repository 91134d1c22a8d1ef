// The reader of blocks and the tokenizer against a naive state machine, over random texts.
#include "ingest/csv/tokenizer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "ingest/csv/block_reader.h"
#include "ingest/csv/careful_scan.h"
#include "ingest/csv/memory_input_for_test.h"

namespace thalweg::internal {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// The grammar of dialect.h, one character after the other. Nothing where a quote stays open.
std::optional<Rows> NaiveRows(const std::string& text, const Dialect& dialect, size_t columns) {
  Rows rows;
  size_t i = 0;
  const auto at = [&](size_t k) { return k < text.size() ? text[k] : '\0'; };
  const auto is_end = [&](size_t k) {
    return k >= text.size() || text[k] == '\n' || text[k] == '\r';
  };
  const auto skip_end = [&] {
    if (at(i) == '\r' && i + 1 < text.size() && at(i + 1) == '\n') ++i;
    ++i;
  };
  while (i < text.size()) {
    if (dialect.syntax.has_comment && text[i] == dialect.syntax.comment) {
      while (!is_end(i)) ++i;
      skip_end();
      continue;
    }
    std::vector<std::string> row;
    const size_t row_begin = i;
    for (;;) {
      std::string cell;
      size_t k = i;
      while (k < text.size() && dialect.IsBlank(text[k])) ++k;
      if (dialect.syntax.has_quote && k < text.size() && text[k] == dialect.syntax.quote) {
        i = k + 1;
        for (;;) {
          if (i >= text.size()) return std::nullopt;
          if (dialect.has_escape && text[i] == dialect.escape) {
            if (i + 1 >= text.size()) return std::nullopt;
            cell += text[i + 1];
            i += 2;
          } else if (text[i] == dialect.syntax.quote && i + 1 < text.size() &&
                     text[i + 1] == dialect.syntax.quote) {
            cell += dialect.syntax.quote;
            i += 2;
          } else if (text[i] == dialect.syntax.quote) {
            ++i;
            break;
          } else {
            cell += text[i++];
          }
        }
        std::string rest;
        while (!is_end(i) && text[i] != dialect.syntax.separator) rest += text[i++];
        const bool blanks =
            std::all_of(rest.begin(), rest.end(), [&](char c) { return dialect.IsBlank(c); });
        if (!blanks) cell += rest;
      } else {
        while (!is_end(i) && text[i] != dialect.syntax.separator) cell += text[i++];
      }
      row.push_back(cell);
      if (is_end(i)) break;
      ++i;
    }
    const std::string line = text.substr(row_begin, i - row_begin);
    skip_end();
    if (line.empty()) continue;
    if (columns > 1 && row.size() == 1 &&
        std::all_of(line.begin(), line.end(), [&](char c) { return dialect.IsBlank(c); })) {
      continue;
    }
    row.resize(columns, "<absent>");
    rows.push_back(row);
  }
  return rows;
}

FilePlan PlanOf(const std::string& text, size_t read_bytes) {
  return {.input = MemoryInput("text", text, read_bytes),
          .positions = {},
          .mapped_bytes = read_bytes == 0 ? text.size() : 0};
}

Rows ParsedRows(const std::string& text, const Dialect& dialect, size_t columns, size_t block_bytes,
                size_t tile_bytes, size_t read_bytes) {
  CsvPlan plan;
  plan.dialect = dialect;
  plan.block_bytes = block_bytes;
  plan.files.push_back(PlanOf(text, read_bytes));
  const std::vector<TextRun> runs = RunsOf(plan);
  BlockReader reader(plan, {.runs = runs, .shares = SharesOf(plan, runs, 0, 1), .begin = {}}, {});
  Tokenizer tokenizer(dialect, columns, tile_bytes);
  Rows rows;
  Unit unit;
  std::string scratch;
  while (reader.Next(unit)) {
    for (const Piece& piece : unit.pieces) {
      EXPECT_EQ(static_cast<size_t>(piece.lines),
                CountLineEnds(piece.text.data(), piece.text.size(), '\0'));
      tokenizer.Start(piece.text);
      while (tokenizer.Next()) {
        const size_t first = rows.size();
        rows.resize(first + tokenizer.rows());
        for (size_t c = 0; c < columns; ++c) {
          const TileColumn column = tokenizer.Column(c);
          for (size_t r = 0; r < column.rows; ++r) {
            std::string cell = "<absent>";
            if (column.Length(r) >= 0) {
              bool quoted = false;
              const std::string_view raw(column.Begin(r), static_cast<size_t>(column.Length(r)));
              if (!column.quotes) {
                cell = raw;
              } else {
                cell = CellContent(raw, dialect, scratch, quoted);
              }
            }
            rows[first + r].push_back(cell);
          }
        }
      }
    }
  }
  return rows;
}

std::string RandomText(Random& random, std::string_view alphabet, size_t length) {
  std::string text;
  for (size_t i = 0; i < length; ++i) text += alphabet[random.Below(alphabet.size())];
  return text;
}

void Compare(const std::string& text, const Dialect& dialect, size_t columns, Random& random) {
  const auto expected = NaiveRows(text, dialect, columns);
  const size_t block_bytes = 1 + random.Below(2 * text.size() + 2);
  const size_t tile_bytes = 1 + random.Below(2 * text.size() + 2);
  const size_t read_bytes = random.Below(3) == 0 ? 1 + random.Below(20) : 0;
  SCOPED_TRACE(Printable(text, 2000) + " columns " + std::to_string(columns) + " block " +
               std::to_string(block_bytes) + " tile " + std::to_string(tile_bytes) + " read " +
               std::to_string(read_bytes));
  if (!expected) {
    EXPECT_THROW(ParsedRows(text, dialect, columns, block_bytes, tile_bytes, read_bytes),
                 UserError);
    return;
  }
  EXPECT_EQ(ParsedRows(text, dialect, columns, block_bytes, tile_bytes, read_bytes), *expected);
}

TEST(Tokenizer, AgreesWithNaiveStateMachine) {
  const std::vector<std::string_view> alphabets = {
      ",\"\nab", ",\n1", ",\"\n\r a#",  ",\"\"\"\n\nx",
      ",,\r\n",  "\"\n", ",\n\r#\"\\x", "abcdefghij,\n\"klmnopqrstuvwxyz"};
  for (uint64_t i = 0; i < 20000; ++i) {
    Random random(7, {i});
    Dialect dialect;
    dialect.has_escape = random.Below(4) == 0;
    dialect.escape = '\\';
    dialect.syntax.has_comment = random.Below(3) != 0;
    dialect.syntax.has_quote = random.Below(8) != 0;
    const std::string text =
        RandomText(random, alphabets[random.Below(alphabets.size())], random.Below(i % 300 + 1));
    Compare(text, dialect, 1 + random.Below(4), random);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(BlockReader, RowsThatAreTooLongAreTold) {
  CsvPlan plan;
  plan.block_bytes = 100;
  plan.longest_row = 1000;
  const auto error_of = [&plan](const std::string& text, size_t read_bytes) {
    plan.files = {PlanOf(text, read_bytes)};
    const std::vector<TextRun> runs = RunsOf(plan);
    BlockReader reader(plan, {.runs = runs, .shares = SharesOf(plan, runs, 0, 1), .begin = {}}, {});
    Unit unit;
    try {
      while (reader.Next(unit)) {
      }
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const std::string row = std::string(99, 'x') + "\n";
  std::string rows;
  for (int i = 0; i < 20; ++i) rows += row;
  for (const size_t read_bytes : {0, 37}) {
    EXPECT_EQ(error_of(rows, read_bytes), "no error");
    std::string quoted = rows;
    quoted.append("a,\"b").append(rows).append(rows).append("\"\n");
    EXPECT_EQ(error_of(quoted, read_bytes),
              "text, line 21: the quote that opens here is not closed within 1.00 KB; is the quote "
              "character right?");
    EXPECT_EQ(error_of(rows + std::string(5000, 'y') + "\n", read_bytes),
              "text, line 21: the row that begins here is longer than 1.00 KB");
  }
}

// Mostly well-formed tables, so that the fast path is taken with quotes and CRLF.
TEST(Tokenizer, AgreesWithNaiveStateMachineOnTables) {
  for (uint64_t i = 0; i < 3000; ++i) {
    Random random(8, {i});
    const size_t columns = 1 + random.Below(6);
    const std::string_view line_end = random.Below(2) == 0 ? "\n" : "\r\n";
    std::string text;
    const size_t rows = random.Below(40);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < columns; ++c) {
        if (c > 0) text += ',';
        if (random.Below(3) == 0) {
          text += '"' + RandomText(random, random.Below(2) == 0 ? "ab,\n" : "ab,\r\n", 6);
          if (random.Below(4) == 0) text += "\"\"";
          text += '"';
        } else {
          text += RandomText(random, "abc123", random.Below(12));
        }
      }
      if (random.Below(50) == 0) text += ",extra";
      text += random.Below(60) == 0 ? "\n" : line_end;
      if (random.Below(80) == 0) text += "#comment, \"odd\n";
    }
    if (random.Below(2) == 0 && !text.empty()) text.pop_back();
    Compare(text, Dialect(), columns, random);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace thalweg::internal
