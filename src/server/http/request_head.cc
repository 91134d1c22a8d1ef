#include "server/http/request_head.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace thalweg::internal {

namespace {

constexpr std::array<bool, 256> kTokenBytes = [] {
  std::array<bool, 256> token{};
  for (int c = 'a'; c <= 'z'; ++c) token[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) token[static_cast<size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) token[static_cast<size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) token[static_cast<size_t>(c)] = true;
  return token;
}();

bool IsToken(std::string_view text) {
  for (const char c : text) {
    if (!kTokenBytes[static_cast<uint8_t>(c)]) return false;
  }
  return !text.empty();
}

// Control characters other than the tab end no field value that is meant well.
bool IsFieldValue(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
  }
  return true;
}

bool IsTarget(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte <= 0x20 || byte == 0x7f || byte == '#') return false;
  }
  return !text.empty();
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

HeadRefusal Bad(std::string message) { return {400, std::move(message)}; }

std::optional<HttpMethod> MethodOf(std::string_view name) {
  for (const HttpMethod method : {HttpMethod::kGet, HttpMethod::kHead, HttpMethod::kPost,
                                  HttpMethod::kPut, HttpMethod::kDelete, HttpMethod::kOptions}) {
    if (name == HttpMethodName(method)) return method;
  }
  return {};
}

// Splits a target in origin form, absolute form or "*".
std::optional<HeadRefusal> ParseTarget(std::string_view target, RequestHead& head) {
  if (!IsTarget(target)) return Bad("the request's target has bytes that no URL has");
  if (target.front() != '/') {
    if (target == "*" && head.method == HttpMethod::kOptions) {
      head.path = "*";
      return {};
    }
    size_t begin = 0;
    if (EqualsIgnoreCase(target.substr(0, 7), "http://")) begin = 7;
    if (EqualsIgnoreCase(target.substr(0, 8), "https://")) begin = 8;
    if (begin == 0) return Bad("the request's target must begin with /");
    const size_t end = std::min(target.find_first_of("/?", begin), target.size());
    head.host = target.substr(begin, end - begin);
    if (head.host.empty()) return Bad("the request's target names no host");
    target.remove_prefix(end);
  }
  const size_t mark = target.find('?');
  head.path = target.substr(0, mark);
  if (head.path.empty()) head.path = "/";
  if (mark != std::string_view::npos) head.query = target.substr(mark + 1);
  return {};
}

std::optional<HeadRefusal> ParseRequestLine(std::string_view line, RequestHead& head) {
  const size_t first = line.find(' ');
  const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos)
    return Bad("the request line is not METHOD TARGET HTTP/1.1");
  const std::string_view version = line.substr(second + 1);
  if (version == "HTTP/1.0") {
    head.http_1_0 = true;
  } else if (version != "HTTP/1.1") {
    const bool other = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
    if (other) return HeadRefusal{505, "this server speaks HTTP/1.1"};
    return Bad("the request line is not METHOD TARGET HTTP/1.1");
  }
  const std::string_view name = line.substr(0, first);
  if (!IsToken(name)) return Bad("the request's method is no word");
  const auto method = MethodOf(name);
  if (!method) return HeadRefusal{501, "the method " + Printable(name, 20) + " is not known"};
  head.method = *method;
  return ParseTarget(line.substr(first + 1, second - first - 1), head);
}

struct ConnectionWords {
  bool close = false;
  bool keep_alive = false;
};

// False where the value is no list of words.
bool ReadConnection(std::string_view value, ConnectionWords& words) {
  for (const std::string_view part : Split(value, ',')) {
    const std::string_view word = TrimBlanks(part);
    if (!word.empty() && !IsToken(word)) return false;
    words.close = words.close || EqualsIgnoreCase(word, "close");
    words.keep_alive = words.keep_alive || EqualsIgnoreCase(word, "keep-alive");
  }
  return true;
}

// What the fields say of the body's length. Any doubt is a refusal (RFC 9112, section 6.3).
std::optional<HeadRefusal> ParseFraming(RequestHead& head) {
  const std::string* length = nullptr;
  const std::string* encoding = nullptr;
  const std::string* host = nullptr;
  ConnectionWords words;
  for (const auto& field : head.headers) {
    const std::string& name = field.first;
    const std::string& value = field.second;
    const auto once = [&](const std::string*& seen) {
      const bool first = seen == nullptr;
      seen = &value;
      return first;
    };
    switch (name.size()) {
      case 4:
        if (EqualsIgnoreCase(name, "Host") && !once(host)) return Bad("more than one Host field");
        break;
      case 6:
        if (EqualsIgnoreCase(name, "Expect")) {
          if (!EqualsIgnoreCase(value, "100-continue")) {
            return HeadRefusal{417, "no expectation but 100-continue can be met"};
          }
          head.expect_continue = !head.http_1_0;
        }
        break;
      case 10:
        if (EqualsIgnoreCase(name, "Connection") && !ReadConnection(value, words)) {
          return Bad("the Connection field is no list of words");
        }
        break;
      case 14:
        if (EqualsIgnoreCase(name, "Content-Length") && !once(length)) {
          return Bad("more than one Content-Length field");
        }
        break;
      case 17:
        if (EqualsIgnoreCase(name, "Transfer-Encoding") && !once(encoding)) {
          return Bad("more than one Transfer-Encoding field");
        }
        break;
      default:
        break;
    }
  }
  head.keep_alive = !words.close && (!head.http_1_0 || words.keep_alive);
  if (host == nullptr && !head.http_1_0) return Bad("the request has no Host field");
  if (host != nullptr && head.host.empty()) head.host = *host;
  if (encoding != nullptr) {
    if (length != nullptr) return Bad("both Content-Length and Transfer-Encoding");
    if (head.http_1_0) return Bad("Transfer-Encoding in HTTP/1.0");
    if (!EqualsIgnoreCase(*encoding, "chunked")) {
      return HeadRefusal{501, "no Transfer-Encoding but chunked is known"};
    }
    head.chunked = true;
  }
  if (length != nullptr) {
    // 18 digits: far more than any disk, and no overflow.
    if (length->empty() || length->size() > 18) return Bad("Content-Length is no usable number");
    for (const char c : *length) {
      if (c < '0' || c > '9') return Bad("Content-Length is no usable number");
      head.content_length = head.content_length * 10 + static_cast<uint64_t>(c - '0');
    }
  }
  return {};
}

}  // namespace

bool IsTokenByte(uint8_t byte) { return kTokenBytes[byte]; }

HeadEnd FindHeadEnd(std::string_view bytes, size_t from) {
  if (!bytes.empty() && !kTokenBytes[static_cast<uint8_t>(bytes.front())]) {
    return {.size = 0, .refusal = Bad("this is no HTTP request")};
  }
  while (from < bytes.size()) {
    const void* found = std::memchr(bytes.data() + from, '\n', bytes.size() - from);
    if (found == nullptr) break;
    const size_t at = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    if (at == 0 || bytes[at - 1] != '\r') {
      return {.size = 0, .refusal = Bad("a line of the request's head does not end with CR LF")};
    }
    if (at >= 3 && bytes[at - 2] == '\n') return {.size = at + 1, .refusal = {}};
    from = at + 1;
  }
  return {};
}

std::optional<HeadRefusal> ParseRequestHead(std::string_view bytes, RequestHead& head) {
  head = RequestHead{};
  size_t end = bytes.find("\r\n");
  if (auto refusal = ParseRequestLine(bytes.substr(0, end), head)) return refusal;
  bytes.remove_prefix(end + 2);
  while (true) {
    end = bytes.find("\r\n");
    if (end == 0) break;
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.front() == ' ' || line.front() == '\t') {
      return Bad("a field of the request's head is folded over lines");
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
      return Bad("a line of the request's head is not NAME: VALUE");
    }
    const std::string_view value = TrimBlanks(line.substr(colon + 1));
    if (!IsFieldValue(value)) return Bad("a field of the request's head has control characters");
    if (head.headers.size() == kMaxFields) {
      return HeadRefusal{431, "the request's head has more than 100 fields"};
    }
    head.headers.emplace_back(line.substr(0, colon), value);
  }
  return ParseFraming(head);
}

std::string_view FindField(const std::vector<std::pair<std::string, std::string>>& fields,
                           std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key.size() == name.size() && EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

}  // namespace thalweg::internal
