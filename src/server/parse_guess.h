// What H2O's clients expect a parse to guess: header and column types by the same rules as the
// server they were written for, so that scripts find the types that they were made for.
#pragma once

#include <string>
#include <vector>

#include "ingest/csv/preview.h"
#include "server/schemas/parse_setup.h"

namespace thalweg {

// The times that are recognized without being asked for, as ParseOptions::time_formats; others
// (such as ISO 8601 with a T) are texts unless the user says that a column holds times, and then
// all that `TimeFormats` tells are tried before the parser's own.
std::vector<std::string> GuessedTimeFormats();

// Whether the first row holds names: it holds texts alone, and the row below is not of texts alone.
bool GuessWireHeader(const std::vector<PreviewRow>& rows);

// The type of a column by its cells (null: the row is too short): "Numeric", "Enum", "String",
// "Time", "UUID".
std::string GuessWireType(const std::vector<const PreviewCell*>& cells);

// Everything for a set of text files. `check_header`: 1 and -1 state, 0 guesses.
ParseGuess GuessCsv(const CsvPreview& preview, int64_t check_header);

// "Numeric" for "numeric", "real", "int", …; empty for what is no type.
std::string CanonicalWireType(const std::string& name);
// Of a canonical name. Integers may become reals.
ColumnType TypeOfWireType(const std::string& name);
std::string WireTypeOf(ColumnType type);

// The name of a frame made from a file or an upload: see protocol notes §9.13.
std::string FrameNameOf(const std::string& source, bool uploaded);

}  // namespace thalweg
