#include <array>
#include <fstream>

#include "base/error.h"
#include "ingest/arff/arff_reader.h"
#include "ingest/arrow/arrow_reader.h"
#include "ingest/csv/csv_reader.h"
#include "ingest/format.h"
#include "ingest/source.h"
#include "ingest/svmlight/svmlight_reader.h"
#include "ingest/xlsx/xlsx_reader.h"

namespace thalweg {
namespace {

constexpr std::array kReaders = {
    FormatReader{ParseFormat::kParquet, "parquet", LooksLikeParquet, ReadParquet},
    FormatReader{ParseFormat::kArrow, "arrow", LooksLikeArrow, ReadArrow},
    FormatReader{ParseFormat::kXlsx, "xlsx", LooksLikeXlsx, ReadXlsx},
    FormatReader{ParseFormat::kArff, "arff", LooksLikeArff, ReadArff},
    FormatReader{ParseFormat::kSvmLight, "svmlight", LooksLikeSvmLight, ReadSvmLight},
    FormatReader{ParseFormat::kCsv, "csv", LooksLikeCsv, ReadCsv, ReadCsvOverRanks},
};

constexpr size_t kHeadBytes = size_t{64} << 10;

const FormatReader* Recognize(std::span<const char> head, const std::string& name, bool any_text) {
  for (const FormatReader& reader : kReaders) {
    if (reader.format == ParseFormat::kCsv && !any_text) continue;
    if (reader.looks_like(head, name)) return &reader;
  }
  return nullptr;
}

}  // namespace

std::span<const FormatReader> FormatReaders() { return kReaders; }

const FormatReader& FindReader(const std::vector<std::string>& paths, const ParseOptions& options) {
  if (options.format != ParseFormat::kAuto) {
    for (const FormatReader& reader : kReaders) {
      if (reader.format == options.format) return reader;
    }
    throw UserError("format " +
                    std::string(kEnumNames<ParseFormat>[static_cast<size_t>(options.format)]) +
                    " cannot be read by this build");
  }
  const std::string& path = paths.front();
  std::vector<char> head(kHeadBytes);
  {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw UserError(path + ": cannot be opened");
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    const std::span<const char> stored(head.data(), static_cast<size_t>(file.gcount()));
    if (const FormatReader* reader = Recognize(stored, path, false)) return *reader;
  }
  const auto source = OpenSource(path, {.max_expansion = options.max_expansion});
  size_t size = 0;
  while (size < head.size()) {
    const size_t got = source->Read(std::span(head).subspan(size));
    if (got == 0) break;
    size += got;
  }
  if (const FormatReader* reader = Recognize(std::span(head).first(size), path, true)) {
    return *reader;
  }
  throw UserError(path + ": not a text file, and of no other format known here; state the format");
}

}  // namespace thalweg
