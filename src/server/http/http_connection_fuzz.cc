// Any bytes from a client: the requests that reach the handler and the answers do not depend on how
// the bytes were cut; and each of these requests is one that a small reader of its own, which takes
// one plain form alone, reads with the same method and body: nothing that could be smuggled past
// another reader gets in.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/http/connection.h"
#include "server/http/io_thread.h"

namespace {

using namespace thalweg;
using namespace thalweg::internal;

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

// What comes and goes on a connection, and who waits for more.
struct Wire {
  std::string_view input;
  size_t piece = 0;
  std::string output;
  std::shared_ptr<Transport::Waiter> waiter;
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(Wire& wire) : wire_(wire) {}
  ~FakeTransport() override { wire_.waiter.reset(); }
  FakeTransport(const FakeTransport&) = delete;
  FakeTransport& operator=(const FakeTransport&) = delete;

  Result Read(std::span<char> buffer) override {
    const size_t size = std::min({wire_.input.size(), wire_.piece, buffer.size()});
    if (size == 0) return {Outcome::kEnd};
    std::copy_n(wire_.input.begin(), size, buffer.begin());
    wire_.input.remove_prefix(size);
    return {Outcome::kMoved, size};
  }
  Result Write(std::span<const std::string_view> pieces) override {
    size_t total = 0;
    for (const std::string_view piece : pieces) {
      wire_.output += piece;
      total += piece.size();
    }
    return {Outcome::kMoved, total};
  }
  void Wait(Direction /*direction*/, std::shared_ptr<Waiter> waiter) override {
    wire_.waiter = std::move(waiter);
  }
  void EndWriting() override {}
  bool secure() const override { return false; }

 private:
  Wire& wire_;
};

void DropDates(std::string& text) {
  for (size_t at = 0; (at = text.find("\r\nDate: ", at)) != std::string::npos;) text.erase(at, 37);
}

// What the handler saw and what was sent.
std::string Outcome(std::string_view input, size_t piece, Recorder& recorder) {
  static const HttpServerOptions options;
  HttpContext context(options, recorder);
  IoThread io(context);
  Wire wire{.input = input, .piece = piece, .output = {}, .waiter = nullptr};
  io.Adopt(
      std::make_shared<Connection>(io, std::make_unique<FakeTransport>(wire), Connection::Ends{}));
  while (const auto waiter = std::exchange(wire.waiter, nullptr)) {
    waiter->OnReady(Transport::Direction::kRead);
  }
  if (context.connections != 0) std::abort();
  DropDates(wire.output);
  return recorder.seen + "\n" + wire.output;
}

// A reader of requests that takes one plain form of each and knows nothing of Beast.
class SmallReader {
 public:
  explicit SmallReader(std::string_view input) : left_(input) {}

  // The next request; nothing where what comes is none, or can be read in two ways.
  std::optional<Recorder::Seen> Next() {
    while (left_.starts_with("\r\n")) left_.remove_prefix(2);
    const auto line = Line();
    if (!line) return {};
    Recorder::Seen request;
    request.method = line->substr(0, line->find(' '));
    std::vector<std::string> lengths;
    std::vector<std::string> codings;
    if (!Fields(lengths, codings)) return {};
    if (lengths.size() + codings.size() > 1) return {};
    if (!codings.empty()) {
      if (codings[0] != "chunked" || !Chunks(request.body)) return {};
    } else if (!lengths.empty()) {
      const auto length = Number(lengths[0], 10);
      if (!length || !Take(*length, request.body)) return {};
    }
    return request;
  }

 private:
  // A line without its CR LF.
  std::optional<std::string_view> Line() {
    const size_t end = left_.find('\n');
    if (end == std::string_view::npos || end == 0 || left_[end - 1] != '\r') return {};
    const std::string_view line = left_.substr(0, end - 1);
    if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) return {};
    left_.remove_prefix(end + 1);
    return line;
  }

  bool Fields(std::vector<std::string>& lengths, std::vector<std::string>& codings) {
    while (const auto line = Line()) {
      if (line->empty()) return true;
      const size_t colon = line->find(':');
      if (colon == std::string_view::npos || colon == 0) return false;
      std::string name(line->substr(0, colon));
      std::string value(Trim(line->substr(colon + 1)));
      if (name.find_first_of(" \t") != std::string::npos) return false;
      for (std::string* text : {&name, &value}) {
        for (char& c : *text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
      if (name == "content-length") lengths.push_back(value);
      if (name == "transfer-encoding") codings.push_back(value);
    }
    return false;
  }

  bool Chunks(std::string& body) {
    while (const auto line = Line()) {
      const auto size = Number(line->substr(0, line->find_first_of("; \t")), 16);
      if (!size) return false;
      if (*size == 0) {
        std::vector<std::string> lengths;
        std::vector<std::string> codings;
        return Fields(lengths, codings);
      }
      if (!Take(*size, body) || !left_.starts_with("\r\n")) return false;
      left_.remove_prefix(2);
    }
    return false;
  }

  static std::string_view Trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  }

  static std::optional<uint64_t> Number(std::string_view text, int base) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
    return value;
  }

  bool Take(uint64_t size, std::string& body) {
    if (size > left_.size()) return false;
    body += left_.substr(0, size);
    left_.remove_prefix(size);
    return true;
  }

  std::string_view left_;
};

// What got to the handler are requests that the small reader sees, too, in this order; between them
// may be others that were answered without it.
void CompareWithSmallReader(std::string_view input, const Recorder& recorder) {
  SmallReader reader(input);
  for (const Recorder::Seen& seen : recorder.requests) {
    while (true) {
      const auto request = reader.Next();
      if (!request) std::abort();
      if (request->method == seen.method && request->body == seen.body) break;
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
    CompareWithSmallReader(input, whole);
  }
  return 0;
}
