// Numbers below the smallest normal one (1.2e-38 for float) become 0 while it lives, in this
// thread.
#pragma once

#include <cstdint>

namespace thalweg {

// The processor takes a hundred cycles or more for each operation with such numbers, and running
// means of gradients that have ended, as Adam's, stay there for ever: 0.9 times the smallest number
// rounds to itself. Training of a net with dead units was 6 times as slow. For loops of training
// only: whoever parses or prints numbers needs all of them. Does nothing on processors but x86.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  uint32_t before_ = 0;
};

}  // namespace thalweg
