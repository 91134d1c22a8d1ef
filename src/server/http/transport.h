// Bytes of one connection in and out, plain or over TLS, without ever blocking.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace thalweg::internal {

struct AsioSocket;

// Owns the socket. Thread rule: the connection's I/O thread.
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
  enum class Direction { kRead, kWrite };
  class Waiter {
   public:
    virtual ~Waiter() = default;
    virtual void OnReady(Direction direction) = 0;
  };

  virtual ~Transport() = default;
  virtual Result Read(std::span<char> buffer) = 0;
  // At most kMaxPieces, none of them empty.
  static constexpr size_t kMaxPieces = 16;
  virtual Result Write(std::span<const std::string_view> pieces) = 0;
  // Tells the waiter once, later, that the next Read or Write has something to do or to report;
  // never where the transport is gone by then. Holds no buffer meanwhile. One wait per direction at
  // a time.
  virtual void Wait(Direction direction, std::shared_ptr<Waiter> waiter) = 0;
  // Tells the other side that no more will come.
  virtual void EndWriting() = 0;
  virtual bool secure() const = 0;
  // Both sides can send: false until a handshake is over.
  virtual bool open() const { return true; }
};

std::unique_ptr<Transport> NewPlainTransport(AsioSocket socket);

}  // namespace thalweg::internal
