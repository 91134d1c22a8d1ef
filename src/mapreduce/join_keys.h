// Key columns of two frames as words that compare with each other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "frame/frame.h"
#include "mapreduce/integer_form.h"
#include "mapreduce/row_keys.h"

namespace thalweg::internal {

// In which form the cells of two numeric columns are compared.
struct NumberForm {
  IntegerForm::Kind kind = IntegerForm::Kind::kDecimal;
  int scale = 0;
};
NumberForm CommonForm(const IntegerForm& left, const IntegerForm& right);

// One key column on both sides.
struct KeyPair {
  size_t left = 0;
  size_t right = 0;
  // Of columns of numbers, where it is not to be found from these rows alone: CommonForm.
  std::optional<NumberForm> form = {};
};

// Which order of levels categorical keys go by.
enum class LevelOrder {
  kLeft,   // the left frame's; levels that it does not have count as missing
  kRight,  // the right frame's, likewise
  kBoth,   // the left frame's, then those that only the right one has (JoinedDomain)
};

struct JoinKeys {
  RowKeys left;
  RowKeys right;
  // Bits of a word that are all zero where the field is missing; one mask per field that can be.
  std::vector<uint64_t> missing_masks;
  // Of a field that holds the ranks of several: which ranks stand for rows that miss a cell. Their
  // order is that of the rows all the same.
  struct MissingRanks {
    int shift = 0;
    uint64_t mask = 0;
    std::shared_ptr<const std::vector<uint8_t>> missing;  // 1 where they do
  };
  std::vector<MissingRanks> missing_ranks;

  bool HasMissing(uint64_t word) const {
    for (const uint64_t mask : missing_masks) {
      if ((word & mask) == 0) return true;
    }
    for (const MissingRanks& field : missing_ranks) {
      if ((*field.missing)[(word >> field.shift) & field.mask] != 0) return true;
    }
    return false;
  }
};

// UserError where the columns of a pair cannot be compared.
void CheckKeyPairs(const Frame& left, const Frame& right, std::span<const KeyPair> pairs);
JoinKeys MakeJoinKeys(const Frame& left, const Frame& right, std::span<const KeyPair> pairs,
                      LevelOrder order, ThreadPool& pool);

// The levels of `left`, then those of `right` that are new; maps[code of right] is the code there.
DomainPtr JoinedDomain(const DomainPtr& left, const DomainPtr& right, std::vector<int64_t>* map);

}  // namespace thalweg::internal
