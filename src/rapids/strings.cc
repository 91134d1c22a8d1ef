// Functions of strings; on categorical columns they work on the levels.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/regex.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/text_case.h"

namespace thalweg::internal {
namespace {

using TextMap = std::function<std::string(std::string_view)>;
using TextNumber = std::function<double(std::string_view)>;

void CheckText(const Arguments& arguments, const Column& column) {
  if (column.type() != ColumnType::kString && column.type() != ColumnType::kCategorical) {
    arguments.Fail(0, "must hold strings or levels, not a column of type " +
                          std::string(ColumnTypeName(column.type())) +
                          "; convert it first (as.character)");
  }
}

std::vector<std::string> Numbered(size_t count) {
  std::vector<std::string> names;
  for (size_t c = 0; c < count; ++c) names.push_back("C" + std::to_string(c + 1));
  return names;
}

// Levels that become equal are joined; they stand in the order of the old ones.
ColumnPtr MapLevels(const Layout& layout, const Column& column, Evaluator& evaluator,
                    const TextMap& map) {
  std::vector<std::string> levels;
  std::unordered_map<std::string, int64_t> known;
  std::vector<int64_t> codes;
  for (const std::string& level : column.domain()->levels()) {
    std::string text = map(level);
    const auto [at, added] = known.emplace(text, static_cast<int64_t>(levels.size()));
    if (added) levels.push_back(std::move(text));
    codes.push_back(at->second);
  }
  std::vector<ChunkPtr> chunks(layout.chunks());
  ForEachChunk(layout, evaluator,
               [&](size_t chunk) { chunks[chunk] = RemapCodes(column.chunk(chunk), codes); });
  return std::make_shared<const Column>(ColumnType::kCategorical, std::move(chunks),
                                        std::make_shared<const Domain>(std::move(levels)));
}

ColumnPtr MapText(const Layout& layout, const Column& column, Evaluator& evaluator,
                  const TextMap& map) {
  if (column.type() == ColumnType::kCategorical) {
    return MapLevels(layout, column, evaluator, map);
  }
  return MakeStrings(layout, evaluator, [&](size_t chunk, StringCells& out) {
    for (const auto cell : ChunkCells<std::string_view>(column, chunk)) {
      cell.data() == nullptr ? out.AddMissing() : out.Add(map(cell));
    }
  });
}

// Keeps the names where `named`, else C1, C2, … as H2O does.
Value MapTexts(const Arguments& arguments, Evaluator& evaluator, const TextMap& map,
               bool named = false) {
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    CheckText(arguments, frame->column(c));
    columns.push_back(MapText(frame->layout(), frame->column(c), evaluator, map));
  }
  return Frame(frame->layout_ptr(), named ? frame->names() : Numbered(frame->columns()),
               std::move(columns));
}

ColumnPtr NumbersOfText(const Layout& layout, const Column& column, Evaluator& evaluator,
                        const TextNumber& number) {
  std::vector<double> by_level;
  if (column.domain()) {
    for (const std::string& level : column.domain()->levels()) by_level.push_back(number(level));
  }
  return MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    if (column.domain()) {
      column.chunk(chunk).Decode(0, out);
      for (double& cell : out) {
        if (!std::isnan(cell)) cell = by_level[static_cast<size_t>(cell)];
      }
      return;
    }
    const auto cells = ChunkCells<std::string_view>(column, chunk);
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = cells[i].data() == nullptr ? kMissingReal : number(cells[i]);
    }
  });
}

Value NumberTexts(const Arguments& arguments, Evaluator& evaluator, const TextNumber& number) {
  const FramePtr frame = arguments.FrameAt(0);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    CheckText(arguments, frame->column(c));
    columns.push_back(NumbersOfText(frame->layout(), frame->column(c), evaluator, number));
  }
  return Frame(frame->layout_ptr(), Numbered(frame->columns()), std::move(columns));
}

// The starts of the characters, and the end of the text.
std::vector<size_t> Characters(std::string_view text) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size();) {
    starts.push_back(i);
    i += std::max<size_t>(1, Utf8Length(text.substr(i)));
  }
  starts.push_back(text.size());
  return starts;
}

// Of the characters, in bits.
double EntropyOf(std::string_view text) {
  const auto starts = Characters(text);
  std::unordered_map<std::string_view, double> counts;
  for (size_t i = 0; i + 1 < starts.size(); ++i) {
    ++counts[text.substr(starts[i], starts[i + 1] - starts[i])];
  }
  std::vector<double> shares;
  for (const auto& [character, count] : counts) {
    shares.push_back(count / static_cast<double>(starts.size() - 1));
  }
  std::sort(shares.begin(), shares.end());
  double entropy = 0;
  for (const double share : shares) entropy -= share * std::log2(share);
  return entropy + 0.0;
}

