#include "ingest/csv/preview.h"

#include <algorithm>
#include <deque>
#include <memory>

#include "base/text.h"
#include "ingest/csv/guess.h"
#include "ingest/csv/numbers.h"
#include "ingest/csv/plan_options.h"
#include "ingest/csv/sample.h"
#include "ingest/csv/uuid_text.h"
#include "ingest/source.h"

namespace thalweg {
namespace {

constexpr size_t kHeadBytes = size_t{256} << 10;
constexpr size_t kFurtherHeadBytes = size_t{16} << 10;
constexpr size_t kLongestHead = size_t{64} << 20;
constexpr size_t kSpots = 8;
constexpr size_t kFurtherFiles = 16;

class Previewer {
 public:
  explicit Previewer(const ParseOptions& options)
      : options_(options),
        dialect_(internal::DialectOf(options)),
        zone_(internal::TimeZone::Load(options.time_zone)),
        separator_known_(!options.separator.empty()) {
    for (const std::string& pattern : options.time_formats) patterns_.emplace_back(pattern);
    if (patterns_.empty()) patterns_ = internal::DefaultTimePatterns();
  }

  std::vector<PreviewRow> Rows(const std::string& path, size_t head_bytes, size_t spots) {
    for (;; head_bytes *= 8) {
      const auto source = OpenSource(path, {.max_expansion = options_.max_expansion});
      const internal::FileSample sample(*source, head_bytes, spots);
      if (!separator_known_) {
        dialect_.syntax.separator =
            internal::GuessSeparator(sample.head(), sample.whole(), dialect_);
      }
      std::vector<PreviewRow> rows = RowsOf(sample.head(), sample.whole());
      if (rows.empty() && !sample.whole() && head_bytes < kLongestHead) continue;
      separator_known_ = true;
      const size_t cells = rows.empty() ? 0 : rows.back().size();
      for (const std::string_view spot : sample.spots()) {
        // A spot that begins inside quotes has rows of other lengths.
        for (PreviewRow& row : RowsOf(spot, false)) {
          if (row.size() == cells) rows.push_back(std::move(row));
        }
      }
      return rows;
    }
  }

  char separator() const { return dialect_.syntax.separator; }

 private:
  std::vector<PreviewRow> RowsOf(std::string_view text, bool whole) const {
    std::deque<std::string> storage;
    const internal::RowsRead read = internal::ReadRows(text, whole, SIZE_MAX, dialect_, storage);
    std::vector<PreviewRow> rows;
    rows.reserve(read.rows.size());
    for (const internal::SampledRow& sampled : read.rows) {
      PreviewRow& row = rows.emplace_back();
      row.reserve(sampled.size());
      for (const internal::SampledCell& cell : sampled) {
        row.push_back({std::string(cell.text), KindOf(cell.text), cell.quoted});
      }
    }
    return rows;
  }

  CellKind KindOf(std::string_view text) const {
    const std::string_view inner = Trim(text);
    if (inner.empty()) return CellKind::kEmpty;
    const internal::Number number = internal::ParseNumber(inner, options_.decimal_comma);
    if (number.kind != internal::Number::Kind::kNone) return CellKind::kNumber;
    Uuid uuid;
    if (internal::ParseUuid(inner, uuid)) return CellKind::kUuid;
    int64_t milliseconds = 0;
    for (const internal::TimePattern& pattern : patterns_) {
      if (pattern.Parse(inner, *zone_, milliseconds)) return CellKind::kTime;
    }
    return CellKind::kText;
  }

  const ParseOptions& options_;
  internal::Dialect dialect_;
  std::shared_ptr<const internal::TimeZone> zone_;
  std::vector<internal::TimePattern> patterns_;
  bool separator_known_;
};

}  // namespace

CsvPreview PreviewCsv(const std::vector<std::string>& paths, const ParseOptions& options) {
  Previewer previewer(options);
  CsvPreview preview;
  preview.rows = previewer.Rows(paths.at(0), kHeadBytes, kSpots);
  preview.separator = previewer.separator();
  const size_t step = std::max<size_t>((paths.size() - 1) / kFurtherFiles, 1);
  for (size_t i = 1; i < paths.size(); i += step) {
    preview.further.push_back(previewer.Rows(paths[i], kFurtherHeadBytes, 0));
  }
  return preview;
}

}  // namespace thalweg
