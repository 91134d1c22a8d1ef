// How much memory do frames take? Bytes of three frames, beside the bars that they are held to:
// a sparse binary frame of five billion cells read from SVMLight, MNIST's training data, and the
// airlines data.
//
//   frame_memory [folder with mnist/ and airlines/ [folder for temporary files]]
//
// Every part runs in a process of its own, so that its peak of memory is its own.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "ingest/parse.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kSparseRows = 578'361;
constexpr uint32_t kSparseColumns = 8'647;
constexpr int kOnesPerRow = 20;

// The columns of the ones in a row, ascending.
std::vector<uint32_t> OnesOfRow(Random& random) {
  std::vector<uint32_t> columns;
  while (columns.size() < kOnesPerRow) {
    const auto column = static_cast<uint32_t>(random.Below(kSparseColumns));
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  }
  std::sort(columns.begin(), columns.end());
  return columns;
}

void Print(const std::string& name, const Frame& frame, double bar, double seconds) {
  const double bytes = static_cast<double>(frame.ByteSize());
  const double cells = static_cast<double>(frame.rows()) * static_cast<double>(frame.columns());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{:<34} {:>9} x {:>5}  {:>12} bytes  bar {:>11}  {}  1:{:<6.1f} peak {:>8}  {:.2f} s\n", name,
      WithThousands(frame.rows()), frame.columns(), WithThousands(static_cast<int64_t>(bytes)),
      WithThousands(static_cast<int64_t>(bar)), bytes <= bar ? "holds " : "MISSED",
      cells * sizeof(double) / bytes, HumanBytes(static_cast<double>(usage.ru_maxrss) * 1024),
      seconds);
  std::map<std::string, std::pair<size_t, size_t>> encodings;
  for (size_t i = 0; i < frame.columns(); ++i) {
    for (size_t c = 0; c < frame.column(i).chunks(); ++c) {
      const Chunk& chunk = frame.column(i).chunk(c);
      auto& [count, size] = encodings[std::string(EncodingName(chunk.encoding()))];
      ++count;
      size += chunk.ByteSize();
    }
  }
  for (const auto& [encoding, counts] : encodings) {
    fmt::print("    {:<18} {:>9} chunks {:>13} bytes\n", encoding,
               WithThousands(static_cast<int64_t>(counts.first)),
               WithThousands(static_cast<int64_t>(counts.second)));
  }
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void Parsed(const std::string& name, const std::string& path, double bar) {
  if (!fs::exists(path)) {
    fmt::print("{:<34} {} is not there\n", name, path);
    return;
  }
  ThreadPool pool;
  const Stopwatch watch;
  const ParseResult result = ParseFiles({path}, {}, pool);
  Print(name, result.frame, bar, watch.seconds());
}

void SparseBuilt() {
  const Stopwatch watch;
  std::vector<std::vector<uint32_t>> rows(kSparseColumns);
  Random random(1);
  for (uint32_t row = 0; row < kSparseRows; ++row) {
    for (const uint32_t column : OnesOfRow(random)) rows[column].push_back(row);
  }
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < kSparseColumns; ++i) {
    const std::vector<double> ones(rows[i].size(), 1.0);
    names.push_back("C" + std::to_string(i + 1));
    columns.push_back(std::make_shared<const Column>(
        ColumnType::kInteger, std::vector<ChunkPtr>{EncodeSparse(kSparseRows, rows[i], ones)}));
  }
  const auto layout = std::make_shared<const Layout>(std::vector<int64_t>{0, kSparseRows});
  Print("sparse, encoded as one chunk", Frame(layout, names, columns), 20e6, watch.seconds());
}

void WriteSvmLight(const fs::path& path) {
  std::ofstream file(path, std::ios::binary);
  Random random(1);
  std::string line;
  for (uint32_t row = 0; row < kSparseRows; ++row) {
    line = random.Bernoulli(0.5) ? "1" : "0";
    for (const uint32_t column : OnesOfRow(random)) {
      line += ' ';
      line += std::to_string(column + 1);
      line += ":1";
    }
    line += '\n';
    file << line;
  }
  if (!file.flush()) throw UserError(path.string() + " cannot be written");
}

// Runs a part in a child process.
bool Run(const std::function<void()>& part) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    int code = 0;
    try {
      part();
    } catch (const std::exception& error) {
      fmt::print("{}\n", error.what());
      code = 1;
    }
    std::fflush(stdout);
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int Main(int argc, char** argv) {
  const fs::path data = argc > 1 ? argv[1] : "data";
  const fs::path temporary = argc > 2 ? fs::path(argv[2]) : fs::temp_directory_path();
  const fs::path sparse =
      temporary / fmt::format("thalweg_frame_memory_{}.svm", static_cast<int>(getpid()));
  const fs::path zip = data / "airlines" / "allyears2k_headers.zip";
  bool ok = Run(SparseBuilt);
  ok = Run([&] { WriteSvmLight(sparse); }) && ok;
  ok = Run([&] { Parsed("sparse, read from SVMLight", sparse, 20e6); }) && ok;
  fs::remove(sparse);
  ok = Run([&] { Parsed("MNIST", data / "mnist" / "train.csv.gz", 25e6); }) && ok;
  const double zip_bytes = fs::exists(zip) ? static_cast<double>(fs::file_size(zip)) : 0;
  ok = Run([&] { Parsed("airlines (bar: 1.5 x its zip)", zip, 1.5 * zip_bytes); }) && ok;
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace thalweg

int main(int argc, char** argv) { return thalweg::Main(argc, argv); }