std::string Stripped(std::string_view text, const std::string& set, bool left) {
  const auto chars = Characters(set);
  const auto contains = [&](std::string_view character) {
    for (size_t i = 0; i + 1 < chars.size(); ++i) {
      if (std::string_view(set).substr(chars[i], chars[i + 1] - chars[i]) == character) return true;
    }
    return false;
  };
  const auto starts = Characters(text);
  size_t begin = 0;
  size_t end = starts.size() - 1;
  const auto character = [&](size_t i) {
    return text.substr(starts[i], starts[i + 1] - starts[i]);
  };
  if (left) {
    while (begin < end && contains(character(begin))) ++begin;
  } else {
    while (begin < end && contains(character(end - 1))) --end;
  }
  return std::string(text.substr(starts[begin], starts[end] - starts[begin]));
}

}  // namespace

Value ToUpperText(const Arguments& arguments, Evaluator& evaluator) {
  return MapTexts(arguments, evaluator, UpperCase);
}
Value ToLowerText(const Arguments& arguments, Evaluator& evaluator) {
  return MapTexts(arguments, evaluator, LowerCase);
}
Value TrimText(const Arguments& arguments, Evaluator& evaluator) {
  return MapTexts(arguments, evaluator, [](std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return std::string(text);
  });
}
Value StripLeft(const Arguments& arguments, Evaluator& evaluator) {
  const std::string set = arguments.size() > 1 ? arguments.Text(1) : " ";
  return MapTexts(arguments, evaluator,
                  [&](std::string_view text) { return Stripped(text, set, true); });
}
Value StripRight(const Arguments& arguments, Evaluator& evaluator) {
  const std::string set = arguments.size() > 1 ? arguments.Text(1) : " ";
  return MapTexts(arguments, evaluator,
                  [&](std::string_view text) { return Stripped(text, set, false); });
}

Value TextLength(const Arguments& arguments, Evaluator& evaluator) {
  return NumberTexts(arguments, evaluator, [](std::string_view text) {
    // As Java counts: characters beyond the first plane are two.
    double length = 0;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte & 0xc0) != 0x80) length += byte >= 0xf0 ? 2 : 1;
    }
    return length;
  });
}

Value Entropy(const Arguments& arguments, Evaluator& evaluator) {
  return NumberTexts(arguments, evaluator, EntropyOf);
}

Value CountMatches(const Arguments& arguments, Evaluator& evaluator) {
  const std::vector<std::string> wanted = arguments.Texts(1);
  return NumberTexts(arguments, evaluator, [&](std::string_view text) {
    double count = 0;
    for (const std::string& part : wanted) {
      if (part.empty()) continue;
      for (size_t at = text.find(part); at != std::string_view::npos;
           at = text.find(part, at + part.size())) {
        ++count;
      }
    }
    return count;
  });
}

Value Substring(const Arguments& arguments, Evaluator& evaluator) {
  const double begin = std::max(0.0, arguments.Number(1));
  const double end = arguments.size() > 2 && !arguments.Nothing(2) ? arguments.Number(2) : HUGE_VAL;
  return MapTexts(arguments, evaluator, [&](std::string_view text) -> std::string {
    const auto starts = Characters(text);
    const auto most = static_cast<double>(starts.size() - 1);
    const double from = std::min(begin, most);
    const double to = std::clamp(end, from, std::max(from, most));
    if (!(to > from)) return {};
    const size_t first = starts[static_cast<size_t>(from)];
    return std::string(text.substr(first, starts[static_cast<size_t>(to)] - first));
  });
}

Value ReplaceFirstText(const Arguments& arguments, Evaluator& evaluator) {
  const Regex regex(arguments.Text(1));
  const Replacement by(arguments.Text(2), regex);
  // As in H2O, the text loses its case, not the pattern.
  const bool ignore = arguments.size() > 3 && arguments.Flag(3);
  return MapTexts(
      arguments, evaluator,
      [&](std::string_view text) {
        return regex.ReplaceFirst(ignore ? LowerCase(text) : std::string(text), by);
      },
      true);
}

Value ReplaceAllText(const Arguments& arguments, Evaluator& evaluator) {
  const Regex regex(arguments.Text(1));
  const Replacement by(arguments.Text(2), regex);
  const bool ignore = arguments.size() > 3 && arguments.Flag(3);
  return MapTexts(arguments, evaluator, [&](std::string_view text) {
    return regex.ReplaceAll(ignore ? LowerCase(text) : std::string(text), by);
  });
}

// (grep column pattern ignore_case invert logical)
Value Grep(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const ColumnPtr column = arguments.ColumnAt(0);
  CheckText(arguments, *column);
  const auto flag = [&](size_t i) { return arguments.size() > i && arguments.Flag(i); };
  const Regex regex(arguments.Text(1), flag(2));
  const bool invert = flag(3);
  const ColumnPtr found =
      NumbersOfText(frame->layout(), *column, evaluator,
                    [&](std::string_view text) { return regex.Contains(text) ? 1.0 : 0.0; });
  const Layout& layout = frame->layout();
  // Missing cells do not match.
  const auto marks = MakeNumbers(layout, evaluator, [&](size_t chunk, std::span<double> out) {
    found->chunk(chunk).Decode(0, out);
    for (double& cell : out) cell = (cell == 1) != invert ? 1 : 0;
  });
  Frame logical(frame->layout_ptr(), {"C1"}, {marks});
  if (flag(4)) return logical;
  const Arguments which("which", {Value(std::move(logical))});
  return Which(which, evaluator);
}

