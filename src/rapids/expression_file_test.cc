#include "mapreduce/gather_frame.h"
#include "rapids/expression_file_for_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/text.h"
#include "cluster/local/local_ranks.h"
#include "frame/cell_text.h"
#include "frame/chunk_builder.h"
#include "rapids/number_text.h"

namespace thalweg::internal {
namespace {

// Cells of a line of CSV; `quoted` tells which were in quotes.
std::vector<std::string> CsvCells(const std::string& line, std::vector<bool>* quoted) {
  std::vector<std::string> cells(1);
  quoted->assign(1, false);
  bool inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (inside && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back().push_back('"');
        ++i;
      } else {
        inside = !inside;
        quoted->back() = true;
      }
    } else if (line[i] == ',' && !inside) {
      cells.emplace_back();
      quoted->push_back(false);
    } else {
      cells.back().push_back(line[i]);
    }
  }
  return cells;
}

struct Header {
  std::string name;
  ColumnType type = ColumnType::kReal;
  std::vector<std::string> levels;
};

Header ReadHeader(const std::string& cell) {
  Header header;
  const size_t colon = cell.find_last_of(':', cell.find('{'));
  header.name = cell.substr(0, colon);
  std::string type = cell.substr(colon + 1);
  if (const size_t brace = type.find('{'); brace != std::string::npos) {
    const std::string list = type.substr(brace + 1, type.size() - brace - 2);
    if (!list.empty()) {
      for (const auto level : Split(list, '|')) header.levels.emplace_back(level);
    }
    type.resize(brace);
  }
  for (int i = 0; i <= static_cast<int>(ColumnType::kUuid); ++i) {
    if (ColumnTypeName(static_cast<ColumnType>(i)) == type) {
      header.type = static_cast<ColumnType>(i);
      return header;
    }
  }
  throw UserError("unknown type " + type);
}

ChunkPtr EncodeCells(const Header& header, const Domain* domain,
                     const std::vector<std::string>& cells, const std::vector<bool>& missing) {
  if (header.type == ColumnType::kString) {
    std::vector<std::string_view> views;
    for (size_t i = 0; i < cells.size(); ++i) {
      views.push_back(missing[i] ? std::string_view() : std::string_view(cells[i]));
    }
    return EncodeStrings(views);
  }
  if (header.type == ColumnType::kReal) {
    std::vector<double> numbers;
    for (size_t i = 0; i < cells.size(); ++i) {
      numbers.push_back(missing[i] ? kMissingReal : ParseReal(cells[i]).value());
    }
    return EncodeReals(numbers);
  }
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (missing[i]) {
      numbers.push_back(kMissingInt);
    } else if (header.type == ColumnType::kCategorical) {
      numbers.push_back(domain->Find(cells[i]));
      Check(numbers.back() >= 0, "a level of the header");
    } else {
      numbers.push_back(static_cast<int64_t>(ParseReal(cells[i]).value()));
    }
  }
  return EncodeIntegers(numbers);
}

std::string CsvText(const std::string& text) {
  if (!text.empty() && text != "NA" && text.find_first_of(",\"\n") == std::string::npos)
    return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::vector<std::string> FrameText(const Frame& frame) {
  std::vector<std::string> lines(static_cast<size_t>(frame.rows()) + 1);
  for (size_t c = 0; c < frame.columns(); ++c) {
    const Column& column = frame.column(c);
    const char* comma = c > 0 ? "," : "";
    std::string head = frame.name(c) + ":" + std::string(ColumnTypeName(column.type()));
    if (column.domain()) head += "{" + Join(column.domain()->levels(), "|") + "}";
    const bool plain = head.find_first_of(",\"") == std::string::npos;
    lines[0] += comma + (plain ? head : CsvText(head));
    CellReader reader(frame, c);
    reader.Read(0, frame.rows());
    std::vector<int64_t> times;
    if (column.type() == ColumnType::kTime) {
      times.resize(static_cast<size_t>(frame.rows()));
      ReadCells(frame, c, 0, std::span<int64_t>(times));
    }
    for (size_t r = 0; r + 1 < lines.size(); ++r) {
      std::string text = "NA";
      if (!reader.Missing(r)) {
        text.clear();
        if (times.empty()) {
          reader.Append(r, text);
        } else {
          text = std::to_string(times[r]);
        }
        text = CsvText(text);
      }
      lines[r + 1] += comma + text;
    }
  }
  return lines;
}

std::string NumberLine(double number) { return ShortNumberText(number); }

}  // namespace

