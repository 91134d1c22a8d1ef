#include "mapreduce/join.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/available_memory.h"
#include "base/error.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "mapreduce/exchange_rows.h"
#include "mapreduce/frame_parts.h"
#include "mapreduce/gather_frame.h"
#include "mapreduce/gather_rows.h"
#include "mapreduce/join_keys.h"
#include "mapreduce/key_ranges.h"
#include "mapreduce/sort_rows.h"

namespace thalweg {
namespace {

using internal::JoinKeys;
using internal::ScratchArray;
using internal::SortedRows;

// Which row of each side stands in each row of the result; kMissingRow: none.
struct Matches {
  ScratchArray<uint32_t> driving;
  ScratchArray<uint32_t> other;
};

// Goes over the groups of the driving side [begin, end) and those of the other side
// [other_begin, other_end), both in the order of their words, and calls
// emit(driving group or -1, other group or -1) for what belongs into the result.
template <class Emit>
void MergeGroups(const SortedRows& driving, size_t begin, size_t end, const SortedRows& other,
                 size_t other_begin, size_t other_end, const JoinKeys& keys, bool keep_driving,
                 bool keep_other, Emit emit) {
  size_t o = other_begin;
  for (size_t d = begin; d < end; ++d) {
    const uint64_t word = driving.words[d];
    for (; o < other_end && other.words[o] < word; ++o) {
      if (keep_other) emit(ptrdiff_t{-1}, static_cast<ptrdiff_t>(o));
    }
    const bool equal = o < other_end && other.words[o] == word;
    if (equal && !keys.HasMissing(word)) {
      emit(static_cast<ptrdiff_t>(d), static_cast<ptrdiff_t>(o));
      ++o;
      continue;
    }
    if (keep_driving) emit(static_cast<ptrdiff_t>(d), ptrdiff_t{-1});
  }
  for (; o < other_end && keep_other; ++o) emit(ptrdiff_t{-1}, static_cast<ptrdiff_t>(o));
}

size_t GroupSize(const SortedRows& sorted, ptrdiff_t group) {
  const auto g = static_cast<size_t>(group);
  return group < 0 ? 1 : sorted.starts[g + 1] - sorted.starts[g];
}

// Refuses a result that is longer than rows can be numbered, or that cannot fit. `most`: the rows
// of the rank that has the most of them.
void PlanResult(size_t rows, size_t most, size_t columns, std::optional<size_t> available) {
  const std::string text = "the joined frame would have " +
                           WithThousands(static_cast<int64_t>(rows)) +
                           " rows, because keys repeat on both sides; ";
  if (most >= kMissingRow) throw UserError(text + "the limit is 2^32 - 2");
  // Both sides' row numbers, and cells, which are mostly packed into half of their 8 bytes.
  const double bytes = static_cast<double>(rows) * (8 + 4 * static_cast<double>(columns));
  if (available && bytes > static_cast<double>(*available)) {
    throw MemoryError(text + "it needs about " + HumanBytes(bytes) + " of memory, and " +
                      HumanBytes(static_cast<double>(*available)) + " are free");
  }
}

// Called with the rows and columns of the result, before there is any of it.
using Plan = std::function<void(size_t rows, size_t columns)>;

// `columns`: of the result.
Matches Match(const SortedRows& driving, const SortedRows& other, const JoinKeys& keys,
              bool keep_driving, bool keep_other, size_t columns, const Plan& plan,
              ThreadPool& pool) {
  // A task is a range of words: groups of the driving side with about equally many rows, and the
  // other side's up to the same word.
  const size_t tasks = std::clamp<size_t>(driving.rows.size() >> 15, 1, 256);
  std::vector<size_t> driving_cuts(tasks + 1);
  std::vector<size_t> other_cuts(tasks + 1);
  for (size_t t = 1; t < tasks; ++t) {
    const uint32_t* starts = driving.starts.data();
    const auto row = static_cast<uint32_t>(driving.rows.size() * t / tasks);
    driving_cuts[t] =
        static_cast<size_t>(std::lower_bound(starts, starts + driving.groups(), row) - starts);
    const uint64_t* words = other.words.data();
    other_cuts[t] = driving_cuts[t] == driving.groups()
                        ? other.groups()
                        : static_cast<size_t>(std::lower_bound(words, words + other.groups(),
                                                               driving.words[driving_cuts[t]]) -
                                              words);
  }
  driving_cuts[tasks] = driving.groups();
  other_cuts[tasks] = other.groups();
  const auto merge = [&](size_t task, auto emit) {
    MergeGroups(driving, driving_cuts[task], driving_cuts[task + 1], other, other_cuts[task],
                other_cuts[task + 1], keys, keep_driving, keep_other, emit);
  };
  std::vector<size_t> counts(tasks + 1);
  pool.Run(tasks, [&](size_t task, size_t) {
    size_t count = 0;
    merge(task,
          [&](ptrdiff_t d, ptrdiff_t o) { count += GroupSize(driving, d) * GroupSize(other, o); });
    counts[task + 1] = count;
  });
  for (size_t t = 0; t < tasks; ++t) counts[t + 1] += counts[t];
  plan(counts[tasks], columns);
  Matches matches{.driving = ScratchArray<uint32_t>(counts[tasks]),
                  .other = ScratchArray<uint32_t>(counts[tasks])};
  pool.Run(tasks, [&](size_t task, size_t) {
    uint32_t* left = matches.driving.data() + counts[task];
    uint32_t* right = matches.other.data() + counts[task];
    merge(task, [&](ptrdiff_t d, ptrdiff_t o) {
      const size_t size = GroupSize(driving, d);
      const size_t partners = GroupSize(other, o);
      const uint32_t* rows = d < 0 ? &kMissingRow : driving.rows.data() + driving.starts[d];
      const uint32_t* others = o < 0 ? &kMissingRow : other.rows.data() + other.starts[o];
      for (size_t i = 0; i < size; ++i) {
        left = std::fill_n(left, partners, rows[i]);
        right = std::copy_n(others, partners, right);
      }
    });
  });
  return matches;
}

// The cells of `first`, or those of `second` in rows where `row` says that the first is missing
// from the result. Numeric columns become real where their types differ.
ColumnPtr EitherColumn(const ColumnPtr& first, const ColumnPtr& second,
                       std::span<const uint32_t> first_rows, const Layout& layout,
                       ThreadPool& pool) {
  const ColumnType type = first->type() == second->type() ? first->type() : ColumnType::kReal;
  DomainPtr domain = first->domain();
  std::vector<int64_t> map;
  if (type == ColumnType::kCategorical) {
    domain = internal::JoinedDomain(first->domain(), second->domain(), &map);
  }
  std::vector<ChunkPtr> chunks(layout.chunks());
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    const auto rows = first_rows.subspan(static_cast<size_t>(layout.ChunkStart(c)),
                                         static_cast<size_t>(layout.ChunkRows(c)));
    const auto choose = [&]<class Cell>(Cell, auto encode) {
      std::vector<Cell> cells(rows.size());
      std::vector<Cell> others(rows.size());
      first->chunk(c).Decode(0, std::span<Cell>(cells));
      second->chunk(c).Decode(0, std::span<Cell>(others));
      for (size_t i = 0; i < cells.size(); ++i) {
        if (rows[i] != kMissingRow) continue;
        cells[i] = others[i];
        if constexpr (std::is_same_v<Cell, int64_t>) {
          if (!map.empty() && cells[i] != kMissingInt)
            cells[i] = map[static_cast<size_t>(cells[i])];
        }
      }
      chunks[c] = encode(cells);
    };
    switch (type) {
      case ColumnType::kReal:
        return choose(0.0, [](std::span<const double> cells) { return EncodeReals(cells); });
      case ColumnType::kString:
        return choose(std::string_view(),
                      [](std::span<const std::string_view> cells) { return EncodeStrings(cells); });
      case ColumnType::kUuid:
        return choose(Uuid(), [](std::span<const Uuid> cells) { return EncodeUuids(cells); });
      default:
        return choose(int64_t{0},
                      [](std::span<const int64_t> cells) { return EncodeIntegers(cells); });
    }
  });
  return std::make_shared<Column>(type, std::move(chunks), domain);
}

