// A frame as a stream of Arrow IPC bytes, made as they are taken.
#pragma once

#include <memory>
#include <string>

#include "frame/frame.h"

namespace thalweg {

// Types, missing cells and levels as WriteFrame's .arrow files have them (arrow_writer.h). A thread
// of its own makes the bytes; it is at most some batches ahead of who takes them, so memory stays
// bounded for frames of any size. Not thread-safe.
class ArrowStream {
 public:
  // `threads` work on the columns of a batch. UserError where Arrow's library is not there.
  ArrowStream(std::shared_ptr<const Frame> frame, size_t threads);
  ~ArrowStream();

  // Appends the next piece (up to 1 MB); false at the end. UserError where a piece cannot be made.
  bool Next(std::string& piece);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg
