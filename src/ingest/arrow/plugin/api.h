// The border between the program and libthalweg_arrow.so, which alone is linked with Arrow C++.
//
// Only C crosses it: this table and the structs of the Arrow C Data Interface
// (https://arrow.apache.org/docs/format/CDataInterface.html). No C++ object, no exception and no
// code of the program is shared, so the library needs nothing from the program that loads it.
#pragma once

#include <arrow/c/abi.h>

#include <cstddef>
#include <cstdint>

extern "C" {

// The last is Arrow IPC's stream format, which can go through a pipe; it is written only (reading
// takes either form of IPC as it comes).
enum ThalwegArrowFormat { kThalwegParquet = 0, kThalwegArrowIpc = 1, kThalwegArrowStream = 2 };

struct ThalwegArrowReader;

// Functions that return text return null where all went well, else a message that belongs to the
// caller, who hands it to free_text. Thread rule: one call at a time for each reader.
struct ThalwegArrowApi {
  uint32_t version;  // kThalwegArrowVersion
  // A file in memory, which must outlive the reader. More than `memory_limit` bytes at a time are
  // not allocated: a few damaged bytes can ask for any amount.
  char* (*open)(int format, const void* data, size_t size, int64_t memory_limit,
                ThalwegArrowReader** out);
  // A struct of the top-level fields; the caller releases it.
  char* (*schema)(ThalwegArrowReader* reader, ArrowSchema* out);
  // Batches of at most `batch_rows` rows of the top-level fields at these positions, validated. The
  // reader must outlive the stream and its batches.
  char* (*read)(ThalwegArrowReader* reader, const int* columns, size_t count, int64_t batch_rows,
                ArrowArrayStream* out);
  void (*close)(ThalwegArrowReader* reader);
  // Writes all batches of `in` (which it releases) to an open file. Does not close the descriptor.
  char* (*write)(int format, int descriptor, ArrowArrayStream* in);
  void (*free_text)(char* text);
};

constexpr uint32_t kThalwegArrowVersion = 3;

const ThalwegArrowApi* thalweg_arrow_api();  // NOLINT(readability-identifier-naming)
}
