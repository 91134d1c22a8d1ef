#include "mapreduce/join_keys.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "kernels/decimal.h"
#include "mapreduce/sort_rows.h"
#include "mapreduce/text_ranks.h"

namespace thalweg::internal {
namespace {

// Both sides of one key column.
struct FieldPair {
  KeyField left;
  KeyField right;
  // Not null: as in JoinKeys::MissingRanks.
  std::shared_ptr<const std::vector<uint8_t>> missing_ranks = {};

  int bits() const { return left.bits; }
};

enum class KeyClass { kNumber, kLevels, kText, kUuid };

KeyClass ClassOf(ColumnType type) {
  switch (type) {
    case ColumnType::kCategorical:
      return KeyClass::kLevels;
    case ColumnType::kString:
      return KeyClass::kText;
    case ColumnType::kUuid:
      return KeyClass::kUuid;
    default:
      return KeyClass::kNumber;
  }
}

// The same range and the same code for missing cells on both sides.
void ShareRange(FieldPair* pair) {
  KeyField& left = pair->left;
  KeyField& right = pair->right;
  left.min = right.min = std::min(left.min, right.min);
  left.max = right.max = std::max(left.max, right.max);
  left.missing = right.missing = left.missing || right.missing;
  SizeField(&left);
  SizeField(&right);
}

// Another form for the cells of a field.
void ChangeForm(IntegerForm::Kind kind, int scale, KeyField* field) {
  const IntegerForm old = field->form;
  if (old.kind == kind && old.scale == scale) return;
  const auto changed = [&](int64_t integer) {
    const double value = RealOf(integer, old);
    if (kind == IntegerForm::Kind::kReal) return OrderedBits(value + 0.0);
    int64_t factor = 1;
    for (int s = old.scale; s < scale; ++s) factor *= 10;
    return integer * factor;
  };
  field->form.kind = kind;
  field->form.scale = kind == IntegerForm::Kind::kReal ? 0 : scale;
  if (old.empty()) return;
  field->min = field->form.min = changed(field->min);
  field->max = field->form.max = changed(field->max);
}

FieldPair NumberPair(const Frame& left, const Frame& right, const KeyPair& pair, ThreadPool& pool) {
  FieldPair fields{.left = MakeKeyField(left, {.column = pair.left}, pool),
                   .right = MakeKeyField(right, {.column = pair.right}, pool)};
  // SizeField gave columns without cells the range [0, 0], which does no harm.
  const NumberForm form = pair.form ? *pair.form : CommonForm(fields.left.form, fields.right.form);
  ChangeForm(form.kind, form.scale, &fields.left);
  ChangeForm(form.kind, form.scale, &fields.right);
  ShareRange(&fields);
  return fields;
}

// Codes of `from` as codes of `to`, missing where it has no such level.
std::vector<int64_t> MapLevels(const Domain& from, const Domain& to) {
  std::vector<int64_t> map;
  map.reserve(from.size());
  for (const std::string& level : from.levels()) {
    const int64_t code = to.Find(level);
    map.push_back(code < 0 ? kMissingInt : code);
  }
  return map;
}

void SetMap(std::vector<int64_t> map, size_t levels, KeyField* field) {
  field->missing = field->missing || std::find(map.begin(), map.end(), kMissingInt) != map.end();
  field->map = std::make_shared<std::vector<int64_t>>(std::move(map));
  field->min = 0;
  field->max = static_cast<int64_t>(levels) - 1;
}

FieldPair LevelPair(const Frame& left, const Frame& right, const KeyPair& pair, LevelOrder order,
                    ThreadPool& pool) {
  FieldPair fields{.left = MakeKeyField(left, {.column = pair.left}, pool),
                   .right = MakeKeyField(right, {.column = pair.right}, pool)};
  const DomainPtr& a = left.column(pair.left).domain();
  const DomainPtr& b = right.column(pair.right).domain();
  if (a != b && a->levels() != b->levels()) {
    if (order == LevelOrder::kBoth) {
      std::vector<int64_t> map;
      const DomainPtr joined = JoinedDomain(a, b, &map);
      SetMap(std::move(map), joined->size(), &fields.right);
    } else if (order == LevelOrder::kLeft) {
      SetMap(MapLevels(*b, *a), a->size(), &fields.right);
    } else {
      SetMap(MapLevels(*a, *b), b->size(), &fields.left);
    }
  }
  ShareRange(&fields);
  return fields;
}

FieldPair TextPair(const Frame& left, const Frame& right, const KeyPair& pair, ThreadPool& pool) {
  const ColumnOf columns[] = {{.frame = &left, .column = pair.left},
                              {.frame = &right, .column = pair.right}};
  TextRanks ranked = RankTexts(columns, pool);
  FieldPair fields{.left = {.column = pair.left}, .right = {.column = pair.right}};
  for (KeyField* field : {&fields.left, &fields.right}) {
    field->max = int64_t{ranked.count} - 1;
    field->missing = true;
    field->ranks = std::make_shared<ScratchArray<uint32_t>>(
        std::move(ranked.ranks[field == &fields.left ? 0 : 1]));
  }
  ShareRange(&fields);
  return fields;
}

void AppendWords(const RowKeys& keys, ThreadPool& pool, uint64_t* words) {
  const Layout& layout = keys.frame().layout();
  pool.Run(layout.chunks(), [&](size_t c, size_t) {
    keys.Read(c, 0,
              std::span(words + layout.ChunkStart(c), static_cast<size_t>(layout.ChunkRows(c))));
  });
}

uint64_t FieldMask(const KeyField& field) {
  return ((field.bits == 64 ? 0 : uint64_t{1} << field.bits) - 1) << field.shift;
}

// Pairs of fields as one pair of ranks.
FieldPair JoinPairs(const Frame& left, const Frame& right, const std::vector<FieldPair>& pairs,
                    ThreadPool& pool);

JoinKeys Assemble(const Frame& left, const Frame& right, const std::vector<FieldPair>& pairs) {
  std::vector<KeyField> left_fields;
  std::vector<KeyField> right_fields;
  for (const FieldPair& pair : pairs) {
    left_fields.push_back(pair.left);
    right_fields.push_back(pair.right);
  }
  JoinKeys keys{.left = RowKeys(left, std::move(left_fields)),
                .right = RowKeys(right, std::move(right_fields)),
                .missing_masks = {},
                .missing_ranks = {}};
  for (size_t i = 0; i < pairs.size(); ++i) {
    const KeyField& field = keys.left.fields()[i];
    if (pairs[i].missing_ranks) {
      // A field of no bits may lie behind the 64th.
      keys.missing_ranks.push_back({.shift = field.bits == 0 ? 0 : field.shift,
                                    .mask = field.bits == 0 ? 0 : FieldMask(field) >> field.shift,
                                    .missing = pairs[i].missing_ranks});
    } else if (field.missing) {
      keys.missing_masks.push_back(FieldMask(field));
    }
  }
  return keys;
}

FieldPair JoinPairs(const Frame& left, const Frame& right, const std::vector<FieldPair>& pairs,
                    ThreadPool& pool) {
  const JoinKeys keys = Assemble(left, right, pairs);
  const auto left_rows = static_cast<size_t>(left.rows());
  ScratchArray<uint64_t> words(left_rows + static_cast<size_t>(right.rows()));
  AppendWords(keys.left, pool, words.data());
  AppendWords(keys.right, pool, words.data() + left_rows);
  const SortedRows sorted = SortWords(words.span(), keys.left.bits(), Grouping::kGroups, pool);
  auto left_ranks = std::make_shared<ScratchArray<uint32_t>>(left_rows);
  auto right_ranks = std::make_shared<ScratchArray<uint32_t>>(static_cast<size_t>(right.rows()));
  FieldPair joined;
  auto missing = std::make_shared<std::vector<uint8_t>>(sorted.groups());
  bool any_missing = false;
  for (size_t g = 0; g < sorted.groups(); ++g) {
    (*missing)[g] = keys.HasMissing(sorted.words[g]) ? 1 : 0;
    any_missing = any_missing || (*missing)[g] != 0;
    for (size_t i = sorted.starts[g]; i < sorted.starts[g + 1]; ++i) {
      const size_t row = sorted.rows[i];
      if (row < left_rows) {
        (*left_ranks)[row] = static_cast<uint32_t>(g);
      } else {
        (*right_ranks)[row - left_rows] = static_cast<uint32_t>(g);
      }
    }
  }
  for (KeyField* field : {&joined.left, &joined.right}) {
    field->min = 0;
    field->max = static_cast<int64_t>(sorted.groups()) - 1;
  }
  if (any_missing) joined.missing_ranks = std::move(missing);
  joined.left.ranks = std::move(left_ranks);
  joined.right.ranks = std::move(right_ranks);
  ShareRange(&joined);
  return joined;
}

}  // namespace

DomainPtr JoinedDomain(const DomainPtr& left, const DomainPtr& right, std::vector<int64_t>* map) {
  std::vector<std::string> levels = left->levels();
  map->clear();
  for (const std::string& level : right->levels()) {
    int64_t code = left->Find(level);
    if (code < 0) {
      code = static_cast<int64_t>(levels.size());
      levels.push_back(level);
    }
    map->push_back(code);
  }
  if (levels.size() == left->size()) return left;
  return std::make_shared<Domain>(std::move(levels));
}

NumberForm CommonForm(const IntegerForm& left, const IntegerForm& right) {
  NumberForm common = {.scale = std::max(left.scale, right.scale)};
  for (const IntegerForm* form : {&left, &right}) {
    if (form->kind == IntegerForm::Kind::kReal) common.kind = IntegerForm::Kind::kReal;
    if (form->scale == common.scale || form->empty()) continue;
    const double largest = std::max(std::abs(static_cast<double>(form->min)),
                                    std::abs(static_cast<double>(form->max)));
    const double factor = kPowersOfTen[static_cast<size_t>(common.scale - form->scale)];
    if (largest * factor >= 0x1p50) common.kind = IntegerForm::Kind::kReal;
  }
  return common;
}

void CheckKeyPairs(const Frame& left, const Frame& right, std::span<const KeyPair> pairs) {
  for (const KeyPair& pair : pairs) {
    const ColumnType a = left.column(pair.left).type();
    const ColumnType b = right.column(pair.right).type();
    if (ClassOf(a) == ClassOf(b)) continue;
    throw UserError("the key column '" + Printable(left.name(pair.left)) + "' is of type " +
                    std::string(ColumnTypeName(a)) + " and its partner '" +
                    Printable(right.name(pair.right)) + "' of type " +
                    std::string(ColumnTypeName(b)) +
                    "; merging columns must be the same type: convert one of them");
  }
}

JoinKeys MakeJoinKeys(const Frame& left, const Frame& right, std::span<const KeyPair> pairs,
                      LevelOrder order, ThreadPool& pool) {
  CheckRowCount(left.rows() + right.rows());
  CheckKeyPairs(left, right, pairs);
  std::vector<FieldPair> fields;
  for (const KeyPair& pair : pairs) {
    FieldPair field;
    switch (ClassOf(left.column(pair.left).type())) {
      case KeyClass::kNumber:
        field = NumberPair(left, right, pair, pool);
        break;
      case KeyClass::kLevels:
        field = LevelPair(left, right, pair, order, pool);
        break;
      default:
        field = TextPair(left, right, pair, pool);
    }
    int bits = field.bits();
    for (const FieldPair& other : fields) bits += other.bits();
    if (bits > 64) {
      FieldPair joined = JoinPairs(left, right, fields, pool);
      fields.assign(1, std::move(joined));
      if (fields.front().bits() + field.bits() > 64) {
        FieldPair alone = JoinPairs(left, right, {field}, pool);
        field = std::move(alone);
      }
    }
    fields.push_back(std::move(field));
  }
  return Assemble(left, right, fields);
}

}  // namespace thalweg::internal
