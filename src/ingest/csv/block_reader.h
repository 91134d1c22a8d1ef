// Cuts the text that one rank reads, in order, into units of work: about as many bytes each as the
// plan says, whole rows only.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "ingest/csv/plan.h"
#include "ingest/csv/row_cut.h"
#include "ingest/csv/text_runs.h"

namespace thalweg::internal {

// Rows of one file that follow each other.
struct Piece {
  size_t file = 0;
  std::string_view text;
  int64_t lines = 0;  // line ends in the text

  // Keep the text alive: a buffer, or the mapped file.
  std::shared_ptr<char[]> buffer;
  std::shared_ptr<ByteSource> source;
  uint64_t mapped_begin = 0;
  bool is_mapped = false;
};

struct Unit {
  uint64_t number = 0;  // UnitNumber; ascending, with gaps
  std::vector<Piece> pieces;
};

// What a reader reads.
struct TextShare {
  std::vector<TextRun> runs;  // all of them
  std::vector<RunShare> shares;
  // Where the share begins that begins in the midst of a mapped run; there is one at most.
  std::optional<TextPlace> begin;
};

// A second reader of the same share makes the same units. 16 bytes beyond the end of every text may
// be read.
// Thread rule: any thread may call Next and Done.
class BlockReader {
 public:
  // The plan must outlive this.
  BlockReader(const CsvPlan& plan, TextShare share, const WorkContext& context);

  // The next unit; false at the end, or after Stop. UserError, with file and line, on a quote that
  // is never closed and on unreadable files.
  bool Next(Unit& unit);
  // The unit is parsed; its mapped text may leave memory.
  void Done(const Unit& unit);
  // No more units: another thread failed.
  void Stop();
  // After the last unit: where the share ended that ends in the midst of a mapped run, behind its
  // last row.
  const std::optional<TextPlace>& end() const { return end_; }
  // The number of the unit that is to be cut next, or could not be.
  uint64_t next_unit() const;

 private:
  // Text that comes next: `size` bytes to be cut, of `available` ones; whether the file ends there.
  struct View {
    const char* text = nullptr;
    size_t size = 0;
    size_t available = 0;
    bool at_end = false;
  };

  const RunShare& share() const { return share_.shares[at_share_]; }
  const TextRun& run() const { return share_.runs[share().run]; }
  void StartShare();
  void EndShare();
  // The file that comes next in the run is open; false at the run's end.
  bool OpenFile();
  void CloseFile();
  View Look(uint64_t want);
  // Fills the buffer up to `size` bytes.
  void Fill(size_t size);
  void CutUnit(Unit& unit);
  void Take(const View& view, const RowCut& cut, Unit& unit);
  // On to the unit in which the row that comes next ends.
  void SkipToRowEnd();
  int64_t LineAt(const View& view, size_t offset) const;
  [[noreturn]] void FailOpenQuote(const View& view, size_t quote_begin) const;
  [[noreturn]] void FailTooLong(const View& view, const RowCut& cut) const;
  uint64_t StoredBytes(const RunShare& share) const;
  void Report();

  const CsvPlan& plan_;
  const TextShare share_;
  WorkContext context_;
  std::mutex mutex_;
  bool stopped_ = false;
  uint64_t stored_all_ = 0;
  uint64_t stored_before_ = 0;  // of shares that are read, and of the closed files of this run

  std::optional<TextPlace> end_;
  size_t at_share_ = 0;
  bool started_ = false;
  size_t unit_ = 0;          // of the run
  uint64_t coordinate_ = 0;  // bytes of the run's text before what comes next
  size_t file_ = 0;
  std::shared_ptr<ByteSource> source_;  // of file_
  uint64_t position_ = 0;               // in a mapped file
  int64_t line_ = 1;                    // of what comes next, or of the place where reading began
  uint64_t uncounted_ = 0;              // bytes of the mapped file whose lines line_ lacks
  // Of a file that is not mapped: bytes read, not yet handed out.
  std::shared_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t filled_ = 0;
  bool at_end_ = false;
};

}  // namespace thalweg::internal
