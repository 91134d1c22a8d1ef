// Any bytes from a client: the requests that reach the handler and the answers do not depend on how
// the bytes were cut, and Beast's parser, as a second reader of the same bytes, sees the same
// requests (or less: what we take, it must take).
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "server/http/connection.h"
#include "server/http/io_thread.h"

namespace {

using namespace thalweg;
using namespace thalweg::internal;
namespace http = boost::beast::http;

// Answers at once, and keeps what it was asked.
class Recorder final : public HttpHandler {
 public:
  RequestPlan Plan(HttpMethod /*method*/, std::string_view path) const override {
    RequestPlan plan;
    plan.lane = RequestPlan::Lane::kQuick;
    plan.max_body = 2000;
    if (path == "/no") plan.refuse_status = 404;
    return plan;
  }
  HttpResponse Handle(const HttpRequest& request) override {
    seen += std::string(HttpMethodName(request.method)) + " " + request.path + "?" + request.query +
            "\n" + std::to_string(request.headers.size()) + "\n" + request.body + "\n";
    requests.push_back({std::string(HttpMethodName(request.method)), request.body});
    return {};
  }
  HttpResponse Refusal(int status, const std::string& message) const override {
    HttpResponse response;
    response.status = status;
    response.body = message;
    return response;
  }
  struct Seen {
    std::string method;
    std::string body;
  };
  std::string seen;
  std::vector<Seen> requests;
};

class FakeTransport final : public Transport {
 public:
  FakeTransport(std::string_view input, size_t piece, std::string& output)
      : input_(input), piece_(piece), output_(output), descriptor_(eventfd(0, EFD_NONBLOCK)) {}
  ~FakeTransport() override { close(descriptor_); }
  FakeTransport(const FakeTransport&) = delete;
  FakeTransport& operator=(const FakeTransport&) = delete;

  Result Read(std::span<char> buffer) override {
    const size_t size = std::min({input_.size(), piece_, buffer.size()});
    if (size == 0) return {Outcome::kEnd};
    std::copy_n(input_.begin(), size, buffer.begin());
    input_.remove_prefix(size);
    return {Outcome::kMoved, size};
  }
  Result Write(std::span<const iovec> pieces) override {
    size_t total = 0;
    for (const iovec& piece : pieces) {
      output_.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
      total += piece.iov_len;
    }
    return {Outcome::kMoved, total};
  }
  void EndWriting() override {}
  bool secure() const override { return false; }
  int descriptor() const override { return descriptor_; }

 private:
  std::string_view input_;
  const size_t piece_;
  std::string& output_;
  const int descriptor_;
};

void DropDates(std::string& text) {
  for (size_t at = 0; (at = text.find("\r\nDate: ", at)) != std::string::npos;) text.erase(at, 37);
}

// What the handler saw and what was sent.
std::string Outcome(std::string_view input, size_t piece, Recorder& recorder) {
  static const HttpServerOptions options;
  HttpContext context(options, recorder);
  IoThread io(context);
  std::string output;
  auto connection = std::make_shared<Connection>(
      io, std::make_unique<FakeTransport>(input, piece, output), Connection::Ends{});
  io.Adopt(connection);
  for (size_t i = 0; i <= input.size() / piece + 2; ++i) connection->OnEvents(EPOLLIN);
  if (context.connections != 0) std::abort();
  DropDates(output);
  return recorder.seen + "\n" + output;
}

void CompareWithBeast(std::string_view input, const Recorder& recorder) {
  for (const Recorder::Seen& seen : recorder.requests) {
    while (true) {
      while (input.starts_with("\r\n")) input.remove_prefix(2);
      http::request_parser<http::string_body> parser;
      parser.eager(true);
      parser.header_limit(100'000);
      boost::system::error_code error;
      size_t used = 0;
      while (!parser.is_done() && used < input.size() && !error) {
        const size_t more = parser.put(boost::asio::buffer(input.substr(used)), error);
        used += more;
        if (more == 0 || error == http::error::need_more) break;
      }
      // Extensions and trailers are dropped here; only Beast minds what they say.
      if (error == http::error::bad_chunk_extension) return;
      if (error && parser.is_header_done() && parser.get().body() == seen.body) return;
      if (!parser.is_done()) std::abort();
      input.remove_prefix(used);
      const std::string method(parser.get().method_string());
      // Ours may have answered this one without its handler.
      if (method == seen.method && parser.get().body() == seen.body) break;
      if (input.empty()) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Recorder whole;
  const std::string outcome = Outcome(input, 1 << 20, whole);
  for (const size_t piece : {1, 7}) {
    Recorder other;
    if (Outcome(input, piece, other) != outcome) std::abort();
  }
  if (input.find("Content-Encoding") == std::string_view::npos &&
      input.find("content-encoding") == std::string_view::npos) {
    CompareWithBeast(input, whole);
  }
  return 0;
}
