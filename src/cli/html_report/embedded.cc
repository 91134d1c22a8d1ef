#include "cli/html_report/embedded.h"

// The assembler copies the files as they are; CMakeLists.txt names them as what this depends on.
#define EMBED(symbol, path)               \
  asm(".section .rodata\n" #symbol        \
      "_begin:\n"                         \
      ".incbin \"" path "\"\n" #symbol    \
      "_end:\n"                           \
      ".byte 0\n"                         \
      ".previous\n");                     \
  extern "C" const char symbol##_begin[]; \
  extern "C" const char symbol##_end[]

EMBED(thalweg_page_style, THALWEG_SOURCE_DIR "/src/cli/html_report/page.css");
EMBED(thalweg_page_script, THALWEG_SOURCE_DIR "/src/cli/html_report/page.js");
EMBED(thalweg_chart_library, THALWEG_SOURCE_DIR "/third_party/chartjs/chart.umd.min.js");

namespace thalweg::internal {
namespace {

std::string_view Between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::string_view PageStyle() { return Between(thalweg_page_style_begin, thalweg_page_style_end); }
std::string_view PageScript() {
  return Between(thalweg_page_script_begin, thalweg_page_script_end);
}
std::string_view ChartLibrary() {
  return Between(thalweg_chart_library_begin, thalweg_chart_library_end);
}

}  // namespace thalweg::internal
