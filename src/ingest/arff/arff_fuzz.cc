// Any bytes give a frame or a UserError, and the frame does not depend on how the text is cut.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "ingest/arff/arff_reader.h"
#include "ingest/csv/frame_text_for_test.h"

namespace {

std::string Outcome(std::span<const char> bytes, int64_t chunk_bytes, thalweg::ThreadPool& pool) {
  thalweg::ParseOptions options;
  options.chunk_bytes = chunk_bytes;
  try {
    return thalweg::internal::FrameText(
        thalweg::internal::ReadArffSources(
            1, [&](size_t) { return thalweg::OpenBytes(bytes, "fuzz"); }, options, pool)
            .frame);
  } catch (const thalweg::UserError& error) {
    return error.what();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static thalweg::ThreadPool one(1);
  static thalweg::ThreadPool two(2);
  const std::span<const char> bytes(reinterpret_cast<const char*>(data), size);
  thalweg::LooksLikeArff(bytes, "fuzz");
  if (Outcome(bytes, 0, one) != Outcome(bytes, 7, two)) std::abort();
  return 0;
}
