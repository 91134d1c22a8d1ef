// One connection: reads requests, has them answered in order, one at a time, and sends the answers.
// What a client sends ahead (pipelining) waits in a bounded buffer, then in the socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/body_sink.h"
#include "server/http/http.h"
#include "server/http/output_queue.h"
#include "server/http/request_parser.h"
#include "server/http/transport.h"

namespace thalweg::internal {

class IoThread;

// Thread rule: everything on the connection's I/O thread.
class Connection final : public Transport::Waiter, public std::enable_shared_from_this<Connection> {
 public:
  using Place = std::list<std::shared_ptr<Connection>>::iterator;
  using Time = std::chrono::steady_clock::time_point;

  // What a connection knows of its two ends: addresses without ports.
  struct Ends {
    std::string remote;
    std::string local;
    bool loopback = false;
  };
  Connection(IoThread& io, std::unique_ptr<Transport> transport, Ends ends);
  ~Connection() override;

  void Start(Place place);
  // Instead of Start's reading: says 503 and closes.
  void RefuseAtOnce();
  Place place() const { return place_; }

  void OnReady(Transport::Direction direction) override;
  // Runs a step; what it throws (memory) closes this connection and harms no other.
  void Guarded(const std::function<void()>& step);
  void CheckTime();
  void CloseIfIdle();
  void Close();

 private:
  enum class State {
    kHead,     // a request's head is awaited or comes
    kBody,     // its body comes
    kBusy,     // the request is with a worker, or the end of its body with the disk
    kStream,   // the answer is made piece by piece
    kClosing,  // closes when all is sent
    kLinger,   // all is sent; what still comes is read, so that no reset eats the answer
    kClosed,
  };

  // One request and its answer; shared with the worker that has it.
  struct Exchange;

  // Input.
  void ReadMore();
  size_t Process(std::string_view bytes);
  void Settle();
  // 0 where more has to come.
  size_t ProcessHead(std::string_view bytes);
  void StartRequest(RequestHead& head);
  void VerifyLogin();
  void Admit();
  void StartBody();
  size_t ProcessBody(std::string_view bytes);
  bool TakeBody(std::string_view data);
  void EndBody();
  // Bodies to files.
  void SpoolNow();
  void Spooled(const BodyRefusal& refusal);
  bool SpoolFull() const;
  bool SpoolHasRoom(uint64_t bytes) const;

  void Resume(const std::shared_ptr<Exchange>& exchange, std::function<void()> step);

  // Answers.
  void Dispatch();
  void Answer();
  void NextPiece();
  void SendPiece(bool more);
  void DropStream(std::function<bool(std::string&)> stream);
  void EndAnswer();
  // `retry`: after which the client may try again; 0 says nothing.
  void Refuse(int status, const std::string& message, std::chrono::seconds retry = {});
  bool AnswerFits(const HttpResponse& response) const;

  // Output.
  void Flush();
  void CountUnsent();
  size_t MaxUnsent() const;
  void StartClosing();
  bool HeadBegun() const;
  bool WantsInput() const;
  void WaitForMore();
  void Touch();

  IoThread& io_;
  std::unique_ptr<Transport> transport_;
  const Ends ends_;
  Place place_;
  State state_ = State::kHead;
  bool waits_to_read_ = false;  // the transport will tell
  bool waits_to_write_ = false;
  bool refuse_at_once_ = false;
  bool login_failed_ = false;      // the answer waits, so that guessing is slow
  bool ended_ = false;             // the client sends no more
  bool keep_alive_ = true;         // after this answer
  bool unread_ = false;            // a part of this request will never be read
  bool want_write_ = false;        // output waits for the socket
  bool read_wants_write_ = false;  // TLS
  Time moved_;                     // when bytes last moved, or a wait for them began
  Time began_;                     // of the head or body that comes
  // Since out_ was last empty: how long the client has had to take what is there.
  Time sending_since_;
  uint64_t sent_since_ = 0;
  bool sending_ = false;
  uint64_t counted_unsent_ = 0;  // this connection's share of HttpContext::unsent

  std::string in_;                         // read and not yet processed
  std::unique_ptr<RequestParser> parser_;  // of the request that comes
  OutputQueue out_;

  std::shared_ptr<Exchange> exchange_;
  bool chunked_ = false;
  uint64_t body_length_ = 0;  // by Content-Length
  uint64_t body_taken_ = 0;
};

}  // namespace thalweg::internal
