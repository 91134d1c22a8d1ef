// Flags that every command which reads data shares: parse options, threads, quiet.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "ingest/parse.h"

namespace thalweg {

class DataFlags {
 public:
  explicit DataFlags(CLI::App& app);

  // The parse options as given.
  ParseOptions Options() const;
  // Parses with a progress bar that names the first file.
  ParseResult Parse(const std::vector<std::string>& paths, const ParseOptions& options,
                    ThreadPool& pool, const CancelToken& cancel, const ExpectedTypes& expected = {},
                    Communicator* ranks = nullptr) const;
  // Where the user has not said how many; before the first pool().
  void set_default_threads(size_t threads) {
    if (threads_ == 0) threads_ = threads;
  }
  // Made at the first call.
  ThreadPool& pool();
  bool quiet() const { return quiet_; }

 private:
  FieldFlags parse_;
  size_t threads_ = 0;
  bool quiet_ = false;
  std::unique_ptr<ThreadPool> pool_;
};

// Warnings and rejected cells of a parse, on the error stream; nothing if there are none.
void PrintParseProblems(const ParseReport& report);

}  // namespace thalweg
