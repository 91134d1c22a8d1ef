#include "mapreduce/key_columns.h"

#include <memory>
#include <utility>

#include "base/error.h"
#include "frame/chunk_builder.h"

namespace thalweg::internal {

ChunkPtr EncodeForm(const IntegerForm& form, std::span<const int64_t> cells) {
  if (form.kind == IntegerForm::Kind::kReal) {
    std::vector<double> reals(cells.size());
    for (size_t i = 0; i < reals.size(); ++i) reals[i] = FromOrderedBits(cells[i]);
    return EncodeReals(reals);
  }
  return form.scale > 0 ? EncodeDecimals(cells, form.scale) : EncodeIntegers(cells);
}

std::vector<ColumnPtr> KeyColumns(const RowKeys& keys, std::span<const uint64_t> words,
                                  const Layout& layout, ThreadPool& pool) {
  Check(keys.reversible(), "keys are read back from words that hold them");
  const std::vector<KeyField>& fields = keys.fields();
  std::vector<std::vector<ChunkPtr>> chunks(fields.size(), std::vector<ChunkPtr>(layout.chunks()));
  pool.Run(layout.chunks() * fields.size(), [&](size_t task, size_t) {
    const size_t c = task / fields.size();
    const KeyField& field = fields[task % fields.size()];
    const auto part = words.subspan(static_cast<size_t>(layout.ChunkStart(c)),
                                    static_cast<size_t>(layout.ChunkRows(c)));
    const uint64_t mask = field.bits == 64 ? ~uint64_t{0} : (uint64_t{1} << field.bits) - 1;
    // A field of no bits may lie behind the 64th.
    const int shift = field.bits == 0 ? 0 : field.shift;
    std::vector<int64_t> cells(part.size());
    for (size_t i = 0; i < cells.size(); ++i) {
      cells[i] = field.Integer((part[i] >> shift) & mask);
    }
    chunks[task % fields.size()][c] = EncodeForm(field.form, cells);
  });
  std::vector<ColumnPtr> columns;
  for (size_t f = 0; f < fields.size(); ++f) {
    const Column& source = keys.frame().column(fields[f].column);
    columns.push_back(
        std::make_shared<Column>(source.type(), std::move(chunks[f]), source.domain()));
  }
  return columns;
}

}  // namespace thalweg::internal
