#include "ingest/csv/block_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/text.h"
#include "ingest/csv/careful_scan.h"

namespace thalweg::internal {
namespace {

constexpr size_t kReadable = 16;

std::shared_ptr<char[]> NewBuffer(size_t size) {
  // Not zeroed: it is about to be overwritten.
  return std::shared_ptr<char[]>(new char[size]);
}

}  // namespace

BlockReader::BlockReader(const CsvPlan& plan, TextShare share, const WorkContext& context)
    : plan_(plan), share_(std::move(share)), context_(context) {
  for (const RunShare& part : share_.shares) stored_all_ += StoredBytes(part);
}

bool BlockReader::Next(Unit& unit) {
  std::lock_guard lock(mutex_);
  context_.ThrowIfCancelled();
  unit.pieces.clear();
  while (!stopped_ && at_share_ < share_.shares.size()) {
    if (!started_) StartShare();
    if (unit_ >= share().end_unit) {
      EndShare();
      continue;
    }
    CutUnit(unit);
    if (unit.pieces.empty()) {
      if (OpenFile()) {
        SkipToRowEnd();
      } else {
        EndShare();
      }
      continue;
    }
    const size_t number = unit_++;
    if (!run().mapped && number % share().step != share().begin_unit) {
      unit.pieces.clear();
      continue;
    }
    unit.number = UnitNumber(share().run, number);
    Report();
    return true;
  }
  return false;
}

void BlockReader::Done(const Unit& unit) {
  for (const Piece& piece : unit.pieces) {
    if (piece.is_mapped) {
      piece.source->Release(piece.mapped_begin, piece.mapped_begin + piece.text.size());
    }
  }
}

void BlockReader::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

uint64_t BlockReader::next_unit() const {
  const size_t end = share_.runs.size();
  return at_share_ == share_.shares.size() ? UnitNumber(end, 0) : UnitNumber(share().run, unit_);
}

void BlockReader::StartShare() {
  started_ = true;
  unit_ = 0;
  coordinate_ = 0;
  file_ = run().begin_file;
  source_ = nullptr;
  if (!run().mapped || share().begin_unit == 0) return;
  unit_ = share().begin_unit;
  Check(share_.begin.has_value(), "it is known where a share begins");
  const TextPlace& begin = *share_.begin;
  for (; file_ < run().end_file && file_ < begin.file; ++file_) {
    coordinate_ += plan_.files[file_].mapped_bytes - plan_.files[file_].data_begin;
  }
  if (!OpenFile()) return;
  uncounted_ = begin.position - position_;
  coordinate_ += uncounted_;
  position_ = begin.position;
}

void BlockReader::EndShare() {
  if (run().mapped && share().end_unit < run().units) end_ = Normalized(plan_, {file_, position_});
  stored_before_ += run().mapped ? StoredBytes(share()) : 0;
  ++at_share_;
  started_ = false;
}

bool BlockReader::OpenFile() {
  if (source_ != nullptr) return true;
  if (file_ == run().end_file) return false;
  const FilePlan& file = plan_.files[file_];
  source_ = file.input.open();
  line_ = file.first_line;
  uncounted_ = 0;
  position_ = std::min<uint64_t>(file.data_begin, source_->mapped().size());
  at_end_ = false;
  filled_ = 0;
  if (run().mapped) {
    if (source_->mapped().size() != file.mapped_bytes) {
      throw UserError(file.input.name + ": the file changed while it was read");
    }
    return true;
  }
  // Passes what comes before the data.
  Fill(file.data_begin);
  filled_ = 0;
  return true;
}

void BlockReader::CloseFile() {
  if (!run().mapped) stored_before_ += plan_.files[file_].stored_bytes;
  source_ = nullptr;
  ++file_;
  position_ = file_ < plan_.files.size() ? plan_.files[file_].data_begin : 0;
}

BlockReader::View BlockReader::Look(uint64_t want) {
  if (run().mapped) {
    const std::span<const char> all = source_->mapped();
    const uint64_t rest = all.size() - position_;
    const uint64_t size = std::min(want, rest);
    return {all.data() + position_, size, rest, size == rest};
  }
  // One byte more tells whether a '\r' is followed by '\n', and whether the file ends.
  Fill(want + 1);
  return {buffer_.get(), std::min(static_cast<size_t>(want), filled_), filled_,
          at_end_ && filled_ <= want};
}

void BlockReader::Fill(size_t size) {
  if (capacity_ < size + kReadable || buffer_ == nullptr) {
    auto larger = NewBuffer(size + kReadable);
    if (filled_ > 0) std::memcpy(larger.get(), buffer_.get(), filled_);
    buffer_ = std::move(larger);
    capacity_ = size + kReadable;
  }
  while (filled_ < size && !at_end_) {
    const size_t got = source_->Read(std::span<char>(buffer_.get() + filled_, size - filled_));
    if (got == 0) at_end_ = true;
    filled_ += got;
  }
}

void BlockReader::CutUnit(Unit& unit) {
  // The rest of a mapped run belongs to its last unit.
  const uint64_t boundary = unit_ + 1 == run().units
                                ? UINT64_MAX
                                : (static_cast<uint64_t>(unit_) + 1) * plan_.block_bytes;
  while (coordinate_ < boundary && OpenFile()) {
    const View view = Look(boundary - coordinate_);
    if (view.size == 0) {
      CloseFile();
      continue;
    }
    const RowCut cut = CutRows(view.text, view.size, view.available, view.at_end, plan_.dialect);
    if (cut.open_quote) FailOpenQuote(view, cut.quote_begin);
    if (cut.size == 0) return;
    Take(view, cut, unit);
    if (!view.at_end) return;
  }
}

void BlockReader::Take(const View& view, const RowCut& cut, Unit& unit) {
  Piece piece;
  piece.file = file_;
  piece.lines = cut.lines;
  piece.text = {view.text, cut.size};
  if (!run().mapped) {
    const size_t rest = filled_ - cut.size;
    auto next = NewBuffer(std::max(plan_.block_bytes + 1, rest) + kReadable);
    std::memcpy(next.get(), buffer_.get() + cut.size, rest);
    piece.buffer = std::move(buffer_);
    std::memset(piece.buffer.get() + filled_, 0, kReadable);
    buffer_ = std::move(next);
    capacity_ = std::max(plan_.block_bytes + 1, rest) + kReadable;
    filled_ = rest;
  } else if (view.available - cut.size < kReadable) {
    piece.buffer = NewBuffer(cut.size + kReadable);
    std::memcpy(piece.buffer.get(), view.text, cut.size);
    std::memset(piece.buffer.get() + cut.size, 0, kReadable);
    piece.text = {piece.buffer.get(), cut.size};
  } else {
    piece.source = source_;
    piece.mapped_begin = position_;
    piece.is_mapped = true;
  }
  line_ += cut.lines;
  position_ += cut.size;
  coordinate_ += cut.size;
  unit.pieces.push_back(std::move(piece));
}

void BlockReader::SkipToRowEnd() {
  const uint64_t longest = plan_.longest_row + 1;
  for (uint64_t size = std::max<uint64_t>(plan_.block_bytes, 4096);; size *= 2) {
    const View view = Look(std::min(size, longest));
    if (view.size == 0) return;  // the next look is at the next file
    const RowCut cut = CutFirstRow(view.text, view.size, view.at_end, plan_.dialect);
    if (cut.size > 0) {
      const uint64_t unit = (coordinate_ + cut.size - 1) / plan_.block_bytes;
      unit_ = std::min<size_t>(std::max<size_t>(unit_ + 1, unit), run().units - 1);
      return;
    }
    if (view.at_end && cut.open_quote) FailOpenQuote(view, cut.quote_begin);
    if (size >= longest) FailTooLong(view, cut);
  }
}

int64_t BlockReader::LineAt(const View& view, size_t offset) const {
  size_t lines = offset == 0 ? 0 : CountLineEnds(view.text, offset, view.text[offset]);
  if (uncounted_ > 0) {
    const char* begin = source_->mapped().data() + plan_.files[file_].data_begin;
    lines += CountLineEnds(begin, uncounted_, begin[uncounted_]);
  }
  return line_ + static_cast<int64_t>(lines);
}

void BlockReader::FailOpenQuote(const View& view, size_t quote_begin) const {
  throw UserError(fmt::format(
      "{}, line {}: the quote that opens here is never closed; is the quote character right?",
      plan_.files[file_].input.name, LineAt(view, quote_begin)));
}

void BlockReader::FailTooLong(const View& view, const RowCut& cut) const {
  const std::string& name = plan_.files[file_].input.name;
  const std::string longest = HumanBytes(static_cast<double>(plan_.longest_row));
  if (cut.open_quote) {
    throw UserError(
        fmt::format("{}, line {}: the quote that opens here is not closed within {}; "
                    "is the quote character right?",
                    name, LineAt(view, cut.quote_begin), longest));
  }
  throw UserError(fmt::format("{}, line {}: the row that begins here is longer than {}", name,
                              LineAt(view, 0), longest));
}

uint64_t BlockReader::StoredBytes(const RunShare& share) const {
  const TextRun& run = share_.runs[share.run];
  if (!run.mapped) return run.stored_bytes;
  return (share.end_unit - share.begin_unit) * run.stored_bytes / run.units;
}

void BlockReader::Report() {
  if (context_.progress == nullptr || stored_all_ == 0) return;
  uint64_t here = 0;
  if (run().mapped) {
    here = StoredBytes({.run = share().run, .begin_unit = share().begin_unit, .end_unit = unit_});
  } else if (source_ != nullptr) {
    here = source_->position();
  }
  const double fraction =
      static_cast<double>(stored_before_ + here) / static_cast<double>(stored_all_);
  const size_t file = std::min(file_, plan_.files.size() - 1);
  context_.Report(std::min(fraction, 1.0), fmt::format("parsing {}", plan_.files[file].input.name));
}

}  // namespace thalweg::internal
