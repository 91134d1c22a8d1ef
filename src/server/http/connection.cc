#include "server/http/connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "server/http/exchange.h"
#include "server/http/io_thread.h"

namespace thalweg::internal {

namespace {

// What a client may send ahead of its answers, before the socket is left to fill up.
constexpr size_t kMaxAhead = 64 << 10;
// Answers that may wait to be sent before the next request is looked at.
constexpr size_t kMaxUnsent = 256 << 10;
constexpr std::chrono::seconds kLingerTime{2};
constexpr size_t kMaxEmptyLines = 4;

}  // namespace

Connection::Connection(IoThread& io, std::unique_ptr<Transport> transport, Ends ends)
    : io_(io), transport_(std::move(transport)), ends_(std::move(ends)) {
  ++io_.server.connections;
}

Connection::~Connection() = default;

void Connection::Start(Place place) {
  place_ = place;
  // Not before: the connection may have been made on another thread, and the time is this one's.
  moved_ = began_ = io_.now();
  if (refuse_at_once_) {
    Refuse(503, "the server has as many connections as it may; try again later");
  }
  Settle();
}

void Connection::RefuseAtOnce() {
  refuse_at_once_ = true;
  --io_.server.connections;
  ++io_.server.turned_away;
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  // Else a worker has the exchange, and Resume deals with what comes of it.
  const bool own_stream =
      state_ == State::kStream && exchange_ != nullptr && !exchange_->piece_busy;
  state_ = State::kClosed;
  transport_.reset();
  out_.clear();
  CountUnsent();
  --(refuse_at_once_ ? io_.server.turned_away : io_.server.connections);
  const auto held = std::move(exchange_);
  io_.Forget(*this);
  if (own_stream) DropStream(std::move(held->response.stream));
}

// Its end may wait for threads that are at the next piece; not here.
void Connection::DropStream(std::function<bool(std::string&)> stream) {
  io_.server.workers.Submit([held = std::move(stream)] {});
}

void Connection::CloseIfIdle() {
  keep_alive_ = false;
  if (state_ == State::kHead && !HeadBegun() && out_.empty()) Close();
}

void Connection::Touch() { moved_ = io_.now(); }

void Connection::Guarded(const std::function<void()>& step) {
  try {
    step();
  } catch (const std::exception&) {
    Close();
  }
}

void Connection::OnReady(Transport::Direction direction) {
  const bool read = direction == Transport::Direction::kRead;
  (read ? waits_to_read_ : waits_to_write_) = false;
  if (state_ == State::kClosed) return;
  io_.UpdateTime();
  Guarded([&] {
    if ((read || read_wants_write_) && WantsInput()) ReadMore();
    Settle();
  });
}

// Works through what was read and sends what was made, as far as both go.
void Connection::Settle() {
  while (state_ != State::kClosed) {
    const bool blocked = out_.size() >= MaxUnsent();
    size_t done = 0;
    if (!in_.empty()) {
      done = Process(in_);
      in_.erase(0, done);
      if (in_.empty()) std::string().swap(in_);
    }
    Flush();
    const bool unblocked = blocked && out_.size() < MaxUnsent();
    if (in_.empty() || (done == 0 && !unblocked)) break;
  }
  if (state_ == State::kHead && ended_ && out_.empty()) Close();
  if (state_ != State::kClosed) WaitForMore();
}

bool Connection::WantsInput() const {
  if (ended_) return false;
  switch (state_) {
    case State::kLinger:
      return true;
    case State::kBody:
      return !SpoolFull();
    case State::kHead:
      if (out_.size() < MaxUnsent()) return true;
      break;
    default:
      break;
  }
  return in_.size() < kMaxAhead;
}

void Connection::WaitForMore() {
  if (!waits_to_read_ && !read_wants_write_ && WantsInput()) {
    waits_to_read_ = true;
    transport_->Wait(Transport::Direction::kRead, shared_from_this());
  }
  if (!waits_to_write_ && (want_write_ || read_wants_write_)) {
    waits_to_write_ = true;
    transport_->Wait(Transport::Direction::kWrite, shared_from_this());
  }
}

void Connection::ReadMore() {
  read_wants_write_ = false;
  const Transport::Result result = transport_->Read(io_.scratch);
  switch (result.outcome) {
    case Transport::Outcome::kWantRead:
      return;
    case Transport::Outcome::kWantWrite:
      read_wants_write_ = true;
      return;
    case Transport::Outcome::kFailed:
      Close();
      return;
    case Transport::Outcome::kEnd:
      ended_ = true;
      if (state_ == State::kLinger) {
        Close();
      } else if (state_ == State::kHead && HeadBegun() && out_.size() < MaxUnsent()) {
        Refuse(400, "the request's head is cut short");
      } else if (state_ == State::kBody) {
        Refuse(400, "the request's body is cut short");
      }
      return;
    case Transport::Outcome::kMoved:
      break;
  }
  Touch();
  io_.server.bytes_in.fetch_add(result.bytes, std::memory_order_relaxed);
  const std::string_view fresh(io_.scratch.data(), result.bytes);
  if (in_.empty()) {
    const size_t done = Process(fresh);
    if (state_ != State::kClosed) in_.assign(fresh.substr(done));
  } else {
    in_ += fresh;
  }
}

// Returns how many of the bytes are done with; stops where the next ones have to wait.
size_t Connection::Process(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view rest = bytes.substr(at);
    size_t done = 0;
    if (state_ == State::kHead && out_.size() < MaxUnsent()) {
      done = ProcessHead(rest);
    } else if (state_ == State::kBody && !SpoolFull()) {
      done = ProcessBody(rest);
    } else if (state_ == State::kLinger || state_ == State::kClosed) {
      done = rest.size();
    }
    if (done == 0) break;
    at += done;
  }
  return at;
}

