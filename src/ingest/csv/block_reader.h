// Cuts the text of all files, in order, into units of work: about as many bytes each as the plan
// says, whole rows only.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "ingest/csv/plan.h"

namespace thalweg::internal {

// Rows of one file that follow each other.
struct Piece {
  size_t file = 0;
  std::string_view text;
  int64_t first_line = 1;  // of the file, from 1

  // Keep the text alive: a buffer, or the mapped file.
  std::shared_ptr<char[]> buffer;
  std::shared_ptr<ByteSource> source;
  uint64_t mapped_begin = 0;
  bool is_mapped = false;
};

struct Unit {
  size_t number = 0;
  std::vector<Piece> pieces;
  size_t bytes = 0;
};

// The cuts depend on the files and on `block_bytes` alone, so that a second reader makes the same
// ones. 16 bytes beyond the end of every text may be read.
// Thread rule: any thread may call Next and Done.
class BlockReader {
 public:
  BlockReader(const CsvPlan& plan, const WorkContext& context);

  // The next unit; false at the end, or after Stop. UserError, with file and line, on a quote that
  // is never closed and on unreadable files.
  bool Next(Unit& unit);
  // The unit is parsed; its mapped text may leave memory.
  void Done(const Unit& unit);
  // No more units: another thread failed.
  void Stop();

 private:
  struct Cut {
    size_t size = 0;  // 0: no row ends here
    int64_t lines = 0;
  };

  bool OpenNext();
  bool NextPiece(size_t want, Piece& piece);
  bool NextMapped(size_t want, Piece& piece);
  bool NextStreamed(size_t want, Piece& piece);
  // Fills the buffer up to `size` bytes.
  void Fill(size_t size);
  // Where whole rows end within text[0, size), of which `available` bytes are there.
  Cut FindCut(const char* text, size_t size, size_t available, bool at_end) const;
  [[noreturn]] void FailTooLong(const char* text, size_t size) const;
  void Report();

  const CsvPlan& plan_;
  WorkContext context_;
  std::mutex mutex_;
  bool stopped_ = false;
  size_t units_ = 0;
  uint64_t stored_before_ = 0;
  uint64_t stored_all_ = 0;

  size_t next_file_ = 0;
  std::shared_ptr<ByteSource> source_;  // of file next_file_ - 1
  int64_t line_ = 1;
  uint64_t position_ = 0;  // in a mapped file
  // Of a file that is not mapped: bytes read, not yet handed out.
  std::shared_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t filled_ = 0;
  bool at_end_ = false;
};

}  // namespace thalweg::internal
