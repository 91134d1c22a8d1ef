#include "models/metrics/score_distribution.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "models/metrics/score_key.h"

namespace thalweg {
namespace {

constexpr size_t kFewCells = 2048;
constexpr int kDigitBits = 11;

// Stable, by radix: a million cells of two classes take about 15 ms.
template <class Cell>
void SortByKey(int key_bits, std::vector<Cell>& cells) {
  if (cells.size() < kFewCells) {
    std::stable_sort(cells.begin(), cells.end(),
                     [](const Cell& a, const Cell& b) { return a.key < b.key; });
    return;
  }
  std::vector<Cell> sorted(cells.size());
  for (int shift = 0; shift < key_bits; shift += kDigitBits) {
    const auto digit = [&](const Cell& cell) {
      return (cell.key >> shift) & ((1U << kDigitBits) - 1);
    };
    std::array<size_t, size_t{1} << kDigitBits> starts{};
    for (const Cell& cell : cells) ++starts[digit(cell)];
    if (starts[digit(cells[0])] == cells.size()) continue;
    size_t start = 0;
    for (size_t& count : starts) start += std::exchange(count, start);
    for (const Cell& cell : cells) sorted[starts[digit(cell)]++] = cell;
    cells.swap(sorted);
  }
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
  AddCell({uint64_t{internal::ScoreKey(score)} << class_bits_ | actual, weight});
}

void ScoreDistribution::AddCell(Cell cell) {
  cell.key = Coarse(cell.key);
  pending_.push_back(cell);
  if (pending_.size() >= capacity_) Compact();
}

void ScoreDistribution::Merge(const ScoreDistribution& other) {
  has_nan_ = has_nan_ || other.has_nan_;
  if (other.dropped_bits_ > dropped_bits_) DropBits(other.dropped_bits_);
  for (const Cell& cell : other.sorted_) AddCell(cell);
  for (const Cell& cell : other.pending_) AddCell(cell);
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

void ScoreDistribution::Compact() {
  if (pending_.empty()) return;
  SortByKey(internal::kScoreKeyBits + class_bits_, pending_);
  JoinEqual(pending_);
  if (sorted_.empty()) {
    sorted_.swap(pending_);
  } else {
    std::vector<Cell> both(sorted_.size() + pending_.size());
    std::merge(sorted_.begin(), sorted_.end(), pending_.begin(), pending_.end(), both.begin(),
               [](const Cell& a, const Cell& b) { return a.key < b.key; });
    JoinEqual(both);
    sorted_ = std::move(both);
  }
  pending_.clear();
  if (sorted_.size() > capacity_) DropBits(BitsToDrop());
}

int ScoreDistribution::BitsToDrop() const {
  // Neighbours of a class, whose scores differ in bit h at the highest, become one cell when more
  // than h bits are dropped.
  std::array<size_t, internal::kScoreKeyBits + 1> highest{};
  std::vector<uint64_t> last(size_t{1} << class_bits_, ~uint64_t{0});
  size_t cells = 0;  // that remain when all bits are dropped
  for (const Cell& cell : sorted_) {
    const uint64_t score = cell.key >> class_bits_;
    uint64_t& before = last[cell.key & ClassMask()];
    if (before == ~uint64_t{0}) {
      ++cells;
    } else {
      ++highest[static_cast<size_t>(std::bit_width(score ^ before))];
    }
    before = score;
  }
  int bits = internal::kScoreKeyBits;
  while (bits > 0 && cells + highest[static_cast<size_t>(bits)] <= capacity_) {
    cells += highest[static_cast<size_t>(bits--)];
  }
  return bits;
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

std::vector<ScoreCell> ScoreDistribution::Cells() const {
  ScoreDistribution all = *this;
  all.Compact();
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
