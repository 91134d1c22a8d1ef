// Progress on the error stream: a bar that is redrawn on a terminal, otherwise a line now and then.
#pragma once

#include <chrono>
#include <string>

#include "base/progress.h"

namespace thalweg {

class ProgressBar : public ProgressListener {
 public:
  // `what` stands before the bar: "parsing", "training".
  explicit ProgressBar(std::string what, bool quiet = false);
  ~ProgressBar() override;
  void Update(const ProgressUpdate& update) override;
  // On the standard output.
  void Note(const std::string& text) override;

 private:
  std::string Line(const ProgressUpdate& update) const;

  const std::string what_;
  const bool quiet_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point shown_;
  bool any_ = false;
};

}  // namespace thalweg