ExpressionFile ReadExpressionFile(const std::string& path) {
  ExpressionFile file;
  std::ifstream in(path);
  Check(in.good(), "the file is there: " + path);
  std::vector<std::string>* lines = nullptr;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (lines != nullptr && !line.empty()) {
      lines->push_back(line);
    } else if (line.empty()) {
      lines = nullptr;
    } else if (line.starts_with("frame ")) {
      file.frames.push_back({line.substr(6), {}});
      lines = &file.frames.back().lines;
    } else if (line.starts_with("> ")) {
      file.expressions.push_back({line.substr(2), {}, number});
      lines = &file.expressions.back().result;
    } else {
      Check(line.starts_with("#"), "a frame, an expression or a comment: " + line);
    }
  }
  return file;
}

Frame FrameFromText(const std::vector<std::string>& lines, int64_t chunk_rows) {
  std::vector<bool> quoted;
  std::vector<Header> headers;
  for (const std::string& cell : CsvCells(lines.front(), &quoted)) {
    headers.push_back(ReadHeader(cell));
  }
  const size_t rows = lines.size() - 1;
  std::vector<std::vector<std::string>> cells(headers.size());
  std::vector<std::vector<bool>> missing(headers.size());
  for (size_t r = 0; r < rows; ++r) {
    const auto row = CsvCells(lines[r + 1], &quoted);
    Check(row.size() == headers.size(), "a cell per column: " + lines[r + 1]);
    for (size_t c = 0; c < row.size(); ++c) {
      cells[c].push_back(row[c]);
      missing[c].push_back(row[c] == "NA" && !quoted[c]);
    }
  }
  std::vector<int64_t> starts = {0};
  while (starts.back() < static_cast<int64_t>(rows)) {
    starts.push_back(std::min(starts.back() + chunk_rows, static_cast<int64_t>(rows)));
  }
  if (starts.size() == 1) starts.push_back(0);
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < headers.size(); ++c) {
    DomainPtr domain;
    if (headers[c].type == ColumnType::kCategorical) {
      domain = std::make_shared<const Domain>(headers[c].levels);
    }
    std::vector<ChunkPtr> chunks;
    for (size_t k = 0; k + 1 < starts.size(); ++k) {
      const auto part = [&](const auto& all) {
        return std::decay_t<decltype(all)>(all.begin() + starts[k], all.begin() + starts[k + 1]);
      };
      chunks.push_back(EncodeCells(headers[c], domain.get(), part(cells[c]), part(missing[c])));
    }
    names.push_back(headers[c].name);
    columns.push_back(std::make_shared<const Column>(headers[c].type, std::move(chunks), domain));
  }
  return Frame(std::make_shared<const Layout>(starts), std::move(names), std::move(columns));
}

std::vector<std::string> ResultText(const RapidsResult& result) {
  if (const auto* number = std::get_if<double>(&result)) return {NumberLine(*number)};
  if (const auto* text = std::get_if<std::string>(&result)) return {"'" + *text + "'"};
  if (const auto* list = std::get_if<std::vector<double>>(&result)) {
    std::string line = "[";
    for (const double number : *list) line += (line.size() > 1 ? " " : "") + NumberLine(number);
    return {line + "]"};
  }
  if (const auto* list = std::get_if<std::vector<std::string>>(&result)) {
    return {"['" + Join(*list, "' '") + "']"};
  }
  if (const auto* frame = std::get_if<RapidsFrameResult>(&result)) return FrameText(*frame->frame);
  if (const auto* function = std::get_if<RapidsFunctionResult>(&result)) return {function->text};
  std::vector<std::string> lines;
  const auto& map = std::get<RapidsMapResult>(result);
  for (size_t i = 0; i < map.keys.size(); ++i) {
    lines.push_back("key " + map.keys[i]);
    for (std::string& line : FrameText(*map.frames[i].frame)) lines.push_back(std::move(line));
  }
  return lines;
}

