// libFuzzer target: any bytes either parse or give a UserError, under several options, and give the
// same frame with small chunks, streamed, by two threads.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/csv/memory_input_for_test.h"

namespace {

using thalweg::ParseOptions;
using thalweg::Toggle;

// Frame as text, or the error.
std::string Outcome(const std::string& text, const ParseOptions& options, size_t read_bytes,
                    thalweg::ThreadPool& pool) {
  try {
    const auto result = thalweg::ReadCsvInputs(
        {thalweg::internal::MemoryInput("text", text, read_bytes)}, options, pool);
    return thalweg::internal::FrameText(result.frame);
  } catch (const thalweg::UserError& error) {
    return error.what();
  }
}

ParseOptions OptionsOf(uint8_t choice) {
  ParseOptions options;
  if ((choice & 1) != 0) options.header = Toggle::kTrue;
  if ((choice & 2) != 0) options.separator = ",";
  if ((choice & 4) != 0) options.escape = "\\";
  if ((choice & 8) != 0) options.comment = "";
  if ((choice & 16) != 0) options.decimal_comma = options.separator.empty();
  if ((choice & 32) != 0) options.quote = "";
  if ((choice & 64) != 0) options.max_levels = 2;
  if ((choice & 128) != 0) options.na_strings = {"NA", "1", "x"};
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 4096) return 0;
  static thalweg::ThreadPool one(1);
  static thalweg::ThreadPool two(2);
  ParseOptions options = OptionsOf(data[0]);
  options.quoted_na = (data[1] & 128) != 0;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = Outcome(text, options, 0, one);
  options.chunk_bytes = 1 + data[1] % 64;
  const std::string cut = Outcome(text, options, 1 + data[1] % 7, two);
  if (cut != whole) {
    std::fprintf(stderr, "whole:\n%s\ncut:\n%s\n", whole.c_str(), cut.c_str());
    std::abort();
  }
  return 0;
}
