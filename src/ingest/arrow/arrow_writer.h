// A frame as a Parquet or Arrow IPC file, so that reading it back gives the same frame: types,
// missing cells, and the levels of categorical columns in their order (as field metadata).
//
//   int -> int64   real -> double   enum -> dictionary of strings   string -> large string
//   time -> timestamp in milliseconds, UTC   uuid -> 16 bytes, extension arrow.uuid
#pragma once

#include "base/progress.h"
#include "base/thread_pool.h"
#include "frame/frame.h"
#include "ingest/arrow/plugin/api.h"

namespace thalweg::internal {

// Writes to an open file, which stays open. UserError with the bare cause.
void WriteArrow(const Frame& frame, ThalwegArrowFormat format, int descriptor, ThreadPool& pool,
                const WorkContext& context);

}  // namespace thalweg::internal
