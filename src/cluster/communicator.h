// How ranks talk. Everything here but Send and Receive is a collective: all ranks of a communicator
// call the same operation in the same order. Sums are formed in the order of the ranks, so that
// every rank gets the same bits.
#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

// What made a rank fail.
enum class FailureKind {
  kLost,   // its process is gone, or it did not come within the time limit
  kEnded,  // it has come to its end, and has said so
  kUserError,
  kMemoryError,
  kCancelled,
  kInternalError
};

// Another rank failed or did not come within the time limit.
class RankFailure : public std::exception {
 public:
  RankFailure(int failed_rank, const std::string& message, FailureKind kind = FailureKind::kLost);
  // This rank's failure, as others are to hear of it: a RankFailure is passed on.
  static RankFailure Of(const std::exception_ptr& error, int this_rank);
  int rank() const { return rank_; }
  FailureKind kind() const { return kind_; }
  const char* what() const noexcept override { return message_.c_str(); }
  // The message without the rank before it.
  const char* reason() const { return what() + reason_at_; }
  // Throws what the rank threw, as far as its kind says that: a UserError is one for the user
  // whatever the rank. Otherwise throws this.
  [[noreturn]] void Rethrow() const;

 private:
  // Its own: copies of a std::runtime_error share one text, and these go from thread to thread.
  std::string message_;
  int rank_;
  FailureKind kind_;
  size_t reason_at_;
};

// Thread rule: collectives, one thread at a time per rank. No call blocks longer than the time
// limit that the communicator was made with; then it throws RankFailure.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  virtual void Barrier() = 0;
  // The root's bytes to everyone.
  virtual std::string Broadcast(std::string bytes, int root) = 0;
  // Everyone's bytes to everyone, in the order of the ranks.
  virtual std::vector<std::string> AllGather(std::string_view mine) = 0;
  // to_each[r] goes to rank r; returns what each rank sent here.
  virtual std::vector<std::string> AllToAll(std::vector<std::string> to_each) = 0;
  // Element-wise sum over ranks, in place; the spans have the same size on all ranks.
  virtual void AllReduceSum(std::span<double> values) = 0;
  virtual void AllReduceSum(std::span<float> values) = 0;
  virtual void AllReduceSum(std::span<int64_t> values) = 0;

  // No collectives: messages from one rank to another one, which come in the order in which they
  // were sent, whatever the collectives do meanwhile. Any thread may send; one at a time receives
  // from a rank. A message that nobody waits for is dropped at the communicator's end.
  virtual void Send(int to, std::string bytes) = 0;
  virtual std::string Receive(int from) = 0;

  // From any thread: every wait, here and on the other ranks, ends with this error of this rank's,
  // as it would if the command had thrown it.
  virtual void Fail(const std::exception_ptr& error) = 0;

  // The end of every command: each rank says how it went (null: well). Returns normally only if it
  // went well on all; otherwise every rank throws: the one that failed its own error, the others a
  // RankFailure that names the lowest failed rank and its message.
  void Agree(const std::exception_ptr& mine);
};

}  // namespace thalweg