// All columns but the keys.
std::vector<size_t> Others(const Frame& frame, const std::vector<size_t>& keys) {
  std::vector<size_t> others;
  for (size_t i = 0; i < frame.columns(); ++i) {
    if (std::find(keys.begin(), keys.end(), i) == keys.end()) others.push_back(i);
  }
  return others;
}

void CheckOptions(const JoinOptions& options) {
  if (options.left_keys.empty() || options.left_keys.size() != options.right_keys.size()) {
    throw UserError(
        "a join needs key columns, as many of the left frame as of the right; there are " +
        std::to_string(options.left_keys.size()) + " and " +
        std::to_string(options.right_keys.size()));
  }
}

std::vector<std::string> ResultNames(const Frame& left, const Frame& right,
                                     const JoinOptions& options) {
  std::vector<std::string> names;
  std::unordered_set<std::string> taken;
  for (const size_t key : options.left_keys) names.push_back(left.name(key));
  for (const size_t i : Others(left, options.left_keys)) names.push_back(left.name(i));
  taken.insert(names.begin(), names.end());
  for (const size_t i : Others(right, options.right_keys)) {
    std::string name = right.name(i);
    for (int n = 1; !taken.insert(name).second; ++n) {
      name = right.name(i) + "." + std::to_string(n);
    }
    names.push_back(name);
  }
  return names;
}

