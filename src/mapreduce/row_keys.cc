#include "mapreduce/row_keys.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/error.h"
#include "mapreduce/sort_rows.h"
#include "mapreduce/text_ranks.h"

namespace thalweg::internal {
namespace {

constexpr size_t kBlock = 1024;
constexpr int64_t kNegativeZero = -1;  // OrderedBits(-0.0)

// Ranks as cells: kMissingInt for kNoRow.
int64_t IntegerOf(uint32_t rank) { return rank == kNoRow ? kMissingInt : int64_t{rank}; }

// The integers of some cells of a key column, as Code takes them.
void ReadCells(const Frame& frame, const KeyField& field, size_t chunk, size_t begin,
               std::span<int64_t> out) {
  if (field.ranks) {
    const size_t row = static_cast<size_t>(frame.layout().ChunkStart(chunk)) + begin;
    for (size_t i = 0; i < out.size(); ++i) out[i] = IntegerOf((*field.ranks)[row + i]);
    return;
  }
  ReadIntegers(frame.column(field.column).chunk(chunk), field.form, begin, out);
  if (field.map) {
    for (int64_t& cell : out) {
      if (cell != kMissingInt) cell = (*field.map)[static_cast<size_t>(cell)];
    }
  }
  if (field.form.kind == IntegerForm::Kind::kReal) {
    for (int64_t& cell : out) cell = cell == kNegativeZero ? 0 : cell;
  }
}

// The first `count` fields as one field of ranks.
KeyField JoinFields(const Frame& frame, std::span<const KeyField> fields, ThreadPool& pool) {
  const RowKeys keys(frame, std::vector<KeyField>(fields.begin(), fields.end()));
  const SortedRows sorted = SortRows(keys, Grouping::kGroups, pool);
  auto ranks = std::make_shared<ScratchArray<uint32_t>>(static_cast<size_t>(frame.rows()));
  constexpr size_t kGroups = 4096;
  pool.Run((sorted.groups() + kGroups - 1) / kGroups, [&](size_t task, size_t) {
    for (size_t g = task * kGroups; g < std::min(sorted.groups(), (task + 1) * kGroups); ++g) {
      for (size_t i = sorted.starts[g]; i < sorted.starts[g + 1]; ++i) {
        (*ranks)[sorted.rows[i]] = static_cast<uint32_t>(g);
      }
    }
  });
  KeyField field;
  field.max = static_cast<int64_t>(sorted.groups()) - 1;
  field.ranks = std::move(ranks);
  SizeField(&field);
  return field;
}

}  // namespace

void CheckRowCount(int64_t rows) {
  if (rows >= int64_t{kNoRow}) {
    throw UserError(
        "sorting, grouping and joining take fewer than 2^32 - 1 rows per rank; there are " +
        std::to_string(rows));
  }
}

void SizeField(KeyField* field) {
  if (field->min > field->max) {
    field->min = 0;
    field->max = 0;
    field->missing = true;
  }
  const uint64_t range = static_cast<uint64_t>(field->max) - static_cast<uint64_t>(field->min);
  field->bits = std::bit_width(range + (field->missing ? 1 : 0));
}

KeyField NumberField(const SortKey& key, const IntegerForm& form) {
  KeyField field{.column = key.column,
                 .descending = key.descending,
                 .form = form,
                 .min = form.min,
                 .max = form.max,
                 .missing = form.missing > 0};
  if (form.kind == IntegerForm::Kind::kReal) {
    // -0.0 is taken as 0.0.
    if (field.min == kNegativeZero) field.min = 0;
    if (field.max == kNegativeZero) field.max = 0;
  }
  SizeField(&field);
  return field;
}

KeyField MakeKeyField(const Frame& frame, const SortKey& key, ThreadPool& pool) {
  const Column& column = frame.column(key.column);
  if (IsNumeric(column.type())) return NumberField(key, FindIntegerForm(column, pool));
  KeyField field{.column = key.column, .descending = key.descending};
  const ColumnOf texts{.frame = &frame, .column = key.column};
  TextRanks ranked = RankTexts(std::span(&texts, 1), pool);
  field.max = int64_t{ranked.count} - 1;
  field.ranks = std::make_shared<ScratchArray<uint32_t>>(std::move(ranked.ranks.front()));
  for (size_t c = 0; c < column.chunks(); ++c) {
    field.missing = field.missing || column.chunk(c).missing() > 0;
  }
  SizeField(&field);
  return field;
}

KeyField RankField(const Frame& frame, std::span<const SortKey> keys, ThreadPool& pool) {
  const RowKeys words(frame, keys, pool);
  return JoinFields(frame, words.fields(), pool);
}

RowKeys::RowKeys(const Frame& frame, std::vector<KeyField> fields)
    : frame_(&frame), fields_(std::move(fields)) {
  PlaceFields();
}

RowKeys::RowKeys(const Frame& frame, std::span<const SortKey> keys, ThreadPool& pool)
    : frame_(&frame) {
  for (const SortKey& key : keys) {
    KeyField field = MakeKeyField(frame, key, pool);
    int bits = field.bits;
    for (const KeyField& other : fields_) bits += other.bits;
    if (bits > 64) {
      // What there is comes to at most 32 bits.
      KeyField joined = JoinFields(frame, fields_, pool);
      fields_.assign(1, std::move(joined));
      reversible_ = false;
      if (fields_.front().bits + field.bits > 64) {
        KeyField alone = JoinFields(frame, std::span(&field, 1), pool);
        field = std::move(alone);
      }
    }
    fields_.push_back(std::move(field));
  }
  PlaceFields();
}

void RowKeys::PlaceFields() {
  bits_ = 0;
  for (size_t i = fields_.size(); i-- > 0;) {
    fields_[i].shift = bits_;
    bits_ += fields_[i].bits;
    reversible_ = reversible_ && fields_[i].ranks == nullptr && fields_[i].map == nullptr;
  }
  Check(bits_ <= 64, "a key word has at most 64 bits");
}

void RowKeys::Read(size_t chunk, size_t begin, std::span<uint64_t> out) const {
  std::array<int64_t, kBlock> cells;
  for (size_t done = 0; done < out.size(); done += kBlock) {
    const auto words = out.subspan(done, std::min(kBlock, out.size() - done));
    const auto block = std::span(cells).first(words.size());
    bool first = true;
    for (const KeyField& field : fields_) {
      if (field.bits == 0) continue;
      ReadCells(*frame_, field, chunk, begin + done, block);
      const uint64_t missing = field.missing ? 1 : 0;
      const uint64_t sign = field.descending ? ~uint64_t{0} : 0;
      // max - x is ~x + max + 1.
      const uint64_t add = (field.descending ? static_cast<uint64_t>(field.max) + 1
                                             : uint64_t{0} - static_cast<uint64_t>(field.min)) +
                           missing;
      const int shift = field.shift;
      const auto code = [&](size_t i) {
        const uint64_t present = (static_cast<uint64_t>(block[i]) ^ sign) + add;
        return (field.missing && block[i] == kMissingInt ? 0 : present) << shift;
      };
      if (first) {
        for (size_t i = 0; i < words.size(); ++i) words[i] = code(i);
      } else {
        for (size_t i = 0; i < words.size(); ++i) words[i] |= code(i);
      }
      first = false;
    }
    if (first) std::fill(words.begin(), words.end(), 0);
  }
}

}  // namespace thalweg::internal
