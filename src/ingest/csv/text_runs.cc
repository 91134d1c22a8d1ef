#include "ingest/csv/text_runs.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "ingest/csv/row_cut.h"

namespace thalweg::internal {
namespace {

uint64_t TextBytes(const FilePlan& file) {
  return file.mapped_bytes - std::min(file.data_begin, file.mapped_bytes);
}

uint64_t StoredBytes(const std::vector<TextRun>& runs) {
  uint64_t bytes = 0;
  for (const TextRun& run : runs) bytes += run.stored_bytes;
  return bytes;
}

// The begin of a line at text[at] or before; 0 where none is known to end before.
size_t LineBegin(std::string_view text, size_t at) {
  const size_t end = text.substr(0, at).rfind('\n');
  if (end != std::string_view::npos) return end + 1;
  // Lines end with "\r" alone. One in the last place may be half of a line end.
  const size_t lone = text.substr(0, at > 0 ? at - 1 : 0).rfind('\r');
  return lone == std::string_view::npos ? 0 : lone + 1;
}

}  // namespace

std::vector<TextRun> RunsOf(const CsvPlan& plan) {
  std::vector<TextRun> runs;
  for (size_t f = 0; f < plan.files.size(); ++f) {
    const FilePlan& file = plan.files[f];
    const bool mapped = file.mapped_bytes > 0;
    // Streams are apart where they are large enough, so that ranks can share them out.
    if (runs.empty() || runs.back().mapped != mapped ||
        (!mapped && runs.back().stored_bytes >= plan.block_bytes)) {
      runs.push_back({.begin_file = f, .end_file = f, .mapped = mapped});
    }
    TextRun& run = runs.back();
    run.end_file = f + 1;
    run.stored_bytes += file.stored_bytes;
    run.bytes += mapped ? TextBytes(file) : 0;
  }
  for (TextRun& run : runs) {
    // A small rest joins the last unit.
    const uint64_t block = plan.block_bytes;
    run.units = run.mapped ? std::max<size_t>((run.bytes + block / 2) / block, 1) : SIZE_MAX;
  }
  return runs;
}

std::vector<RunShare> SharesOf(const CsvPlan& plan, const std::vector<TextRun>& runs, size_t rank,
                               size_t ranks) {
  const double all = static_cast<double>(StoredBytes(runs));
  const auto part_begin = [&](size_t r) {
    return all * static_cast<double>(r) / static_cast<double>(ranks);
  };
  std::vector<RunShare> shares;
  double offset = 0;
  for (size_t i = 0; i < runs.size(); ++i) {
    const TextRun& run = runs[i];
    const auto stored = static_cast<double>(run.stored_bytes);
    // The first unit that begins at or behind a rank's part.
    const auto first_unit = [&](size_t r) {
      if (r == 0) return size_t{0};
      if (r == ranks) return run.units;
      const double units = (part_begin(r) - offset) / static_cast<double>(plan.block_bytes);
      return static_cast<size_t>(std::clamp(std::ceil(units), 0.0, static_cast<double>(run.units)));
    };
    if (run.mapped) {
      const size_t begin = first_unit(rank);
      const size_t end = first_unit(rank + 1);
      if (begin < end) shares.push_back({.run = i, .begin_unit = begin, .end_unit = end});
    } else if (stored > all / (2 * static_cast<double>(ranks))) {
      shares.push_back({.run = i, .begin_unit = rank, .step = ranks});
    } else if ((rank == 0 || offset >= part_begin(rank)) &&
               (rank + 1 == ranks || offset < part_begin(rank + 1))) {
      shares.push_back({.run = i});
    }
    offset += stored;
  }
  return shares;
}

TextPlace GuessBegin(const CsvPlan& plan, const TextRun& run, size_t unit) {
  uint64_t left = static_cast<uint64_t>(unit) * plan.block_bytes;
  size_t f = run.begin_file;
  while (f + 1 < run.end_file && left >= TextBytes(plan.files[f])) {
    left -= TextBytes(plan.files[f]);
    ++f;
  }
  const FilePlan& file = plan.files[f];
  if (left == 0) return Normalized(plan, {f, file.data_begin});
  const auto source = file.input.open();
  const std::span<const char> all = source->mapped();
  const std::string_view text(all.data() + file.data_begin, all.size() - file.data_begin);
  // Rows are cut from some way before on: where that begins inside quotes, the scan finds back to
  // the rows at the next closing quote, as quotes open at the begin of a cell only.
  const size_t from =
      left > plan.look_back_bytes ? LineBegin(text, left - plan.look_back_bytes) : 0;
  const RowCut cut =
      CutRows(text.data() + from, left - from, text.size() - from, false, plan.dialect);
  return Normalized(plan, {f, file.data_begin + from + cut.size});
}

TextPlace Normalized(const CsvPlan& plan, TextPlace place) {
  while (place.file < plan.files.size()) {
    const FilePlan& file = plan.files[place.file];
    if (file.mapped_bytes == 0 || place.position < file.mapped_bytes) break;
    ++place.file;
    place.position = place.file < plan.files.size() ? plan.files[place.file].data_begin : 0;
  }
  return place;
}

}  // namespace thalweg::internal