Value SplitText(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const Regex regex(arguments.Text(1));
  const Layout& layout = frame->layout();
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    CheckText(arguments, column);
    if (column.domain()) {
      std::vector<std::vector<std::string>> pieces;
      size_t most = 0;
      for (const std::string& level : column.domain()->levels()) {
        pieces.push_back(regex.Split(level));
        most = std::max(most, pieces.back().size());
      }
      for (size_t k = 0; k < most; ++k) {
        std::vector<std::string> levels;
        for (const auto& piece : pieces) {
          if (k < piece.size()) levels.push_back(piece[k]);
        }
        std::sort(levels.begin(), levels.end());
        levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
        auto domain = std::make_shared<const Domain>(std::move(levels));
        std::vector<int64_t> codes;
        for (const auto& piece : pieces) {
          codes.push_back(k < piece.size() ? domain->Find(piece[k]) : kMissingInt);
        }
        columns.push_back(MakeIntegers(layout, evaluator, ColumnType::kCategorical, domain,
                                       [&](size_t chunk, std::span<int64_t> out) {
                                         column.chunk(chunk).Decode(0, out);
                                         for (int64_t& code : out) {
                                           if (code != kMissingInt)
                                             code = codes[static_cast<size_t>(code)];
                                         }
                                       }));
      }
      continue;
    }
    // How many pieces there are at most, then their columns, a chunk at a time.
    size_t most = 0;
    for (const size_t part : ChunkParts(layout, evaluator, [&](size_t chunk) {
           size_t pieces = 0;
           for (const auto cell : ChunkCells<std::string_view>(column, chunk)) {
             if (cell.data() != nullptr) pieces = std::max(pieces, regex.Split(cell).size());
           }
           return pieces;
         })) {
      most = std::max(most, part);
    }
    RequireMemory(static_cast<double>(most) * static_cast<double>(frame->rows()), "strsplit");
    std::vector<std::vector<ChunkPtr>> chunks(most, std::vector<ChunkPtr>(layout.chunks()));
    ForEachChunk(layout, evaluator, [&](size_t chunk) {
      const auto rows = static_cast<size_t>(layout.ChunkRows(chunk));
      std::vector<StringCells> out(most, StringCells(rows));
      for (const auto cell : ChunkCells<std::string_view>(column, chunk)) {
        std::vector<std::string> pieces;
        if (cell.data() != nullptr) pieces = regex.Split(cell);
        for (size_t k = 0; k < most; ++k) {
          k < pieces.size() ? out[k].Add(pieces[k]) : out[k].AddMissing();
        }
      }
      for (size_t k = 0; k < most; ++k) chunks[k][chunk] = out[k].Encode();
    });
    for (auto& list : chunks) {
      columns.push_back(std::make_shared<const Column>(ColumnType::kString, std::move(list)));
    }
  }
  auto names = Numbered(columns.size());
  return Frame(frame->layout_ptr(), std::move(names), std::move(columns));
}

// One token per row; a missing cell ends the tokens of each row of the frame.
Value Tokenize(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const Regex regex(arguments.Text(1));
  const Layout& layout = frame->layout();
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (frame->column(c).type() != ColumnType::kString) {
      arguments.Fail(0, "must hold strings only; convert its columns first (as.character)");
    }
  }
  std::vector<ChunkPtr> chunks(layout.chunks());
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    std::vector<std::vector<std::string_view>> cells;
    for (size_t c = 0; c < frame->columns(); ++c) {
      cells.push_back(ChunkCells<std::string_view>(frame->column(c), chunk));
    }
    StringCells out(static_cast<size_t>(layout.ChunkRows(chunk)));
    for (size_t r = 0; r < static_cast<size_t>(layout.ChunkRows(chunk)); ++r) {
      for (const auto& column : cells) {
        if (column[r].data() == nullptr) continue;
        for (const std::string& piece : regex.Split(column[r])) out.Add(piece);
      }
      out.AddMissing();
    }
    chunks[chunk] = out.Encode();
  });
  const LayoutPtr tokens =
      LayoutOfChunks(layout, evaluator, [&](size_t chunk) { return chunks[chunk]->rows(); });
  auto column = std::make_shared<const Column>(ColumnType::kString, std::move(chunks));
  return Frame(tokens, {"C1"}, {std::move(column)});
}

Value ValidSubstrings(const Arguments& arguments, Evaluator& /*evaluator*/) {
  arguments.Fail(1, "names a file on the server; expressions read no files here");
}

}  // namespace thalweg::internal
