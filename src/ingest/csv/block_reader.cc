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

BlockReader::BlockReader(const CsvPlan& plan, const WorkContext& context)
    : plan_(plan), context_(context) {
  for (const FilePlan& file : plan.files) stored_all_ += file.stored_bytes;
}

bool BlockReader::Next(Unit& unit) {
  std::lock_guard lock(mutex_);
  context_.ThrowIfCancelled();
  unit.pieces.clear();
  unit.bytes = 0;
  while (!stopped_ && unit.bytes < plan_.block_bytes) {
    if (source_ == nullptr && !OpenNext()) break;
    Piece piece;
    if (!NextPiece(plan_.block_bytes - unit.bytes, piece)) {
      stored_before_ += plan_.files[next_file_ - 1].stored_bytes;
      source_ = nullptr;
      continue;
    }
    unit.bytes += piece.text.size();
    unit.pieces.push_back(std::move(piece));
  }
  if (unit.pieces.empty() || stopped_) return false;
  unit.number = units_++;
  Report();
  return true;
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

bool BlockReader::OpenNext() {
  if (next_file_ == plan_.files.size()) return false;
  const FilePlan& file = plan_.files[next_file_++];
  source_ = file.input.open();
  line_ = file.first_line;
  position_ = std::min<uint64_t>(file.data_begin, source_->mapped().size());
  at_end_ = false;
  filled_ = 0;
  if (!source_->mapped().empty()) return true;
  // Passes what comes before the data.
  Fill(file.data_begin);
  filled_ = 0;
  return true;
}

bool BlockReader::NextPiece(size_t want, Piece& piece) {
  piece.file = next_file_ - 1;
  piece.first_line = line_;
  return source_->mapped().empty() ? NextStreamed(want, piece) : NextMapped(want, piece);
}

bool BlockReader::NextMapped(size_t want, Piece& piece) {
  const std::span<const char> all = source_->mapped();
  const char* text = all.data() + position_;
  const size_t rest = all.size() - position_;
  if (rest == 0) return false;
  // A small rest joins this block.
  for (size_t size = want;; size *= 2) {
    if (size >= rest - rest / 8 || rest - size < size / 4) size = rest;
    const Cut cut = FindCut(text, size, rest, size == rest);
    if (cut.size == 0) {
      if (size > plan_.longest_row) FailTooLong(text, size);
      continue;
    }
    piece.text = {text, cut.size};
    if (rest - cut.size < kReadable) {
      piece.buffer = NewBuffer(cut.size + kReadable);
      std::memcpy(piece.buffer.get(), text, cut.size);
      std::memset(piece.buffer.get() + cut.size, 0, kReadable);
      piece.text = {piece.buffer.get(), cut.size};
    } else {
      piece.source = source_;
      piece.mapped_begin = position_;
      piece.is_mapped = true;
    }
    line_ += cut.lines;
    position_ += cut.size;
    return true;
  }
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

bool BlockReader::NextStreamed(size_t want, Piece& piece) {
  for (size_t size = want;; size *= 2) {
    // One byte more tells whether a '\r' is followed by '\n', and whether the file ends.
    Fill(size + 1);
    if (filled_ == 0) return false;
    const Cut cut =
        FindCut(buffer_.get(), std::min(size, filled_), filled_, at_end_ && filled_ <= size);
    if (cut.size == 0) {
      if (size > plan_.longest_row) FailTooLong(buffer_.get(), filled_);
      continue;
    }
    const size_t rest = filled_ - cut.size;
    auto next = NewBuffer(std::max(want + 1, rest) + kReadable);
    std::memcpy(next.get(), buffer_.get() + cut.size, rest);
    piece.text = {buffer_.get(), cut.size};
    piece.buffer = std::move(buffer_);
    std::memset(piece.buffer.get() + filled_, 0, kReadable);
    buffer_ = std::move(next);
    capacity_ = std::max(want + 1, rest) + kReadable;
    filled_ = rest;
    line_ += cut.lines;
    return true;
  }
}

BlockReader::Cut BlockReader::FindCut(const char* text, size_t size, size_t available,
                                      bool at_end) const {
  CsvScan scan;
  scan.irregular = true;
  if (!plan_.dialect.has_escape) {
    scan = ScanCsv(text, size, available, at_end, plan_.dialect.syntax, nullptr);
  }
  if (scan.irregular) {
    scan = ScanCarefully(text, size, size, at_end, plan_.dialect, nullptr).scan;
  }
  Cut cut{scan.last_row_end, static_cast<int64_t>(scan.lines)};
  if (at_end && cut.size < size) {
    // The last row lacks its line end, or a quote is open.
    const CarefulScan last =
        ScanCarefully(text + cut.size, size - cut.size, size, true, plan_.dialect, nullptr);
    if (last.open_quote) {
      const auto line = static_cast<size_t>(line_ + cut.lines) +
                        CountLineEnds(text + cut.size, last.quote_begin, '\n');
      throw UserError(fmt::format(
          "{}, line {}: the quote that opens here is never closed; is the quote character right?",
          plan_.files[next_file_ - 1].input.name, line));
    }
    cut.size = size;
    cut.lines += static_cast<int64_t>(last.scan.lines);
  }
  return cut;
}

void BlockReader::FailTooLong(const char* text, size_t size) const {
  const CarefulScan scan = ScanCarefully(text, size, size, false, plan_.dialect, nullptr);
  const std::string& name = plan_.files[next_file_ - 1].input.name;
  if (scan.open_quote) {
    const auto line = static_cast<size_t>(line_) + CountLineEnds(text, scan.quote_begin, '\n');
    throw UserError(
        fmt::format("{}, line {}: the quote that opens here is not closed within {}; "
                    "is the quote character right?",
                    name, line, HumanBytes(static_cast<double>(plan_.longest_row))));
  }
  throw UserError(fmt::format("{}, line {}: the row that begins here is longer than {}", name,
                              line_, HumanBytes(static_cast<double>(plan_.longest_row))));
}

void BlockReader::Report() {
  if (context_.progress == nullptr || stored_all_ == 0 || source_ == nullptr) return;
  const uint64_t here = source_->mapped().empty() ? source_->position() : position_;
  const double fraction =
      static_cast<double>(stored_before_ + here) / static_cast<double>(stored_all_);
  context_.Report(std::min(fraction, 1.0),
                  fmt::format("parsing {}", plan_.files[next_file_ - 1].input.name));
}

}  // namespace thalweg::internal
