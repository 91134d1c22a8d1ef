#include "ingest/csv/domain_join_of_ranks.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_record.h"
#include "base/error.h"
#include "frame/types.h"

namespace thalweg::internal {
namespace {

// Of all ranks' levels together.
constexpr int64_t kSmallBytes = int64_t{256} << 10;
constexpr size_t kSamples = 64;  // of each rank, to cut a large domain into ranges

std::string BytesOf(std::span<const std::string> levels) {
  ByteWriter writer;
  writer.Number(levels.size());
  for (const std::string& level : levels) writer.Text(level);
  return writer.bytes();
}

void TakeLevels(ByteReader& reader, std::vector<std::string>& levels) {
  const uint64_t count = reader.Count(sizeof(uint64_t));
  levels.reserve(levels.size() + count);
  for (uint64_t n = 0; n < count; ++n) levels.emplace_back(reader.Text());
}

ByteReader ReaderOf(const std::string& bytes) { return {bytes, "a rank's levels"}; }

// Those of several ranks, each sorted: sorted, every one once.
void SortUnique(std::vector<std::string>& levels) {
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
}

// Takes the levels of all ranks in place of this rank's.
void Become(std::vector<std::string> all, size_t max_levels, DomainJoin& join) {
  if (all.size() > max_levels) {
    join = {.too_many = true, .levels = {}, .codes = {}};
    return;
  }
  std::vector<int64_t> new_code;
  new_code.reserve(join.levels.size());
  size_t at = 0;
  for (const std::string& level : join.levels) {
    while (all[at] != level) ++at;
    new_code.push_back(static_cast<int64_t>(at));
  }
  for (std::vector<int64_t>& codes : join.codes) {
    for (int64_t& code : codes) {
      if (code != kMissingInt) code = new_code[static_cast<size_t>(code)];
    }
  }
  join.levels = std::move(all);
}

void JoinSmall(std::span<DomainJoin* const> joins, size_t max_levels, Communicator& ranks) {
  std::string mine;
  for (const DomainJoin* join : joins) mine += BytesOf(join->levels);
  const std::vector<std::string> messages = ranks.AllGather(mine);
  std::vector<ByteReader> readers;
  for (const std::string& message : messages) readers.push_back(ReaderOf(message));
  for (DomainJoin* join : joins) {
    std::vector<std::string> all;
    for (ByteReader& reader : readers) TakeLevels(reader, all);
    SortUnique(all);
    Become(std::move(all), max_levels, *join);
  }
}

// The first levels of the ranges of all ranks but the first.
std::vector<std::string> RangesOf(const std::vector<std::string>& levels, Communicator& ranks) {
  std::vector<std::string> samples;
  for (size_t i = 0; i < std::min(kSamples, levels.size()); ++i) {
    samples.push_back(levels[i * levels.size() / std::min(kSamples, levels.size())]);
  }
  std::vector<std::string> all;
  for (const std::string& theirs : ranks.AllGather(BytesOf(samples))) {
    ByteReader reader = ReaderOf(theirs);
    TakeLevels(reader, all);
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> begins;
  const auto size = static_cast<size_t>(ranks.size());
  for (size_t rank = 1; rank < size; ++rank) begins.push_back(all[rank * all.size() / size]);
  return begins;
}

void JoinLarge(DomainJoin& join, size_t max_levels, Communicator& ranks) {
  const std::vector<std::string> begins = RangesOf(join.levels, ranks);
  std::vector<std::string> to_each;
  auto from = join.levels.begin();
  for (size_t rank = 0; rank <= begins.size(); ++rank) {
    const auto end = rank == begins.size()
                         ? join.levels.end()
                         : std::lower_bound(from, join.levels.end(), begins[rank]);
    to_each.push_back(BytesOf(std::span<const std::string>(from, end)));
    from = end;
  }
  std::vector<std::string> range;
  {
    const std::vector<std::string> received = ranks.AllToAll(std::move(to_each));
    for (const std::string& theirs : received) {
      ByteReader reader = ReaderOf(theirs);
      TakeLevels(reader, range);
    }
  }
  SortUnique(range);
  auto count = static_cast<int64_t>(range.size());
  ranks.AllReduceSum(std::span(&count, 1));
  if (static_cast<size_t>(count) > max_levels) {
    join = {.too_many = true, .levels = {}, .codes = {}};
    return;
  }
  std::vector<std::string> all;
  all.reserve(static_cast<size_t>(count));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const bool own = rank == ranks.rank();
    const std::string bytes = ranks.Broadcast(own ? BytesOf(range) : std::string(), rank);
    ByteReader reader = ReaderOf(bytes);
    TakeLevels(reader, all);
    if (own) range = {};
  }
  Become(std::move(all), max_levels, join);
}

}  // namespace

void JoinDomainsOfRanks(std::vector<DomainJoin>& joins, size_t max_levels, Communicator& ranks) {
  if (joins.empty()) return;
  // Per column: ranks with too many levels, bytes of all.
  std::vector<int64_t> sums;
  for (const DomainJoin& join : joins) {
    int64_t bytes = 0;
    for (const std::string& level : join.levels) bytes += static_cast<int64_t>(level.size());
    sums.push_back(join.too_many ? 1 : 0);
    sums.push_back(bytes + static_cast<int64_t>(8 * join.levels.size()));
  }
  ranks.AllReduceSum(std::span(sums));
  std::vector<DomainJoin*> small;
  for (size_t i = 0; i < joins.size(); ++i) {
    if (sums[2 * i] > 0) {
      joins[i] = {.too_many = true, .levels = {}, .codes = {}};
    } else if (sums[2 * i + 1] <= kSmallBytes) {
      small.push_back(&joins[i]);
    } else {
      JoinLarge(joins[i], max_levels, ranks);
    }
  }
  if (!small.empty()) JoinSmall(small, max_levels, ranks);
}

}  // namespace thalweg::internal
