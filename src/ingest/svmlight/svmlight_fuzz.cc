// Any bytes give a frame of as many rows as there are labels, or a UserError; and the frame does
// not depend on how the text is cut.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "ingest/svmlight/svmlight_reader.h"

namespace {

std::string Outcome(std::span<const char> bytes, size_t block_bytes, bool chunk_per_block,
                    thalweg::ThreadPool& pool) {
  using namespace thalweg;
  try {
    const ParseResult result = internal::ReadSvmLightSources(
        1, [&](size_t) { return OpenBytes(bytes, "fuzz"); }, chunk_per_block,
        {.block_bytes = block_bytes, .max_index = 200}, pool);
    std::string outcome;
    const auto rows = static_cast<size_t>(result.frame.rows());
    std::vector<double> cells(rows);
    for (size_t c = 0; c < result.frame.columns(); ++c) {
      ReadCells(result.frame, c, 0, std::span<double>(cells));
      outcome.append(reinterpret_cast<const char*>(cells.data()), rows * sizeof(double));
    }
    return outcome;
  } catch (const UserError& error) {
    return error.what();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static thalweg::ThreadPool pool(1);
  const std::span<const char> bytes(reinterpret_cast<const char*>(data), size);
  thalweg::LooksLikeSvmLight(bytes, "fuzz");
  const std::string whole = Outcome(bytes, 1 << 20, false, pool);
  if (whole != Outcome(bytes, 7, true, pool)) std::abort();
  return 0;
}
