#include "server/commands/make_frames.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "frame/cell_text.h"
#include "frame/chunk_builder.h"
#include "jobs/rank_frames.h"
#include "server/commands/arguments.h"
#include "server/commands/column_kinds.h"

namespace thalweg {
namespace {

std::vector<std::string> TextsOf(const Json& arguments, const char* name) {
  return boost::json::value_to<std::vector<std::string>>(arguments.at(name));
}

constexpr uint64_t kMissingStream = 0x6d697373;

// The same cells, some of them missing.
ChunkPtr WithMissing(ColumnType type, const Chunk& chunk, double fraction, Random& random) {
  const size_t rows = chunk.rows();
  const auto blank = [&](auto cells, auto missing, auto encode) {
    chunk.Decode(0, std::span(cells));
    for (auto& cell : cells) {
      if (random.Bernoulli(fraction)) cell = missing;
    }
    return encode(cells);
  };
  switch (type) {
    case ColumnType::kReal:
      return blank(std::vector<double>(rows), kMissingReal,
                   [](const auto& cells) { return EncodeReals(cells); });
    case ColumnType::kInteger:
    case ColumnType::kCategorical:
    case ColumnType::kTime:
      return blank(std::vector<int64_t>(rows), kMissingInt,
                   [](const auto& cells) { return EncodeIntegers(cells); });
    case ColumnType::kString:
      return blank(std::vector<std::string_view>(rows), std::string_view(),
                   [](const auto& cells) { return EncodeStrings(cells); });
    case ColumnType::kUuid:
      break;
  }
  return blank(std::vector<Uuid>(rows), kMissingUuid,
               [](const auto& cells) { return EncodeUuids(cells); });
}

// Every column chunk by chunk: column(c) has chunks of make(c, chunk).
template <class Make>
std::vector<std::vector<ChunkPtr>> MakeChunks(size_t columns, size_t chunks, ThreadPool& pool,
                                              const WorkContext& work, Make make) {
  std::vector<std::vector<ChunkPtr>> made(columns, std::vector<ChunkPtr>(chunks));
  pool.Run(columns * chunks, [&](size_t task, size_t) {
    work.ThrowIfCancelled();
    made[task / chunks][task % chunks] = make(task / chunks, task % chunks);
  });
  return made;
}

DomainPtr NumberedLevels(const std::string& prefix, int64_t count) {
  std::vector<std::string> levels;
  for (int64_t i = 0; i < count; ++i) levels.push_back(prefix + std::to_string(i));
  return std::make_shared<const Domain>(std::move(levels));
}

struct RandomColumn {
  RandomKind kind = RandomKind::kReal;
  std::string name;
  DomainPtr domain = nullptr;
  double range = 0;  // of reals and integers
  bool positive = false;
};

double RealOf(const Json& arguments, const char* name) {
  return arguments.at(name).to_number<double>();
}

std::vector<RandomColumn> ChooseColumns(const Json& arguments) {
  const auto count = arguments.at("cols").to_number<size_t>();
  const auto seed = arguments.at("seed").to_number<int64_t>();
  const auto type_seed = arguments.at("seed_for_column_types").to_number<int64_t>();
  const bool randomize = arguments.at("randomize").as_bool();
  std::vector<RandomColumn> columns;
  if (arguments.at("has_response").as_bool()) {
    RandomColumn response{.name = "response"};
    const auto levels = arguments.at("response_factors").to_number<int64_t>();
    response.range = RealOf(arguments, "real_range");
    response.positive = arguments.at("positive_response").as_bool();
    if (levels > 1) {
      response.kind = RandomKind::kCategorical;
      response.domain = NumberedLevels("", levels);
    }
    columns.push_back(std::move(response));
  }
  const KindFractions fractions = {.categorical = RealOf(arguments, "categorical_fraction"),
                                   .integer = RealOf(arguments, "integer_fraction"),
                                   .binary = RealOf(arguments, "binary_fraction"),
                                   .time = RealOf(arguments, "time_fraction"),
                                   .string = RealOf(arguments, "string_fraction")};
  const std::vector<RandomKind> kinds =
      ChooseKinds(count, fractions, static_cast<uint64_t>(type_seed == -1 ? seed : type_seed));
  for (size_t i = 0; i < count; ++i) {
    RandomColumn column{.kind = randomize ? kinds[i] : RandomKind::kConstant,
                        .name = "C" + std::to_string(i + 1)};
    column.range =
        RealOf(arguments, column.kind == RandomKind::kInteger ? "integer_range" : "real_range");
    if (column.kind == RandomKind::kCategorical) {
      column.domain = NumberedLevels("c" + std::to_string(i) + ".l",
                                     arguments.at("factors").to_number<int64_t>());
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

ColumnType TypeOf(RandomKind kind, double value) {
  switch (kind) {
    case RandomKind::kReal:
      return ColumnType::kReal;
    case RandomKind::kConstant:
      return value == std::trunc(value) ? ColumnType::kInteger : ColumnType::kReal;
    case RandomKind::kInteger:
    case RandomKind::kBinary:
      return ColumnType::kInteger;
    case RandomKind::kCategorical:
      return ColumnType::kCategorical;
    case RandomKind::kTime:
      return ColumnType::kTime;
    case RandomKind::kString:
      break;
  }
  return ColumnType::kString;
}

constexpr int64_t kLatestTime = 1576800000000;  // fifty years of 365 days, as H2O draws them
constexpr size_t kRandomLetters = 8;

ChunkPtr MakeChunk(const RandomColumn& column, size_t rows, const Json& arguments, Random& random) {
  const double missing = RealOf(arguments, "missing_fraction");
  const auto reals = [&](auto draw) {
    std::vector<double> cells(rows);
    for (double& cell : cells) {
      cell = draw();
      if (random.Bernoulli(missing)) cell = kMissingReal;
    }
    return EncodeReals(cells);
  };
  const auto integers = [&](auto draw) {
    std::vector<int64_t> cells(rows);
    for (int64_t& cell : cells) {
      cell = draw();
      if (random.Bernoulli(missing)) cell = kMissingInt;
    }
    return EncodeIntegers(cells);
  };
  switch (column.kind) {
    case RandomKind::kReal:
      return reals(
          [&] { return random.Uniform(column.positive ? 0 : -column.range, column.range); });
    case RandomKind::kConstant:
      return reals([&] { return RealOf(arguments, "value"); });
    case RandomKind::kInteger: {
      const auto range = static_cast<int64_t>(column.range);
      return integers([&] {
        return static_cast<int64_t>(random.Below(2 * static_cast<uint64_t>(range) + 1)) - range;
      });
    }
    case RandomKind::kBinary: {
      const double ones = RealOf(arguments, "binary_ones_fraction");
      return integers([&]() -> int64_t { return random.Bernoulli(ones) ? 1 : 0; });
    }
    case RandomKind::kCategorical:
      return integers([&] { return static_cast<int64_t>(random.Below(column.domain->size())); });
    case RandomKind::kTime:
      return integers([&] { return static_cast<int64_t>(random.Below(kLatestTime)); });
    case RandomKind::kString:
      break;
  }
  std::string letters(rows * kRandomLetters, 'A');
  std::vector<std::string_view> cells(rows);
  for (size_t i = 0; i < rows; ++i) {
    char* begin = letters.data() + i * kRandomLetters;
    for (size_t k = 0; k < kRandomLetters; ++k) {
      begin[k] = static_cast<char>('A' + random.Below(26));
    }
    if (!random.Bernoulli(missing)) cells[i] = {begin, kRandomLetters};
  }
  return EncodeStrings(cells);
}

// A combination of levels, as codes, and how often it occurs.
struct Combination {
  std::vector<int64_t> codes;
  int64_t count = 0;
  size_t slot = 0;
};

// Combinations that are equally common come in the order in which H2O has them: that of the slots
// of a hash table with linear probing, filled in the order of first appearance. Found by looking at
// its answers, not at its code.
void FindSlots(std::vector<Combination>& combinations) {
  size_t size = 8;
  while (size < 4 * combinations.size()) size *= 2;
  std::vector<bool> taken(size);
  for (Combination& combination : combinations) {
    uint64_t hash = 0;
    for (const int64_t code : combination.codes) {
      hash ^= code == kMissingInt ? 0x7fffffff : static_cast<uint64_t>(code);
    }
    size_t slot = hash & (size - 1);
    while (taken[slot]) slot = (slot + 1) & (size - 1);
    taken[slot] = true;
    combination.slot = slot;
  }
}

// The levels of columns at `positions` put together: a column of their combinations.
ColumnPtr Combine(const Frame& frame, const std::vector<size_t>& positions, size_t max_levels,
                  int64_t min_count) {
  const auto rows = static_cast<size_t>(frame.rows());
  // One column alone keeps its missing cells; in combinations they are a level.
  const bool alone = positions.size() == 1;
  std::vector<std::vector<int64_t>> codes(positions.size(), std::vector<int64_t>(rows));
  for (size_t k = 0; k < positions.size(); ++k) {
    ReadCells(frame, positions[k], 0, std::span<int64_t>(codes[k]));
  }
  std::map<std::vector<int64_t>, size_t> places;  // in `order`
  std::vector<Combination> order;                 // of first appearance, at first
  std::vector<int64_t> key(positions.size());
  const auto key_of = [&](size_t row) {
    for (size_t k = 0; k < key.size(); ++k) key[k] = codes[k][row];
    return alone && key[0] == kMissingInt;
  };
  for (size_t row = 0; row < rows; ++row) {
    if (key_of(row)) continue;
    const auto [place, fresh] = places.emplace(key, order.size());
    if (fresh) order.push_back({.codes = key});
    ++order[place->second].count;
  }
  FindSlots(order);
  std::sort(order.begin(), order.end(), [](const Combination& a, const Combination& b) {
    return std::pair(-a.count, a.slot) < std::pair(-b.count, b.slot);
  });
  std::map<std::vector<int64_t>, int64_t> code_of;
  std::vector<std::string> levels;
  for (const auto& [combination, count, slot] : order) {
    if (levels.size() == max_levels || count < min_count) break;
    std::string level;
    for (size_t k = 0; k < combination.size(); ++k) {
      if (k > 0) level += '_';
      const Domain& domain = *frame.column(positions[k]).domain();
      level += combination[k] == kMissingInt ? "NA"
                                             : domain.levels()[static_cast<size_t>(combination[k])];
    }
    code_of[combination] = static_cast<int64_t>(levels.size());
    levels.push_back(std::move(level));
  }
  const auto other = static_cast<int64_t>(levels.size());
  if (levels.size() < order.size()) levels.emplace_back("other");
  std::vector<ChunkPtr> chunks;
  std::vector<int64_t> cells;
  const Layout& layout = frame.layout();
  for (size_t i = 0; i < layout.chunks(); ++i) {
    cells.clear();
    const auto begin = static_cast<size_t>(layout.ChunkStart(i));
    for (size_t row = begin; row < begin + static_cast<size_t>(layout.ChunkRows(i)); ++row) {
      if (key_of(row)) {
        cells.push_back(kMissingInt);
        continue;
      }
      const auto found = code_of.find(key);
      cells.push_back(found == code_of.end() ? other : found->second);
    }
    chunks.push_back(EncodeIntegers(cells));
  }
  return std::make_shared<const Column>(ColumnType::kCategorical, std::move(chunks),
                                        std::make_shared<const Domain>(std::move(levels)));
}

// Of a cell in memory, about.
double BytesPerCell(const RandomColumn& column) {
  const auto packed = [](double values) { return std::log2(std::max(2.0, values)) / 8; };
  switch (column.kind) {
    case RandomKind::kReal:
      return 8;
    case RandomKind::kConstant:
      return 0;
    case RandomKind::kInteger:
      return packed(2 * column.range + 1);
    case RandomKind::kBinary:
      return packed(2);
    case RandomKind::kCategorical:
      return packed(static_cast<double>(column.domain->size()));
    case RandomKind::kTime:
      return packed(static_cast<double>(kLatestTime));
    case RandomKind::kString:
      break;
  }
  return kRandomLetters + 4;
}

// Of what a frame takes beside its cells, about: known before any of it is made.
double BytesBesideCells(const Json& arguments, int64_t chunk_rows) {
  constexpr double kPerColumn = 256;
  constexpr double kPerChunk = 128;
  constexpr double kPerLevel = 48;
  const auto columns = RealOf(arguments, "cols") + 1;
  const double chunks = std::ceil(RealOf(arguments, "rows") / static_cast<double>(chunk_rows));
  double levels =
      columns * RealOf(arguments, "categorical_fraction") * RealOf(arguments, "factors");
  if (arguments.at("has_response").as_bool()) levels += RealOf(arguments, "response_factors");
  return columns * (kPerColumn + chunks * kPerChunk) + levels * kPerLevel;
}

}  // namespace

Json CreateFrameCommand(const Json& arguments, CommandContext& context) {
  constexpr int64_t kChunkRows = 1 << 16;
  const auto rows = arguments.at("rows").to_number<int64_t>();
  const auto seed = static_cast<uint64_t>(arguments.at("seed").to_number<int64_t>());
  const double beside = BytesBesideCells(arguments, kChunkRows);
  const std::string what = "the frame " + Printable(TextOf(arguments, "dest"));
  if (context.ranks.rank() == 0) RequireMemory(beside * context.ranks.size(), what);
  context.ranks.Barrier();
  const std::vector<RandomColumn> plans = ChooseColumns(arguments);
  if (context.ranks.rank() == 0) {
    double row_bytes = 0;
    for (const RandomColumn& plan : plans) row_bytes += BytesPerCell(plan);
    // Each rank makes all of it before it keeps its share.
    RequireMemory((row_bytes * static_cast<double>(rows) + beside) * context.ranks.size(), what);
  }
  context.ranks.Barrier();
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) starts.push_back(std::min(rows, starts.back() + kChunkRows));
  const auto layout = std::make_shared<const Layout>(starts);
  auto chunks = MakeChunks(
      plans.size(), layout->chunks(), context.pool, context.work, [&](size_t c, size_t chunk) {
        Random random(seed, {c, chunk});
        return MakeChunk(plans[c], static_cast<size_t>(layout->ChunkRows(chunk)), arguments,
                         random);
      });
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < plans.size(); ++c) {
    names.push_back(plans[c].name);
    columns.push_back(std::make_shared<const Column>(
        TypeOf(plans[c].kind, RealOf(arguments, "value")), std::move(chunks[c]), plans[c].domain));
  }
  PutWholeFrame(TextOf(arguments, "dest"), {layout, std::move(names), std::move(columns)}, context);
  return nullptr;
}

Json InsertMissingCommand(const Json& arguments, CommandContext& context) {
  const std::string name = TextOf(arguments, "frame");
  const auto frame = GetWholeFrame(name, context);
  const double fraction = RealOf(arguments, "fraction");
  const auto seed = static_cast<uint64_t>(arguments.at("seed").to_number<int64_t>());
  RequireMemory(static_cast<double>(frame->ByteSize()),
                "the frame " + Printable(name) + " with missing cells");
  auto chunks =
      MakeChunks(frame->columns(), frame->layout().chunks(), context.pool, context.work,
                 [&](size_t c, size_t chunk) {
                   Random random(seed, {kMissingStream, c, chunk});
                   const Column& column = frame->column(c);
                   return WithMissing(column.type(), column.chunk(chunk), fraction, random);
                 });
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const Column& column = frame->column(c);
    columns.push_back(
        std::make_shared<const Column>(column.type(), std::move(chunks[c]), column.domain()));
  }
  // Owners are chosen anew, as for any frame that is put.
  std::vector<int64_t> starts;
  for (size_t i = 0; i < frame->layout().chunks(); ++i) {
    starts.push_back(frame->layout().ChunkStart(i));
  }
  starts.push_back(frame->rows());
  PutWholeFrame(name, {std::make_shared<const Layout>(starts), frame->names(), std::move(columns)},
                context);
  return nullptr;
}

Json InteractionCommand(const Json& arguments, CommandContext& context) {
  const auto frame = GetWholeFrame(TextOf(arguments, "source"), context);
  std::vector<size_t> positions;
  for (const std::string& name : TextsOf(arguments, "columns")) {
    positions.push_back(frame->IndexOf(name));
    if (frame->column(positions.back()).domain() == nullptr) {
      throw UserError("Column " + name + " is not categorical.");
    }
  }
  std::vector<std::vector<size_t>> groups;
  if (arguments.at("pairwise").as_bool() && positions.size() > 1) {
    for (size_t a = 0; a < positions.size(); ++a) {
      for (size_t b = a + 1; b < positions.size(); ++b) {
        groups.push_back({positions[a], positions[b]});
      }
    }
  } else {
    groups.push_back(positions);
  }
  // The codes of a group's columns, and the new column; those of the others stay.
  const auto group_columns = static_cast<double>(groups[0].size());
  RequireMemory(static_cast<double>(frame->rows()) *
                    (8 * group_columns + 4 * static_cast<double>(groups.size())),
                "the interaction of columns of " + Printable(TextOf(arguments, "source")));
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (const std::vector<size_t>& group : groups) {
    context.work.ThrowIfCancelled();
    std::string name = frame->name(group[0]);
    for (size_t k = 1; k < group.size(); ++k) name += "_" + frame->name(group[k]);
    if (group.size() == 1) name += "_" + name;
    names.push_back(std::move(name));
    columns.push_back(Combine(*frame, group, arguments.at("max_levels").to_number<size_t>(),
                              arguments.at("min_count").to_number<int64_t>()));
  }
  PutWholeFrame(TextOf(arguments, "frame"),
                {frame->layout_ptr(), std::move(names), std::move(columns)}, context);
  return nullptr;
}

Json SplitFrameCommand(const Json& arguments, CommandContext& context) {
  const auto frame = GetWholeFrame(TextOf(arguments, "source"), context);
  const std::vector<std::string> names = TextsOf(arguments, "frames");
  const auto ratios = boost::json::value_to<std::vector<double>>(arguments.at("ratios"));
  int64_t begin = 0;
  double sum = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    int64_t end = frame->rows();
    if (i < ratios.size()) {
      sum += ratios[i];
      end = std::min(end, static_cast<int64_t>(sum * static_cast<double>(frame->rows())));
    }
    if (i + 1 == names.size()) end = frame->rows();
    PutWholeFrame(names[i], frame->Slice(begin, std::max(begin, end)), context);
    begin = std::max(begin, end);
  }
  return nullptr;
}

