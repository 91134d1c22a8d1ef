// `thalweg hash-password`: a line for the file of those who may log in.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <iostream>
#include <string>

#include "base/error.h"
#include "cli/command_line.h"
#include "server/http/login.h"

namespace thalweg {
namespace {

// Does not show what is typed into a terminal.
class HiddenInput {
 public:
  HiddenInput() {
    terminal_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!terminal_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenInput() {
    if (terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;
  bool terminal() const { return terminal_; }

 private:
  termios before_ = {};
  bool terminal_ = false;
};

class HashPasswordCommand : public Command {
 public:
  explicit HashPasswordCommand(CLI::App& parent) {
    app = parent.add_subcommand("hash_password",
                                "Print a line NAME:HASH for `thalweg serve --hash-login`.");
    app->alias("hash-password");
    app->add_option("name", name_, "The user's name.")->required();
    app->allow_extras();
    app->footer(R"(
The password is read from the terminal, or the first line of the standard input.

Example:
  thalweg hash-password ann >> logins.txt)");
  }

  int Run() override {
    if (name_.empty() || name_.find(':') != std::string::npos) {
      throw UserError("a user's name is not empty and has no colon");
    }
    std::string password;
    {
      const HiddenInput hidden;
      if (hidden.terminal()) fmt::print(stderr, "password of {}: ", name_);
      std::getline(std::cin, password);
      if (hidden.terminal()) fmt::print(stderr, "\n");
    }
    if (password.empty()) throw UserError("the password is empty");
    fmt::print("{}:{}\n", name_, HashPassword(password));
    return kExitOk;
  }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> AddHashPassword(CLI::App& app) {
  return std::make_unique<HashPasswordCommand>(app);
}

}  // namespace thalweg