std::vector<internal::KeyPair> PairsOf(const JoinOptions& options) {
  std::vector<internal::KeyPair> pairs;
  for (size_t i = 0; i < options.left_keys.size(); ++i) {
    pairs.push_back({.left = options.left_keys[i], .right = options.right_keys[i]});
  }
  return pairs;
}

// Whole numbers that meet reals are compared as reals where the columns have large ones: on all
// ranks or on none.
void SetForms(const Frame& left, const Frame& right, Communicator& ranks, ThreadPool& pool,
              std::vector<internal::KeyPair>* pairs) {
  for (internal::KeyPair& pair : *pairs) {
    const ColumnType types[] = {left.column(pair.left).type(), right.column(pair.right).type()};
    if (types[0] == types[1] || !IsNumeric(types[0])) continue;
    pair.form = internal::CommonForm(
        internal::FindIntegerForms(left, std::span(&pair.left, 1), ranks, pool).front(),
        internal::FindIntegerForms(right, std::span(&pair.right, 1), ranks, pool).front());
  }
}

// Categorical keys go by the levels' order in the frame that does not drive.
internal::LevelOrder OrderOf(JoinKind kind) {
  if (kind == JoinKind::kOuter) return internal::LevelOrder::kBoth;
  return kind == JoinKind::kRight ? internal::LevelOrder::kLeft : internal::LevelOrder::kRight;
}

