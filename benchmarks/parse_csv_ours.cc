// Parses one file and prints what it cost: rows, seconds, bytes of the frame, peak memory. Called
// by parse_csv.py, which sets the figures beside those of other programs.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <string>

#include "base/thread_pool.h"
#include "ingest/parse.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: parse_csv_ours FILE [threads] [repeats] [name=value ...]\n");
    return 2;
  }
  const size_t threads = argc > 2 ? std::stoul(argv[2]) : 2;
  const int repeats = argc > 3 ? std::stoi(argv[3]) : 1;
  thalweg::ParseOptions options;
  std::vector<std::pair<std::string, std::string>> fields;
  for (int i = 4; i < argc; ++i) {
    const std::string field = argv[i];
    fields.emplace_back(field.substr(0, field.find('=')), field.substr(field.find('=') + 1));
  }
  thalweg::SchemaOf<thalweg::ParseOptions>().Parse(fields, &options);
  thalweg::ThreadPool pool(threads);
  double best = 1e9;
  size_t bytes = 0;
  int64_t rows = 0;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const thalweg::ParseResult result = thalweg::ParseFiles({argv[1]}, options, pool);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::min(best, seconds.count());
    bytes = result.frame.ByteSize();
    rows = result.frame.rows();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{{\"seconds\": {:.4f}, \"bytes\": {}, \"rows\": {}, \"peak\": {}}}\n", best, bytes,
             rows, usage.ru_maxrss * 1024);
  return 0;
}