Json FindCellCommand(const Json& arguments, CommandContext& context) {
  const auto frame = GetWholeFrame(TextOf(arguments, "frame"), context);
  const auto column = arguments.at("column").to_number<size_t>();
  // Another frame may have taken the name since the position was looked up.
  if (column >= frame->columns()) throw UserError("the frame was replaced while it was searched");
  const auto from = arguments.at("row").to_number<int64_t>();
  const std::string wanted = TextOf(arguments, "text");
  int64_t previous = -1;
  int64_t next = -1;
  CellReader reader(*frame, column);
  constexpr int64_t kBlock = 4096;
  std::string text;
  for (int64_t begin = 0; begin < frame->rows() && next < 0; begin += kBlock) {
    context.work.ThrowIfCancelled();
    const int64_t end = std::min(frame->rows(), begin + kBlock);
    reader.Read(begin, end);
    for (int64_t row = begin; row < end; ++row) {
      const auto i = static_cast<size_t>(row - begin);
      text.clear();
      const bool missing = reader.Missing(i);
      if (!missing) reader.Append(i, text);
      if (missing ? !wanted.empty() : text != wanted) continue;
      if (row < from) previous = row;
      if (row > from) {
        next = row;
        break;
      }
    }
  }
  return JsonObject{{"prev", previous}, {"next", next}};
}

}  // namespace thalweg
