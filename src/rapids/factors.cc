// Categorical columns and their levels.
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"

namespace thalweg::internal {

Value Levels(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  size_t most = 0;
  for (size_t c = 0; c < frame->columns(); ++c) {
    const DomainPtr& domain = frame->column(c).domain();
    if (domain) most = std::max(most, domain->size());
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(most));
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < frame->columns(); ++c) {
    names.push_back("C" + std::to_string(c + 1));
    const DomainPtr& domain = frame->column(c).domain();
    if (!domain) {
      columns.push_back(ConstantColumn(*layout, kMissingReal));
      continue;
    }
    columns.push_back(MakeIntegers(*layout, evaluator, ColumnType::kCategorical, domain,
                                   [&](size_t chunk, std::span<int64_t> out) {
                                     int64_t code = layout->ChunkStart(chunk);
                                     for (int64_t& cell : out) {
                                       cell = code < static_cast<int64_t>(domain->size())
                                                  ? code
                                                  : kMissingInt;
                                       ++code;
                                     }
                                   }));
  }
  return Frame(layout, std::move(names), std::move(columns));
}

}  // namespace thalweg::internal
