// Any bytes as a workbook, and any texts as its parts, give a frame or a UserError, and the frame
// does not depend on how the sheet is cut. Bytes that are no zip archive are the parts, divided by
// form feeds (so that mutations meet XML, not checksums): rows of the sheet, shared strings,
// styles, workbook, relations; what is not there is as usual.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/sources/compress_for_test.h"
#include "ingest/xlsx/workbook.h"
#include "ingest/xlsx/xlsx_reader.h"

namespace {

using thalweg::OpenBytes;

std::string Workbook(std::string_view text) {
  std::vector<std::string> parts = {
      "", "<sst/>", "<styleSheet/>",
      "<workbook xmlns:r='x'><sheets><sheet name='s' r:id='i'/></sheets></workbook>",
      "<Relationships><Relationship Id='i' Target='s.xml'/></Relationships>"};
  size_t part = 0;
  for (const std::string_view given : thalweg::Split(text, '\f')) {
    if (part == parts.size()) break;
    if (!given.empty()) parts[part] = given;
    ++part;
  }
  return thalweg::internal::Zip(
      {{"xl/workbook.xml", parts[3]},
       {"xl/_rels/workbook.xml.rels", parts[4]},
       {"xl/sharedStrings.xml", parts[1]},
       {"xl/styles.xml", parts[2]},
       {"xl/s.xml", "<worksheet><sheetData>" + parts[0] + "</sheetData></worksheet>"}});
}

// A few bytes can name the last cell of a large sheet, which is right but slow.
bool IsSmall(std::span<const char> bytes) {
  constexpr uint32_t kMostColumns = 100;
  constexpr uint32_t kMostRows = 2000;
  try {
    const auto source = OpenBytes(bytes, "fuzz");
    if (source->mapped().empty()) return true;
    const thalweg::internal::Sheet sheet = thalweg::internal::ReadFirstSheet(*source, 1000);
    for (const thalweg::internal::SheetRow& row : sheet.rows) {
      if (row.number > kMostRows || row.cells.back().column > kMostColumns) return false;
    }
  } catch (const thalweg::UserError&) {
  }
  return true;
}

std::string Outcome(std::span<const char> bytes, int64_t chunk_bytes, thalweg::ThreadPool& pool) {
  thalweg::ParseOptions options;
  options.chunk_bytes = chunk_bytes;
  try {
    return thalweg::internal::FrameText(
        thalweg::internal::ReadXlsxSources(
            1, [&](size_t) { return OpenBytes(bytes, "fuzz"); }, options, pool)
            .frame);
  } catch (const thalweg::UserError& error) {
    return error.what();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static thalweg::ThreadPool one(1);
  static thalweg::ThreadPool two(2);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  thalweg::LooksLikeXlsx(bytes, "fuzz");
  if (!bytes.starts_with("PK")) bytes = Workbook(bytes);
  if (!IsSmall(bytes)) return 0;
  if (Outcome(bytes, 0, one) != Outcome(bytes, 7, two)) std::abort();
  return 0;
}
