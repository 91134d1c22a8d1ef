#include "server/http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <limits>
#include <string>
#include <utility>

#include "base/text.h"

namespace thalweg::internal {

namespace {

namespace http = boost::beast::http;
using Error = boost::beast::error_code;
using boost::beast::string_view;

// Of a chunk: below 2^60, so that no sum of two overflows.
constexpr uint64_t kMaxChunk = uint64_t{1} << 60;

// After the head or a chunk at least "0", and CR LF twice, has to come; Beast's parser asserts that
// it is not asked again with less.
constexpr size_t kLeastOfChunks = 5;

std::string_view View(string_view text) { return {text.data(), text.size()}; }

std::optional<HttpMethod> MethodOf(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return HttpMethod::kGet;
    case http::verb::head:
      return HttpMethod::kHead;
    case http::verb::post:
      return HttpMethod::kPost;
    case http::verb::put:
      return HttpMethod::kPut;
    case http::verb::delete_:
      return HttpMethod::kDelete;
    case http::verb::options:
      return HttpMethod::kOptions;
    default:
      return {};
  }
}

// As the methods begin.
bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool IsLength(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= 18 && std::all_of(text.begin(), text.end(), digit);
}

// Whether a request line ends with a version of HTTP that is not ours.
bool OtherVersion(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  const size_t blank = line.rfind(' ');
  if (blank == std::string_view::npos) return false;
  const std::string_view version = line.substr(blank + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
         version != "HTTP/1.1" && version != "HTTP/1.0";
}

bool HasFold(std::string_view lines) {
  for (size_t at = 0; (at = lines.find('\n', at)) != std::string_view::npos; ++at) {
    if (at + 1 < lines.size() && (lines[at + 1] == ' ' || lines[at + 1] == '\t')) return true;
  }
  return false;
}

}  // namespace

class RequestParser::Reader final : public http::basic_parser<true> {
 public:
  explicit Reader(size_t max_head_bytes) : max_head_bytes_(max_head_bytes) {
    // The limits are looked at here and by those who take the body.
    header_limit(std::numeric_limits<uint32_t>::max());
    body_limit(boost::none);
  }

  Step Next(std::string_view input) {
    return is_header_done() ? NextOfBody(input) : WholeHead(input);
  }

  const std::optional<HeadRefusal>& refusal() const { return refusal_; }
  RequestHead& head() { return head_; }

 private:
  void on_request_impl(http::verb verb, string_view name, string_view target, int version,
                       Error& error) override {
    head_.http_1_0 = version == 10;
    const auto method = MethodOf(verb);
    if (!method) {
      Stop(501, "the method " + Printable(View(name), 20) + " is not known", error);
      return;
    }
    head_.method = *method;
    if (const char* problem = ReadTarget(View(target))) Stop(400, problem, error);
  }

  void on_response_impl(int, string_view, int, Error&) override {}

  void on_field_impl(http::field name, string_view name_text, string_view value_text,
                     Error& error) override {
    const std::string_view value = View(value_text);
    if (head_done_) {
      AddOrnament(name_text.size() + value.size(), error);
      return;
    }
    if (head_.headers.size() == kMaxFields) {
      Stop(431, "the request's head has more than 100 fields", error);
      return;
    }
    switch (name) {
      case http::field::connection:
        says_close_ = says_close_ || http::token_list{value_text}.exists("close");
        break;
      case http::field::host:
        if (std::exchange(has_host_, true)) Stop(400, "more than one Host field", error);
        // The target in absolute form is the one that counts (RFC 9112, section 3.2.2).
        if (head_.host.empty()) head_.host = value;
        break;
      case http::field::content_length:
        if (std::exchange(has_length_, true))
          Stop(400, "more than one Content-Length field", error);
        if (!IsLength(value)) Stop(400, "Content-Length is no usable number", error);
        break;
      case http::field::transfer_encoding:
        if (!EqualsIgnoreCase(value, "chunked")) {
          Stop(501, "no Transfer-Encoding but chunked is known", error);
        }
        break;
      case http::field::expect:
        if (!EqualsIgnoreCase(value, "100-continue")) {
          Stop(417, "no expectation but 100-continue can be met", error);
        }
        head_.expect_continue = !head_.http_1_0;
        break;
      default:
        break;
    }
    head_.headers.emplace_back(View(name_text), value);
  }

  void on_header_impl(Error& error) override {
    head_done_ = true;
    // For HTTP/1.0, Beast looks at keep-alive alone.
    head_.keep_alive = keep_alive() && !says_close_;
    head_.chunked = chunked();
    if (content_length()) head_.content_length = *content_length();
    if (head_.http_1_0 && head_.chunked) Stop(400, "Transfer-Encoding in HTTP/1.0", error);
    if (!head_.http_1_0 && !has_host_) Stop(400, "the request has no Host field", error);
  }

  void on_body_init_impl(const boost::optional<uint64_t>&, Error&) override {}

  size_t on_body_impl(string_view body, Error&) override {
    data_ = View(body);
    return body.size();
  }

  void on_chunk_header_impl(uint64_t size, string_view extensions, Error& error) override {
    if (size >= kMaxChunk) Stop(400, "a chunk of the request's body is too large", error);
    chunk_left_ = size;
    AddOrnament(extensions.size(), error);
  }

  size_t on_chunk_body_impl(uint64_t, string_view body, Error&) override {
    data_ = View(body);
    chunk_left_ -= body.size();
    return body.size();
  }