Frame JoinOwnRows(const Frame& left, const Frame& right, const JoinOptions& options,
                  std::span<const internal::KeyPair> pairs, const Plan& plan, ThreadPool& pool) {
  const bool outer = options.kind == JoinKind::kOuter;
  const bool right_drives = options.kind == JoinKind::kRight;
  const bool left_joins = options.kind == JoinKind::kLeft;
  Matches matches;
  {
    const JoinKeys keys = internal::MakeJoinKeys(left, right, pairs, OrderOf(options.kind), pool);
    const auto groups = internal::Grouping::kGroups;
    const SortedRows left_rows = internal::SortRows(keys.left, groups, pool);
    const SortedRows right_rows = internal::SortRows(keys.right, groups, pool);
    const size_t columns = left.columns() + right.columns() - pairs.size();
    matches = right_drives ? Match(right_rows, left_rows, keys, true, false, columns, plan, pool)
                           : Match(left_rows, right_rows, keys, outer || left_joins, outer, columns,
                                   plan, pool);
  }
  const auto left_rows = (right_drives ? matches.other : matches.driving).span();
  const auto right_rows = (right_drives ? matches.driving : matches.other).span();
  const LayoutPtr layout = ResultLayout(static_cast<int64_t>(left_rows.size()));

  std::vector<size_t> left_columns = Others(left, options.left_keys);
  std::vector<size_t> right_columns = Others(right, options.right_keys);
  const size_t keys = pairs.size();
  // Keys are gathered with the other columns of their side.
  if (!right_drives) {
    left_columns.insert(left_columns.begin(), options.left_keys.begin(), options.left_keys.end());
  }
  if (right_drives || outer) {
    right_columns.insert(right_columns.begin(), options.right_keys.begin(),
                         options.right_keys.end());
  }
  std::vector<ColumnPtr> from_left = GatherColumns(left, left_columns, left_rows, *layout, pool);
  std::vector<ColumnPtr> from_right =
      GatherColumns(right, right_columns, right_rows, *layout, pool);
  std::vector<ColumnPtr> columns;
  const auto append = [&](const std::vector<ColumnPtr>& from, size_t begin, size_t end) {
    columns.insert(columns.end(), from.begin() + static_cast<ptrdiff_t>(begin),
                   from.begin() + static_cast<ptrdiff_t>(end));
  };
  if (outer) {
    for (size_t k = 0; k < keys; ++k) {
      columns.push_back(EitherColumn(from_left[k], from_right[k], left_rows, *layout, pool));
    }
  } else {
    append(right_drives ? from_right : from_left, 0, keys);
  }
  append(from_left, right_drives ? 0 : keys, from_left.size());
  append(from_right, right_drives || outer ? keys : 0, from_right.size());
  return Frame(layout, ResultNames(left, right, options), std::move(columns));
}

}  // namespace

Frame JoinFrames(const Frame& left, const Frame& right, const JoinOptions& options,
                 ThreadPool& pool) {
  CheckOptions(options);
  const auto plan = [](size_t rows, size_t columns) {
    PlanResult(rows, rows, columns, AvailableMemory());
  };
  return JoinOwnRows(left, right, options, PairsOf(options), plan, pool);
}

Frame JoinFrames(const Frame& left, const Frame& right, const JoinOptions& options,
                 Communicator& ranks, ThreadPool& pool) {
  if (left.layout().ranks() == 1 && right.layout().ranks() == 1) {
    return JoinFrames(left, right, options, pool);
  }
  CheckOptions(options);
  std::vector<internal::KeyPair> pairs = PairsOf(options);
  internal::CheckKeyPairs(left, right, pairs);
  const auto own_part = [&](const Frame& frame) {
    return OwnPart(frame.layout().ranks() == 1 ? KeepOwnChunks(frame, ranks) : frame, ranks);
  };
  // Ranks may share one memory, and all of them refuse what does not fit.
  const auto plan = [&](size_t rows, size_t columns) {
    const auto counts = NumbersOfRanks(static_cast<int64_t>(rows), ranks);
    const auto available = AvailableMemory();
    const auto free = NumbersOfRanks(available ? static_cast<int64_t>(*available) : -1, ranks);
    const int64_t least = *std::min_element(free.begin(), free.end());
    PlanResult(static_cast<size_t>(std::accumulate(counts.begin(), counts.end(), int64_t{0})),
               static_cast<size_t>(*std::max_element(counts.begin(), counts.end())), columns,
               least < 0 ? std::nullopt : std::optional(static_cast<size_t>(least)));
  };
  const auto join = [&] {
    const Frame left_part = own_part(left);
    const Frame right_part = own_part(right);
    SetForms(left_part, right_part, ranks, pool, &pairs);
    const internal::JoinRanks to =
        internal::RanksByJoinKey(left_part, right_part, pairs, OrderOf(options.kind), ranks, pool);
    const Frame left_rows = ExchangeRows(left_part, to.left, ranks, pool);
    const Frame right_rows = ExchangeRows(right_part, to.right, ranks, pool);
    return JoinOwnRows(left_rows, right_rows, options, pairs, plan, pool);
  };
  return RebalanceParts(join(), ranks, pool);
}

}  // namespace thalweg
