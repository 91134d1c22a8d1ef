// The command line: `thalweg <command> …`. One file per command; commands.cc is the list.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/params.h"

namespace CLI {
class App;
}

namespace thalweg {

inline constexpr const char* kProgramVersion = "0.1.0";

// Exit codes: sysexits(3) where it has one.
inline constexpr int kExitOk = 0;
inline constexpr int kExitUser = 2;           // what the user gave cannot be used
inline constexpr int kExitInternal = 70;      // our fault
inline constexpr int kExitInterrupted = 130;  // ended by Ctrl-C; what was done is saved

// Never throws: prints errors to the error stream and returns the exit code.
int RunCommandLine(int argc, const char* const* argv);

// Flags made of declared parameters: `--name VALUE` for each field, in a group of the help text.
// Values are kept as text until Apply.
class FieldFlags {
 public:
  // With a prefix, flags are --<prefix><name>, and also --<name> where `app` has no such flag yet.
  FieldFlags(const ParamSchema& schema, CLI::App& app, const std::string& group,
             std::string prefix = "");

  // Whether the command line has a value for the field.
  bool Given(const std::string& name) const;

  // Sets the given fields of `params` (a struct of the schema's type). FieldErrors names each bad
  // one with its dashes.
  void Apply(void* params) const;

 private:
  const ParamSchema& schema_;
  const std::string prefix_;
  std::vector<std::pair<std::string, std::vector<std::string>>> values_;
};

// Each adds one command to `app` and returns what runs when it is chosen. The returned object owns
// the storage of the flags.
class Command {
 public:
  virtual ~Command() = default;
  virtual int Run() = 0;
  // Whether all ranks run it that an MPI launcher has started; else rank 0 does, alone.
  virtual bool OverRanks() const { return false; }
  CLI::App* app = nullptr;
};

// One line per word of `app`'s command line that it does not know, with the option that it may have
// been meant to be.
UserError UnknownWords(const CLI::App& app);

std::unique_ptr<Command> AddInspect(CLI::App& app);
std::unique_ptr<Command> AddTrain(CLI::App& app);
std::unique_ptr<Command> AddGrid(CLI::App& app);
std::unique_ptr<Command> AddPredict(CLI::App& app);
std::unique_ptr<Command> AddServe(CLI::App& app);
std::unique_ptr<Command> AddCluster(CLI::App& app);
std::unique_ptr<Command> AddHashPassword(CLI::App& app);
std::unique_ptr<Command> AddParams(CLI::App& app);
std::unique_ptr<Command> AddExplain(CLI::App& app);
std::unique_ptr<Command> AddReport(CLI::App& app);
std::unique_ptr<Command> AddExportWeights(CLI::App& app);

}  // namespace thalweg