  void on_finish_impl(Error&) override {}

  // Nothing, or why the target is refused.
  const char* ReadTarget(std::string_view target) {
    if (target.find('#') != std::string_view::npos) {
      return "the request's target has bytes that no URL has";
    }
    if (target.front() != '/') {
      if (target == "*" && head_.method == HttpMethod::kOptions) {
        head_.path = "*";
        return nullptr;
      }
      size_t begin = 0;
      if (EqualsIgnoreCase(target.substr(0, 7), "http://")) begin = 7;
      if (EqualsIgnoreCase(target.substr(0, 8), "https://")) begin = 8;
      if (begin == 0) return "the request's target must begin with /";
      const size_t end = std::min(target.find_first_of("/?", begin), target.size());
      head_.host = target.substr(begin, end - begin);
      if (head_.host.empty()) return "the request's target names no host";
      target.remove_prefix(end);
    }
    const size_t mark = target.find('?');
    head_.path = target.substr(0, mark);
    if (head_.path.empty()) head_.path = "/";
    if (mark != std::string_view::npos) head_.query = target.substr(mark + 1);
    return nullptr;
  }

  // Gives Beast a head only when it is whole: so an answer never depends on how the bytes came.
  Step WholeHead(std::string_view input) {
    if (!IsLetter(input.front())) {
      Refuse(400, "this is no HTTP request");
      return {};
    }
    const size_t size = FindHeadEnd(input);
    if (refusal_) return {};
    if ((size > 0 ? size : input.size()) > max_head_bytes_) {
      const bool line = input.substr(0, max_head_bytes_).find('\n') == std::string_view::npos;
      Refuse(line ? 414 : 431, TooLarge());
    }
    if (refusal_ || size == 0) return {};
    Put(input.substr(0, size));
    return {size, {}};
  }

  // The size of the head with its empty line, or 0. Looks beside Beast, which unfolds fields.
  size_t FindHeadEnd(std::string_view lines) {
    for (size_t at = looked_at_; (at = lines.find('\n', at)) != std::string_view::npos; ++at) {
      if (lines[at - 1] != '\r') {
        Refuse(400, "a line of the request's head does not end with CR LF");
        return 0;
      }
      looked_at_ = at;
      if (lines[at - 2] == '\n') return at + 1;
      if (at + 1 == lines.size()) return 0;
      if (lines[at + 1] == ' ' || lines[at + 1] == '\t') {
        Refuse(400, "a field of the request's head is folded over lines");
        return 0;
      }
    }
    return 0;
  }

  Step NextOfBody(std::string_view input) {
    if (chunked() && chunk_left_ == 0 && input.size() < kLeastOfChunks) return {};
    data_ = {};
    const size_t used = Put(input);
    if (refusal_) return {used, {}};
    if (used == 0 && input.size() > kMaxOrnament) {
      Refuse(400, "extensions or trailers of the request's body are too large");
    } else if (is_done() && data_.empty() && HasFold(input.substr(0, used))) {
      Refuse(400, "a field of the request's trailers is folded over lines");
    }
    return {used, data_};
  }

  size_t Put(std::string_view input) {
    Error error;
    const size_t used = put(boost::asio::const_buffer(input.data(), input.size()), error);
    if (error && error != http::error::need_more) RefuseAs(error, input);
    return used;
  }

  std::string TooLarge() const {
    return "the request's head is larger than " + std::to_string(max_head_bytes_) + " bytes";
  }

  void AddOrnament(size_t bytes, Error& error) {
    ornament_ += bytes;
    if (ornament_ > kMaxOrnament) {
      Stop(400, "extensions or trailers of the request's body are too large", error);
    }
  }

  void Refuse(int status, std::string message) {
    if (!refusal_) refusal_ = HeadRefusal{status, std::move(message)};
  }

  // From within the parser: any error ends it.
  void Stop(int status, std::string message, Error& error) {
    Refuse(status, std::move(message));
    error = http::error::bad_value;
  }

  void RefuseAs(const Error& error, std::string_view input) {
    if (head_done_) {
      Refuse(400, "the request's chunked body is malformed");
    } else if (error == http::error::bad_version && OtherVersion(input)) {
      Refuse(505, "this server speaks HTTP/1.1");
    } else {
      Refuse(400, "the request's head is malformed: " + error.message());
    }
  }

  const size_t max_head_bytes_;
  RequestHead head_;
  std::optional<HeadRefusal> refusal_;
  std::string_view data_;
  size_t looked_at_ = 0;  // of the head, in search of its end
  // Bytes of extensions and trailers: bounded, as they cost work and carry nothing.
  size_t ornament_ = 0;
  uint64_t chunk_left_ = 0;
  bool head_done_ = false;
  bool has_host_ = false;
  bool has_length_ = false;
  bool says_close_ = false;
};

RequestParser::RequestParser(size_t max_head_bytes)
    : reader_(std::make_unique<Reader>(max_head_bytes)) {}

RequestParser::~RequestParser() = default;

RequestParser::Step RequestParser::Next(std::string_view input) { return reader_->Next(input); }

bool RequestParser::head_done() const { return reader_->is_header_done(); }

bool RequestParser::done() const { return reader_->is_done(); }

const std::optional<HeadRefusal>& RequestParser::refusal() const { return reader_->refusal(); }

RequestHead& RequestParser::head() { return reader_->head(); }

}  // namespace thalweg::internal
