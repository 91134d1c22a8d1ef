#include "models/metrics/score_distribution.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "models/metrics/radix_sort.h"
#include "models/metrics/score_key.h"

namespace thalweg {
namespace {

// Keys that wait to be sorted, for each cell of the capacity: they take a quarter of its bytes.
constexpr size_t kKeysPerCell = 4;

uint64_t KeyOf(uint32_t key) { return key; }
template <class Cell>
uint64_t KeyOf(const Cell& cell) {
  return cell.key;
}

// The least number of bits that must be dropped from the scores of sorted cells or keys, so that at
// most `capacity` remain; all where more would.
template <class Cell>
int BitsToDrop(const std::vector<Cell>& cells, int class_bits, size_t capacity) {
  // Neighbours of a class, whose scores differ in bit h at the highest, become one cell when more
  // than h bits are dropped.
  std::array<size_t, internal::kScoreKeyBits + 1> highest{};
  std::vector<uint64_t> last(size_t{1} << class_bits, ~uint64_t{0});
  size_t count = 0;  // that remain when all bits are dropped
  for (const Cell& cell : cells) {
    const uint64_t score = KeyOf(cell) >> class_bits;
    uint64_t& before = last[KeyOf(cell) & ((uint64_t{1} << class_bits) - 1)];
    if (before == ~uint64_t{0}) {
      ++count;
    } else {
      ++highest[static_cast<size_t>(std::bit_width(score ^ before))];
    }
    before = score;
  }
  int bits = internal::kScoreKeyBits;
  while (bits > 0 && count + highest[static_cast<size_t>(bits)] <= capacity) {
    count += highest[static_cast<size_t>(bits--)];
  }
  return bits;
}

// Neighbours of the same key become one.
template <class Cell>
void JoinEqual(std::vector<Cell>& cells) {
  size_t last = 0;
  for (size_t i = 1; i < cells.size(); ++i) {
    if (cells[i].key == cells[last].key) {
      cells[last].weight += cells[i].weight;
    } else {
      cells[++last] = cells[i];
    }
  }
  if (!cells.empty()) cells.resize(last + 1);
}

}  // namespace

ScoreDistribution::ScoreDistribution(size_t classes, size_t capacity)
    : class_bits_(std::bit_width(std::max<size_t>(classes, 2) - 1)), capacity_(capacity) {}

void ScoreDistribution::Add(float score, size_t actual, double weight) {
  if (std::isnan(score)) {
    has_nan_ = true;
    return;
  }
  const uint64_t key = uint64_t{internal::ScoreKey(score)} << class_bits_ | actual;
  if (weight == 1 && small_keys() && pending_.empty()) {
    AddKey(static_cast<uint32_t>(key));
  } else {
    AddCell({key, weight});
  }
}

void ScoreDistribution::AddKey(uint32_t key) {
  // Enough for the rows of one block of scoring.
  if (keys_.capacity() == 0) keys_.reserve(256);
  keys_.push_back(key);
  if (keys_.size() >= kKeysPerCell * capacity_) Compact();
}

void ScoreDistribution::AddCell(Cell cell) {
  for (uint32_t key : keys_) pending_.push_back({Coarse(key), 1});
  keys_.clear();
  cell.key = Coarse(cell.key);
  pending_.push_back(cell);
  if (pending_.size() >= capacity_) Compact();
}

void ScoreDistribution::Merge(const ScoreDistribution& other) {
  has_nan_ = has_nan_ || other.has_nan_;
  if (other.dropped_bits_ > dropped_bits_) DropBits(other.dropped_bits_);
  for (const Cell& cell : other.sorted_) AddCell(cell);
  for (const Cell& cell : other.pending_) AddCell(cell);
  if (other.keys_.empty()) return;
  if (pending_.empty()) {
    if (keys_.size() + other.keys_.size() > kKeysPerCell * capacity_) Compact();
    keys_.insert(keys_.end(), other.keys_.begin(), other.keys_.end());
  } else {
    for (uint32_t key : other.keys_) AddCell({key, 1});
  }
}

void ScoreDistribution::DropBits(int bits) {
  dropped_bits_ = bits;
  for (Cell& cell : pending_) cell.key = Coarse(cell.key);
  for (Cell& cell : sorted_) cell.key = Coarse(cell.key);
  // Only classes within a score can be out of order now: insertion, over short ways.
  for (size_t i = 1; i < sorted_.size(); ++i) {
    const Cell cell = sorted_[i];
    size_t to = i;
    for (; to > 0 && sorted_[to - 1].key > cell.key; --to) sorted_[to] = sorted_[to - 1];
    sorted_[to] = cell;
  }
  JoinEqual(sorted_);
}

void ScoreDistribution::Compact(ThreadPool* pool) {
  if (!keys_.empty()) SortKeys(pool);
  if (pending_.empty()) return;
  internal::SortByKey(
      pending_, [](const Cell& cell) { return cell.key; }, internal::kScoreKeyBits + class_bits_);
  JoinEqual(pending_);
  MergeSorted(std::move(pending_));
  pending_.clear();
}

// Keys of weight 1 and two classes become cells, two per score that is left.
void ScoreDistribution::SortKeys(ThreadPool* pool) {
  internal::SortKeys(keys_, pool);
  int bits = dropped_bits_;
  if (keys_.size() > capacity_) bits = std::max(bits, BitsToDrop(keys_, class_bits_, capacity_));
  // Those before may be finer.
  if (bits > dropped_bits_) DropBits(bits);
  const auto score_mask = static_cast<uint32_t>(Mask());
  // Written without branches: which class comes next is as good as random. Two cells of room more
  // than there can be.
  std::vector<Cell> cells(std::min(keys_.size(), capacity_) + 2);
  size_t count = 0;
  for (size_t i = 0; i < keys_.size();) {
    const uint32_t score = keys_[i] & score_mask;
    const size_t begin = i;
    size_t positives = 0;
    for (; i < keys_.size() && (keys_[i] & score_mask) == score; ++i) positives += keys_[i] & 1;
    const size_t negatives = i - begin - positives;
    cells[count] = {score, static_cast<double>(negatives)};
    count += negatives > 0 ? 1 : 0;
    cells[count] = {score | 1, static_cast<double>(positives)};
    count += positives > 0 ? 1 : 0;
  }
  cells.resize(count);
  keys_.clear();
  MergeSorted(std::move(cells));
}

// Sorted cells of the same dropped bits.
void ScoreDistribution::MergeSorted(std::vector<Cell>&& cells) {
  if (sorted_.empty()) {
    sorted_ = std::move(cells);
  } else {
    std::vector<Cell> both(sorted_.size() + cells.size());
    std::merge(sorted_.begin(), sorted_.end(), cells.begin(), cells.end(), both.begin(),
               [](const Cell& a, const Cell& b) { return a.key < b.key; });
    JoinEqual(both);
    sorted_ = std::move(both);
  }
  if (sorted_.size() > capacity_) DropBits(BitsToDrop(sorted_, class_bits_, capacity_));
}

std::vector<ScoreDistribution::Entry> ScoreDistribution::Entries() const {
  ScoreDistribution all = *this;
  all.Compact();
  std::vector<Entry> entries(all.sorted_.size());
  size_t at = 0;
  for (size_t end = entries.size(); end > 0;) {
    const uint64_t score = all.sorted_[end - 1].key >> class_bits_;
    size_t begin = end - 1;
    while (begin > 0 && all.sorted_[begin - 1].key >> class_bits_ == score) --begin;
    for (size_t i = begin; i < end; ++i) {
      entries[at++] = {internal::ScoreOfKey(static_cast<uint32_t>(score)),
                       static_cast<uint32_t>(all.sorted_[i].key & ClassMask()),
                       all.sorted_[i].weight};
    }
    end = begin;
  }
  return entries;
}

std::vector<ScoreCell> ScoreDistribution::Cells(ThreadPool* pool) const {
  ScoreDistribution all = *this;
  all.Compact(pool);
  std::vector<ScoreCell> cells;
  cells.reserve(all.sorted_.size());
  uint64_t last = ~uint64_t{0};
  for (size_t i = all.sorted_.size(); i-- > 0;) {
    const uint64_t score = all.sorted_[i].key >> class_bits_;
    if (score != last) {
      cells.push_back({.score = internal::ScoreOfKey(static_cast<uint32_t>(score))});
    }
    last = score;
    const bool positive = (all.sorted_[i].key & ClassMask()) != 0;
    (positive ? cells.back().positives : cells.back().negatives) += all.sorted_[i].weight;
  }
  return cells;
}

}  // namespace thalweg
