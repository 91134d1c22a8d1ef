// The few operations of MPI that messages between ranks are made of. The program is built without
// MPI; the plug-in (mpi_plugin.cc, the only file that includes mpi.h) is loaded where an MPI
// launcher has started the process.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace thalweg {

// Thread rule: one thread at a time. No member waits for another rank, but the destructor.
class MpiPort {
 public:
  using Request = void*;
  enum class State { kPending, kDone, kFailed };
  // A message that has come, and is received next.
  struct Arrival {
    int from = 0;
    int tag = 0;
    size_t bytes = 0;
  };

  virtual ~MpiPort() = default;  // ends MPI in this process
  virtual int rank() const = 0;
  virtual int size() const = 0;

  // The bytes stay until Test says that it is over; at most kMostBytes of them. Null: the rank
  // cannot be reached.
  virtual Request Send(int to, int tag, const char* bytes, size_t count) = 0;
  // Whether something has come, from anyone. It must be received before the next question.
  virtual bool Probe(Arrival* arrival) = 0;
  // Receives what Probe found.
  virtual Request Receive(char* bytes, size_t count) = 0;
  // A request that is not pending any more is gone.
  virtual State Test(Request request) = 0;
  // Ranks that are known to be lost.
  virtual std::vector<int> Lost() = 0;
  // The destructor does not wait for the other ranks.
  virtual void EndWithoutOthers() = 0;

  static constexpr size_t kMostBytes = size_t{1} << 30;
};

// The plug-in's one symbol: starts MPI in this process; call it once. Null with a message in
// `error` where it cannot.
using StartMpiFunction = MpiPort* (*)(std::string* error);
inline constexpr const char* kStartMpiSymbol = "ThalwegStartMpi";

}  // namespace thalweg