bool SameText(std::string_view got, std::string_view wanted) {
  if (got == wanted) return true;
  const auto words = [](std::string_view text) {
    std::vector<std::string> list(1);
    for (const char c : text) {
      if (c == ' ' || c == ',' || c == '[' || c == ']') {
        list.emplace_back(1, c);
        list.emplace_back();
      } else {
        list.back().push_back(c);
      }
    }
    return list;
  };
  const auto a = words(got);
  const auto b = words(wanted);
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    const auto x = ParseReal(a[i]);
    const auto y = ParseReal(b[i]);
    if (x && y && *x == *y) continue;
    if (!x || !y || !(std::abs(*x - *y) <= 1e-9 * std::max(std::abs(*x), std::abs(*y)) + 1e-13)) {
      return false;
    }
  }
  return true;
}

namespace {

// One catalog per rank. What comes out must be the same on all.
std::vector<std::string> Evaluate(const std::string& text, std::vector<Catalog>& catalogs,
                                  size_t threads) {
  std::vector<std::vector<std::string>> lines(catalogs.size());
  // An error of one rank ends the others' waiting.
  try {
    RunLocalRanks(static_cast<int>(catalogs.size()), [&](Communicator& ranks) {
      const auto rank = static_cast<size_t>(ranks.rank());
      const WorkContext work;
      ThreadPool pool(threads);
      const CommandTimes times;
      CommandContext context{ranks, pool, catalogs[rank], work, times};
      RapidsResult result = EvaluateRapids(text, "", context);
      const auto make_whole = [&](RapidsFrameResult& frame) {
        frame.frame = std::make_shared<const Frame>(GatherFrame(*frame.frame, ranks));
      };
      if (auto* frame = std::get_if<RapidsFrameResult>(&result)) make_whole(*frame);
      if (auto* map = std::get_if<RapidsMapResult>(&result)) {
        for (RapidsFrameResult& frame : map->frames) make_whole(frame);
      }
      lines[rank] = ResultText(result);
    });
  } catch (const UserError& error) {
    return {std::string("error: ") + error.what()};
  }
  for (const auto& theirs : lines) EXPECT_EQ(theirs, lines[0]) << text;
  return lines[0];
}

bool Matches(const std::vector<std::string>& got, const std::vector<std::string>& wanted) {
  if (wanted.size() == 1 && wanted[0].starts_with("error: ")) {
    return got.size() == 1 && got[0].starts_with("error: ") &&
           got[0].find(wanted[0].substr(7)) != std::string::npos;
  }
  // A frame without columns has no header.
  if (got.size() != wanted.size()) return false;
  for (size_t i = 0; i < got.size(); ++i) {
    if (!SameText(got[i], wanted[i])) return false;
  }
  return true;
}

struct Setting {
  int64_t chunk_rows;
  size_t threads;
  int ranks;
};

void PrintTo(const Setting& setting, std::ostream* out) {
  *out << setting.chunk_rows << " rows a chunk, " << setting.threads << " threads, "
       << setting.ranks << " ranks";
}

class Expressions : public testing::TestWithParam<Setting> {};

TEST_P(Expressions, ComeToWhatTheirFilesSay) {
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(THALWEG_SOURCE_DIR "/tests/data/rapids")) {
    if (entry.path().extension() != ".txt") continue;
    ++files;
    const ExpressionFile file = ReadExpressionFile(entry.path().string());
    std::vector<Catalog> catalogs(static_cast<size_t>(GetParam().ranks));
    for (const NamedText& frame : file.frames) {
      RunLocalRanks(GetParam().ranks, [&](Communicator& ranks) {
        catalogs[static_cast<size_t>(ranks.rank())].PutFrame(
            frame.name, KeepOwnChunks(FrameFromText(frame.lines, GetParam().chunk_rows), ranks));
      });
    }
    for (const Expression& expression : file.expressions) {
      const auto got = Evaluate(expression.text, catalogs, GetParam().threads);
      EXPECT_TRUE(Matches(got, expression.result))
          << entry.path().filename().string() << ":" << expression.line << ": " << expression.text
          << "\ngot\n"
          << Join(got, "\n") << "\nwanted\n"
          << Join(expression.result, "\n");
    }
  }
  EXPECT_GT(files, 0U);
}

INSTANTIATE_TEST_SUITE_P(ChunksAndRanks, Expressions,
                         testing::Values(Setting{1'000'000, 1, 1}, Setting{7, 1, 1},
                                         Setting{2, 3, 1}, Setting{2, 2, 3},
                                         Setting{1'000'000, 1, 2}));

}  // namespace
}  // namespace thalweg::internal