size_t Connection::ProcessHead(std::string_view bytes) {
  if (parser_ == nullptr) {
    // Some clients end a body with an empty line too many (RFC 9112, section 2.2).
    size_t skipped = 0;
    while (skipped < 2 * kMaxEmptyLines && bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
    if (skipped > 0) return skipped;
    if (bytes == "\r") return 0;
    began_ = io_.now();
    parser_ = std::make_unique<RequestParser>(io_.server.options.max_head_bytes);
  }
  const RequestParser::Step step = parser_->Next(bytes);
  if (const auto refusal = parser_->refusal()) {
    Refuse(refusal->status, refusal->message);
    return bytes.size();
  }
  if (parser_->head_done()) StartRequest(parser_->head());
  return step.consumed;
}

size_t Connection::ProcessBody(std::string_view bytes) {
  const RequestParser::Step step = parser_->Next(bytes);
  if (const auto refusal = parser_->refusal()) {
    Refuse(refusal->status, refusal->message);
    return bytes.size();
  }
  const bool whole = parser_->done();
  if (!step.data.empty() && !TakeBody(step.data)) return bytes.size();
  if (whole) EndBody();
  return step.consumed;
}

// A part of the next request is there.
bool Connection::HeadBegun() const { return parser_ != nullptr || !in_.empty(); }

void Connection::Flush() {
  if (state_ == State::kClosed) return;
  want_write_ = false;
  CountUnsent();
  if (!out_.empty()) {
    if (!std::exchange(sending_, true)) {
      sending_since_ = io_.now();
      sent_since_ = 0;
    }
    size_t sent = 0;
    const Transport::Outcome outcome = out_.Send(*transport_, sent);
    CountUnsent();
    if (sent > 0) {
      Touch();
      sent_since_ += sent;
      io_.server.bytes_out.fetch_add(sent, std::memory_order_relaxed);
    }
    if (outcome == Transport::Outcome::kFailed) {
      Close();
      return;
    }
    want_write_ = outcome == Transport::Outcome::kWantWrite;
    if (outcome != Transport::Outcome::kMoved) return;
    sending_ = false;
  }
  if (state_ == State::kStream) NextPiece();
  if (state_ == State::kClosing) StartClosing();
}

// With much waiting in all connections, each sends what it has before its next request is looked
// at.
size_t Connection::MaxUnsent() const {
  const HttpContext& server = io_.server;
  const bool much =
      server.unsent.load(std::memory_order_relaxed) > server.options.max_answer_memory / 2;
  return much ? 1 : kMaxUnsent;
}

void Connection::CountUnsent() {
  const uint64_t now = out_.size();
  io_.server.unsent.fetch_add(now - counted_unsent_, std::memory_order_relaxed);
  counted_unsent_ = now;
}

// All is sent.
void Connection::StartClosing() {
  if (!unread_ && in_.empty()) {
    transport_->EndWriting();
    Close();
    return;
  }
  transport_->EndWriting();
  state_ = State::kLinger;
  std::string().swap(in_);
  Touch();
  began_ = io_.now();
  if (ended_) Close();
}

void Connection::CheckTime() {
  const HttpServerOptions& options = io_.server.options;
  const Time now = io_.now();
  if (state_ == State::kLinger) {
    if (now - began_ > kLingerTime) Close();
    return;
  }
  const auto enough_for = [&](uint64_t bytes) {
    return std::chrono::duration<double>(static_cast<double>(bytes) / options.min_bytes_per_second);
  };
  if (!out_.empty()) {
    const bool slow =
        sending_ && now - sending_since_ > options.stall_time + enough_for(sent_since_);
    if (slow || now - moved_ > options.stall_time) Close();
    return;
  }
  if (login_failed_) {
    if (now - moved_ < options.failed_login_delay) return;
    login_failed_ = false;
    state_ = State::kHead;
    Refuse(401, "the name or the password is wrong");
    Settle();
  } else if (state_ == State::kHead) {
    if (!HeadBegun()) {
      if (now - moved_ > (transport_->open() ? options.idle_time : options.head_time)) Close();
    } else if (now - began_ > options.head_time) {
      Refuse(408, "the request's head took too long");
    }
  } else if (state_ == State::kBody && !SpoolFull()) {
    if (now - moved_ > options.stall_time ||
        now - began_ > options.stall_time + enough_for(body_taken_)) {
      Refuse(408, "the request's body took too long");
    }
  }
  if (state_ == State::kClosing) Settle();
}

}  // namespace thalweg::internal
