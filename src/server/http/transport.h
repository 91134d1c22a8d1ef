// Bytes of one connection in and out, plain or over TLS, without ever blocking.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>

namespace thalweg::internal {

// Owns the socket. Thread rule: one thread at a time.
class Transport {
 public:
  enum class Outcome {
    kMoved,      // so many bytes moved, at least one
    kWantRead,   // nothing moved: try again when the socket can be read
    kWantWrite,  // or written
    kEnd,        // the other side will send no more
    kFailed,     // the connection is of no use any more
  };
  struct Result {
    Outcome outcome = Outcome::kFailed;
    size_t bytes = 0;
  };

  virtual ~Transport() = default;
  virtual Result Read(std::span<char> buffer) = 0;
  virtual Result Write(std::span<const iovec> pieces) = 0;
  // Tells the other side that no more will come.
  virtual void EndWriting() = 0;
  virtual bool secure() const = 0;
  virtual int descriptor() const = 0;
};

std::unique_ptr<Transport> NewPlainTransport(int descriptor);

}  // namespace thalweg::internal
