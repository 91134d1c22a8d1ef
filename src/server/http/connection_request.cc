// The way of one request through its connection: plan, body, handler, answer.
#include <sys/statvfs.h>

#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "base/text.h"
#include "server/http/connection.h"
#include "server/http/content_coding.h"
#include "server/http/exchange.h"
#include "server/http/io_thread.h"
#include "server/http/response_head.h"

namespace thalweg::internal {

namespace {

// A body to a file goes to the disk in pieces of this size; one is written while the next comes.
constexpr size_t kSpoolPiece = 1 << 20;
// Refused bodies up to this are read and dropped, so that the connection can go on.
constexpr size_t kMaxDropped = 64 << 10;
constexpr size_t kMaxLoginsWaiting = 64;
// Answers up to this are sent whatever waits already.
constexpr size_t kSmallAnswer = 64 << 10;
// Answers up to this are compressed on the I/O thread.
constexpr size_t kMaxQuickGzip = 64 << 10;
// An upload that says how long it is must leave so much of the disk free.
constexpr uint64_t kDiskReserve = uint64_t{16} << 20;

// False, and the body stays as it is, where there is no memory for it.
bool Compress(HttpResponse& response) {
  thread_local std::optional<Deflater> deflater;
  try {
    if (!deflater) deflater.emplace();
    std::string compressed;
    deflater->Append(response.body, true, compressed);
    response.body.swap(compressed);
    return true;
  } catch (const std::bad_alloc&) {
    deflater.reset();  // it holds a part
    return false;
  }
}

}  // namespace

void Connection::StartRequest(RequestHead& head) {
  HttpContext& server = io_.server;
  const auto foreign = server.access.Check(head, ends_.local);
  exchange_ = std::make_shared<Exchange>(server.body_memory);
  HttpRequest& request = exchange_->request;
  request.method = head.method;
  request.path = std::move(head.path);
  request.query = std::move(head.query);
  request.headers = std::move(head.headers);
  request.remote = ends_.remote;
  request.secure = transport_->secure();
  request.id = server.next_id.fetch_add(1, std::memory_order_relaxed);
  exchange_->http_1_0 = head.http_1_0;
  keep_alive_ = head.keep_alive && !server.stopping.load(std::memory_order_relaxed);
  chunked_ = head.chunked;
  body_length_ = head.content_length;
  body_taken_ = 0;
  unread_ = head.chunked || head.content_length > 0;

  exchange_->expect_continue = head.expect_continue;
  exchange_->accepts_gzip = (server.options.gzip_loopback || !ends_.loopback) &&
                            AcceptsGzip(request.Header("Accept-Encoding"));

  if (foreign) {
    Refuse(foreign->status, foreign->message);
    return;
  }
  if (server.authenticator == nullptr) {
    Admit();
    return;
  }
  const std::string_view authorization = request.Header("Authorization");
  if (auto user = server.authenticator->Recall(authorization)) {
    request.user = std::move(*user);
    Admit();
  } else if (!Authenticator::Read(authorization)) {
    Refuse(401, "a login is asked for");
  } else {
    VerifyLogin();
  }
}

// The cost of a password's hash is paid off the I/O thread.
void Connection::VerifyLogin() {
  HttpContext& server = io_.server;
  if (server.logins.waiting() >= kMaxLoginsWaiting) {
    Refuse(503, "too many logins at once; try again later", std::chrono::seconds(1));
    return;
  }
  const std::chrono::seconds wait = server.login_throttle.Begin(ends_.remote, io_.now());
  if (wait.count() > 0) {
    Refuse(
        429,
        "too many wrong passwords, or logins at the same time, from this address; try again in " +
            std::to_string(wait.count()) + " s",
        wait);
    return;
  }
  state_ = State::kBusy;
  server.logins.Submit([self = shared_from_this(), shared = exchange_] {
    HttpContext& context = self->io_.server;
    bool good = false;
    try {
      good = context.authenticator->Verify(shared->request.Header("Authorization"));
    } catch (const std::exception&) {
      // Of memory: as a wrong one.
    }
    context.login_throttle.End(shared->request.remote, good, std::chrono::steady_clock::now());
    self->Resume(shared, [self, good] {
      if (good) {
        HttpRequest& request = self->exchange_->request;
        request.user = Authenticator::Read(request.Header("Authorization"))->user;
        self->state_ = State::kHead;
        self->Admit();
      } else {
        self->login_failed_ = true;
      }
    });
  });
}

void Connection::Admit() {
  Exchange& exchange = *exchange_;
  exchange.plan = io_.server.handler.Plan(exchange.request.method, exchange.request.path);
  if (exchange.plan.refuse_status != 0) {
    Refuse(exchange.plan.refuse_status, exchange.plan.refuse_body);
  } else if (unread_) {
    StartBody();
  } else {
    Dispatch();
  }
}

void Connection::StartBody() {
  Exchange& exchange = *exchange_;
  const std::string_view encoding = exchange.request.Header("Content-Encoding");
  const bool gzip = EqualsIgnoreCase(encoding, "gzip") || EqualsIgnoreCase(encoding, "x-gzip");
  if (!gzip && !encoding.empty() && !EqualsIgnoreCase(encoding, "identity")) {
    Refuse(415, "no Content-Encoding but gzip is known");
    return;
  }
  if (body_length_ > exchange.plan.max_body) {
    Refuse(413, "the request's body is larger than " +
                    HumanBytes(static_cast<double>(exchange.plan.max_body)));
    return;
  }
  exchange.to_file = exchange.plan.body_to_file;
  if (exchange.to_file && !SpoolHasRoom(body_length_)) {
    Refuse(507, "there is no room on the server's disk for this upload");
    return;
  }
  BodySinkOptions options;
  options.max_body = exchange.plan.max_body;
  options.gzip = gzip;
  options.share = &exchange.share;
  if (exchange.to_file) {
    options.spool_path = io_.server.spool_prefix + std::to_string(exchange.request.id);
  }
  BodyRefusal refusal;
  exchange.sink = NewBodySink(options, refusal);
  if (refusal.status != 0) {
    Refuse(refusal.status, refusal.message);
    return;
  }
  if (exchange.expect_continue) out_.tail() += "HTTP/1.1 100 Continue\r\n\r\n";
  state_ = State::kBody;
  began_ = io_.now();
}

// False where the body was refused.
bool Connection::TakeBody(std::string_view data) {
  body_taken_ += data.size();
  Exchange& exchange = *exchange_;
  if (exchange.sink == nullptr) return true;
  if (exchange.to_file) {
    exchange.collected += data;
    if (exchange.collected.size() >= kSpoolPiece && !exchange.disk_busy) SpoolNow();
    return true;
  }
  const BodyRefusal refusal = exchange.sink->Append(data);
  if (refusal.status == 0) return true;
  Refuse(refusal.status, refusal.message);
  return false;
}

void Connection::EndBody() {
  unread_ = false;
  Exchange& exchange = *exchange_;
  if (exchange.sink == nullptr) {
    EndAnswer();
    return;
  }
  exchange.body_ended = true;
  state_ = State::kBusy;
  if (exchange.to_file) {
    if (!exchange.disk_busy) SpoolNow();
    return;
  }
  const BodyRefusal refusal = exchange.sink->Finish(exchange.request);
  if (refusal.status != 0) {
    Refuse(refusal.status, refusal.message);
    return;
  }
  exchange.sink.reset();
  Dispatch();
}

bool Connection::SpoolHasRoom(uint64_t bytes) const {
  struct statvfs disk {};
  if (statvfs(io_.server.options.spool_folder.c_str(), &disk) != 0) return true;
  const uint64_t room = uint64_t{disk.f_bavail} * disk.f_frsize;
  return bytes == 0 || (room > kDiskReserve && bytes <= room - kDiskReserve);
}

bool Connection::SpoolFull() const {
  return exchange_ != nullptr && exchange_->disk_busy && exchange_->collected.size() >= kSpoolPiece;
}

// Gives what was collected to the disk; at the body's end, its last piece and the closing.
void Connection::SpoolNow() {
  Exchange& exchange = *exchange_;
  exchange.disk_busy = true;
  exchange.spooling.swap(exchange.collected);
  exchange.collected.clear();
  io_.server.disk.Submit([self = shared_from_this(), shared = exchange_] {
    Exchange& mine = *shared;
    BodyRefusal refusal = mine.sink->Append(mine.spooling);
    self->Resume(shared, [self, refusal = std::move(refusal)] { self->Spooled(refusal); });
  });
}

void Connection::Spooled(const BodyRefusal& refusal) {
  Exchange& exchange = *exchange_;
  exchange.disk_busy = false;
  Touch();
  if (refusal.status != 0) {
    Refuse(refusal.status, refusal.message);
    return;
  }
  if (!exchange.collected.empty() &&
      (exchange.body_ended || exchange.collected.size() >= kSpoolPiece)) {
    SpoolNow();
    return;
  }
  if (!exchange.body_ended) return;
  const BodyRefusal at_end = exchange.sink->Finish(exchange.request);
  if (at_end.status != 0) {
    Refuse(at_end.status, at_end.message);
    return;
  }
  exchange.sink.reset();
  std::string().swap(exchange.collected);
  std::string().swap(exchange.spooling);
  Dispatch();
}

// By a worker: goes on with the exchange on the I/O thread, unless the connection was closed.
void Connection::Resume(const std::shared_ptr<Exchange>& exchange, std::function<void()> step) {
  io_.Post([self = shared_from_this(), exchange, step = std::move(step)] {
    if (self->exchange_ != exchange) {
      if (exchange->response.stream) self->DropStream(std::move(exchange->response.stream));
      return;
    }
    self->Guarded([&] {
      self->Touch();
      step();
      self->Settle();
    });
  });
}

void Connection::Dispatch() {
  HttpContext& server = io_.server;
  server.requests.fetch_add(1, std::memory_order_relaxed);
  state_ = State::kBusy;
  const auto handle = [](HttpHandler& handler, Exchange& exchange) {
    try {
      exchange.response = handler.Handle(exchange.request);
    } catch (const std::exception& error) {
      exchange.response = handler.Refusal(500, error.what());
    }
    // Before the client knows: large bodies give their memory or disk back here.
    std::string().swap(exchange.request.body);
    exchange.request.body_file.reset();
    exchange.share.Release();
    exchange.varies = WorthCompressing(exchange.response);
    const bool quick = exchange.plan.lane == RequestPlan::Lane::kQuick;
    exchange.gzip = exchange.varies && exchange.accepts_gzip &&
                    exchange.request.method != HttpMethod::kHead &&
                    (!quick || exchange.response.body.size() <= kMaxQuickGzip);
    if (exchange.gzip && !exchange.response.stream) exchange.gzip = Compress(exchange.response);
  };
  if (exchange_->plan.lane == RequestPlan::Lane::kQuick) {
    handle(server.handler, *exchange_);
    Answer();
    return;
  }
  server.workers.Submit([self = shared_from_this(), shared = exchange_, handle] {
    bool failed = false;
    try {
      handle(self->io_.server.handler, *shared);
    } catch (const std::exception&) {
      failed = true;  // no memory even for a refusal
    }
    self->Resume(shared, [self, failed] {
      if (failed) {
        self->Close();
      } else {
        self->Answer();
      }
    });
  });
}

// Slow readers of many answers must not fill the memory.
bool Connection::AnswerFits(const HttpResponse& response) const {
  const HttpContext& server = io_.server;
  const uint64_t waiting = server.unsent.load(std::memory_order_relaxed);
  if (response.stream) {
    return server.streams < server.options.max_streams &&
           waiting < server.options.max_answer_memory;
  }
  return response.body.size() <= kSmallAnswer ||
         waiting + response.body.size() <= server.options.max_answer_memory || waiting == 0;
}

void Connection::Answer() {
  Exchange& exchange = *exchange_;
  HttpResponse& response = exchange.response;
  if (!AnswerFits(response)) {
    io_.server.refused.fetch_add(1, std::memory_order_relaxed);
    if (response.stream) DropStream(std::move(response.stream));
    response = io_.server.handler.Refusal(
        503, "too many answers wait for clients that read slowly; try again later");
    response.headers.emplace_back("Retry-After", "1");
    exchange.gzip = false;
  }
  const bool streams = static_cast<bool>(response.stream) && StatusHasBody(response.status);
  const bool head_only = exchange.request.method == HttpMethod::kHead;
  if (io_.server.stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  if (streams && exchange.http_1_0) keep_alive_ = false;
  const ResponseFraming framing{.keep_alive = keep_alive_,
                                .http_1_0 = exchange.http_1_0,
                                .chunked = streams && !exchange.http_1_0,
                                .until_close = streams && exchange.http_1_0,
                                .gzip = exchange.gzip,
                                .varies = exchange.varies,
                                .body_bytes = response.body.size()};
  AppendResponseHead(response, framing, io_.date(), out_.tail());
  if (streams && !head_only) {
    exchange.CountAsStream(io_.server.streams);
    state_ = State::kStream;
    NextPiece();
    return;
  }
  if (!head_only && StatusHasBody(response.status)) out_.Append(std::move(response.body));
  EndAnswer();
}

// Has a worker make the next piece, unless it is at it or enough waits to be sent.
void Connection::NextPiece() {
  Exchange& exchange = *exchange_;
  if (exchange.piece_busy || out_.size() > kSpoolPiece) return;
  exchange.piece_busy = true;
  io_.server.workers.Submit([self = shared_from_this(), shared = exchange_] {
    Exchange& mine = *shared;
    bool more = false;
    bool failed = false;
    mine.piece.clear();
    try {
      more = mine.MakePiece();
    } catch (const std::exception&) {
      failed = true;
    }
    self->Resume(shared, [self, more, failed] {
      self->exchange_->piece_busy = false;
      if (failed) {
        self->Close();
      } else {
        self->SendPiece(more);
      }
    });
  });
}

void Connection::SendPiece(bool more) {
  Exchange& exchange = *exchange_;
  const bool chunked = !exchange.http_1_0;
  if (out_.empty()) Touch();
  if (!exchange.piece.empty()) {
    if (chunked) {
      AppendChunkHead(exchange.piece.size(), out_.tail());
    }
    out_.Append(std::move(exchange.piece));
    exchange.piece = std::string();
    if (chunked) out_.tail() += "\r\n";
  }
  if (more) {
    NextPiece();
    return;
  }
  if (chunked) out_.tail() += "0\r\n\r\n";
  EndAnswer();
}

void Connection::EndAnswer() {
  exchange_.reset();
  parser_.reset();
  Touch();
  state_ = keep_alive_ ? State::kHead : State::kClosing;
}

// Answers without the handler's part. The connection goes on where what was sent of the request is
// read or can be dropped.
void Connection::Refuse(int status, const std::string& message, std::chrono::seconds retry) {
  HttpContext& server = io_.server;
  server.refused.fetch_add(1, std::memory_order_relaxed);
  HttpResponse response = server.handler.Refusal(status, message);
  if (status == 401) {
    response.headers.emplace_back(
        "WWW-Authenticate", "Basic realm=\"" + server.options.realm + "\", charset=\"UTF-8\"");
  }
  if (retry.count() > 0)
    response.headers.emplace_back("Retry-After", std::to_string(retry.count()));
  const bool head_only = exchange_ != nullptr && exchange_->request.method == HttpMethod::kHead;
  // A client that waits for 100 Continue may never send the body.
  const bool drop = exchange_ != nullptr && state_ == State::kHead && keep_alive_ && unread_ &&
                    !chunked_ && body_length_ <= kMaxDropped && !exchange_->expect_continue;
  const bool before_body = exchange_ != nullptr && !unread_;
  if (!drop && !before_body) keep_alive_ = false;
  if (!before_body) unread_ = true;
  const ResponseFraming framing{.keep_alive = keep_alive_,
                                .http_1_0 = exchange_ != nullptr && exchange_->http_1_0,
                                .body_bytes = response.body.size()};
  AppendResponseHead(response, framing, io_.date(), out_.tail());
  if (!head_only) out_.Append(std::move(response.body));
  if (drop) {
    exchange_->sink.reset();
    exchange_->to_file = false;
    state_ = State::kBody;
    began_ = io_.now();
    return;
  }
  EndAnswer();
}

}  // namespace thalweg::internal
