#include "ingest/csv/builder.h"

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {

void ColumnBuilder::Start() {
  fit_ = Fit::kAsPlanned;
  misfit_ = {};
  rejected_ = 0;
  first_rejected_.clear();
  Clear();
}

void ColumnBuilder::Widen(Fit fit, size_t row, const char* place, std::string_view text,
                          std::string reason) {
  if (fit <= fit_) return;
  fit_ = fit;
  misfit_ = {row, place, std::string(text), std::move(reason)};
}

void ColumnBuilder::Reject(size_t row, const char* place, std::string_view text,
                           std::string reason) {
  if (rejected_++ < kKept) {
    first_rejected_.push_back({row, place, Printable(text, 200), std::move(reason)});
  }
}

std::unique_ptr<ColumnBuilder> MakeBuilder(const CsvPlan& plan, const ColumnPlan& column) {
  switch (column.type) {
    case ColumnType::kReal:
    case ColumnType::kInteger:
      return MakeNumberBuilder(plan, column);
    case ColumnType::kCategorical:
      return MakeCategoricalBuilder(plan, column);
    case ColumnType::kTime:
      return MakeTimeBuilder(plan, column);
    case ColumnType::kString:
      return MakeStringBuilder(plan, column);
    case ColumnType::kUuid:
      return MakeUuidBuilder(plan, column);
  }
  throw InternalError("no builder for this type");
}

}  // namespace thalweg::internal
