// libFuzzer target: any bytes either parse or give a UserError, under several options, and give the
// same frame with small chunks, streamed, by two threads, and by several ranks.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/csv/memory_input_for_test.h"
#include "ingest/csv/parse_over_ranks_for_test.h"

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

std::string OutcomeOverRanks(const std::string& text, const ParseOptions& options,
                             size_t read_bytes, const thalweg::internal::OverRanks& how) {
  try {
    const auto result = thalweg::internal::ParseOverRanks(
        {thalweg::internal::MemoryInput("text", text, read_bytes)}, options, how);
    return thalweg::internal::FrameText(result.frame);
  } catch (const thalweg::UserError& error) {
    return error.what();
  }
}

void RequireSame(const std::string& whole, const std::string& other, const char* how) {
  if (whole == other) return;
  std::fprintf(stderr, "whole:\n%s\n%s:\n%s\n", whole.c_str(), how, other.c_str());
  std::abort();
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
  RequireSame(whole, Outcome(text, options, 1 + data[1] % 7, two), "cut");
  // Threads for ranks take their time.
  if ((data[1] & 3) == 0) {
    const thalweg::internal::OverRanks how{
        .ranks = 2 + data[1] / 4 % 2, .threads = 1, .look_back_bytes = data[1] / size_t{8} % 8};
    RequireSame(whole, OutcomeOverRanks(text, options, data[1] % 8, how), "over ranks");
  }
  return 0;
}
