#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace thalweg {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kLineEvery = std::chrono::seconds(5);
constexpr int kBarWidth = 24;

size_t TerminalColumns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

}  // namespace

ProgressBar::ProgressBar(std::string what, bool quiet)
    : what_(std::move(what)),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      shown_(start_) {}

ProgressBar::~ProgressBar() {
  if (terminal_ && any_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }
}

std::string ProgressBar::Line(const ProgressUpdate& update) const {
  std::string line = what_;
  if (update.fraction >= 0) {
    const double fraction = std::clamp(update.fraction, 0.0, 1.0);
    const int filled = static_cast<int>(std::lround(fraction * kBarWidth));
    line += " [" + std::string(static_cast<size_t>(filled), '=') +
            std::string(static_cast<size_t>(kBarWidth - filled), ' ') +
            fmt::format("] {:3.0f} %", 100 * fraction);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    if (fraction > 0.02 && fraction < 1) {
      line += ", " + HumanDuration(elapsed.count() * (1 - fraction) / fraction) + " left";
    }
  }
  if (!update.message.empty()) line += "  " + update.message;
  return line;
}

void ProgressBar::Note(const std::string& text) {
  if (terminal_ && any_) fmt::print(stderr, "\r\x1b[K");
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

void ProgressBar::Update(const ProgressUpdate& update) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < (terminal_ ? std::chrono::milliseconds(kRedraw) : kLineEvery)) return;
  shown_ = now;
  any_ = true;
  if (terminal_) {
    fmt::print(stderr, "\r{}\x1b[K", Line(update).substr(0, TerminalColumns() - 1));
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{}\n", Line(update));
  }
}

}  // namespace thalweg
