// SVMLight text (also called LibSVM): one row per line,
//   label [qid:id] index:value index:value … # comment
// Label and values are decimal numbers, indices integers, in any order but not twice; what is not
// named is zero. Fields are separated by blanks and tabs; empty lines and comments are skipped.
//
// Source: Joachims, SVM-light, "Input files" (https://www.cs.cornell.edu/people/tj/svm_light/).
// Indices begin at 1 there. Files with an index 0 exist, too: if any file has one, indices begin at
// 0 in all of them. The label becomes column C1, the first index C2 and so on; query ids become a
// last column qid.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/parse.h"
#include "ingest/source.h"

namespace thalweg {

// The first lines have the form above, and at least one has index:value pairs.
bool LooksLikeSvmLight(std::span<const char> head, std::string_view name);

ParseResult ReadSvmLight(const std::vector<std::string>& paths, const ParseOptions& options,
                         ThreadPool& pool, const WorkContext& context,
                         const ExpectedTypes& expected = {});

namespace internal {

// A frame of more columns is refused: that index is a mistake, or the frame would be too large.
inline constexpr uint32_t kMaxSvmLightIndex = 10'000'000;

struct SvmLightLimits {
  size_t block_bytes = size_t{1} << 20;
  uint32_t max_index = kMaxSvmLightIndex;
};

// The same for any sources, opened one after another. Options of the columns are not applied.
ParseResult ReadSvmLightSources(size_t sources,
                                const std::function<std::unique_ptr<ByteSource>(size_t)>& open,
                                bool chunk_per_block, const SvmLightLimits& limits,
                                ThreadPool& pool, const WorkContext& context = {});

}  // namespace internal
}  // namespace thalweg
