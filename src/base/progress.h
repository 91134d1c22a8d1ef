// Progress of long work, as told by the worker to whoever shows it (a terminal, a job's record).
#pragma once

#include <string>

#include "base/cancel.h"

namespace thalweg {

struct ProgressUpdate {
  double fraction = 0;  // of the whole work, in [0, 1]; negative: not known
  std::string message;  // e.g. "epoch 3.2 of 10, 52,100 samples/s"
};

// Receives updates. Thread rule: called by one thread at a time; implementations return quickly.
class ProgressListener {
 public:
  virtual ~ProgressListener() = default;
  virtual void Update(const ProgressUpdate& update) = 0;
  // A fact to be shown once and to stay, e.g. "memory: 12 MB needed".
  virtual void Note(const std::string& /*text*/) {}
  // What the user should know of the work, though it goes on.
  virtual void Warn(const std::string& text) { Note(text); }
};

// What long work is given besides its arguments: where to report, and when to stop. Both may be
// null.
struct WorkContext {
  ProgressListener* progress = nullptr;
  const CancelToken* cancel = nullptr;

  void Report(double fraction, const std::string& message) const {
    if (progress != nullptr) progress->Update({fraction, message});
  }
  bool cancelled() const { return cancel != nullptr && cancel->cancelled(); }
  void ThrowIfCancelled() const {
    if (cancel != nullptr) cancel->ThrowIfCancelled();
  }
};

}  // namespace thalweg
