#include "server/http/response_head.h"

#include <array>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace thalweg::internal {

namespace {

namespace http = boost::beast::http;

void AppendNumber(uint64_t value, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

// Control characters become blanks: no value can add a field.
void AppendHarmless(std::string_view value, std::string& out) {
  const size_t begin = out.size();
  out += value;
  for (size_t i = begin; i < out.size(); ++i) {
    const auto byte = static_cast<uint8_t>(out[i]);
    if (byte < 0x20 || byte == 0x7f) out[i] = ' ';
  }
}

void AppendField(std::string_view name, std::string_view value, std::string& out) {
  AppendHarmless(name, out);
  out += ": ";
  AppendHarmless(value, out);
  out += "\r\n";
}

bool HasField(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (EqualsIgnoreCase(key, name)) return true;
  }
  return false;
}

constexpr std::string_view kHtmlPolicy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

}  // namespace

bool StatusHasBody(int status) { return status >= 200 && status != 204 && status != 304; }

void AppendResponseHead(const HttpResponse& response, const ResponseFraming& framing,
                        std::string_view date, std::string& out) {
  out += "HTTP/1.1 ";
  AppendNumber(static_cast<uint64_t>(response.status), out);
  out += ' ';
  out += http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
  out += "\r\nDate: ";
  out += date;
  out += "\r\n";
  const bool has_body = StatusHasBody(response.status);
  if (has_body && !response.content_type.empty()) {
    AppendField("Content-Type", response.content_type, out);
  }
  for (const auto& [name, value] : response.headers) AppendField(name, value, out);
  out += "X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n";
  if (!HasField(response, "Cache-Control")) out += "Cache-Control: no-store\r\n";
  if (ToLower(response.content_type).starts_with("text/html") &&
      !HasField(response, "Content-Security-Policy")) {
    AppendField("Content-Security-Policy", kHtmlPolicy, out);
  }
  if (framing.gzip) out += "Content-Encoding: gzip\r\n";
  if (framing.varies) out += "Vary: Accept-Encoding\r\n";
  if (has_body) {
    if (framing.chunked) {
      out += "Transfer-Encoding: chunked\r\n";
    } else if (!framing.until_close) {
      out += "Content-Length: ";
      AppendNumber(framing.body_bytes, out);
      out += "\r\n";
    }
  }
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (framing.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void AppendChunkHead(size_t bytes, std::string& out) {
  const http::chunk_header head(bytes);
  for (const auto buffer : boost::beast::buffers_range_ref(head)) {
    out.append(static_cast<const char*>(buffer.data()), buffer.size());
  }
}

std::string HttpDate(int64_t unix_seconds) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = unix_seconds;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<size_t>(parts.tm_wday)], parts.tm_mday,
                                 kMonths[static_cast<size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                 parts.tm_hour, parts.tm_min, parts.tm_sec);
  return std::string(text.data(), static_cast<size_t>(size));
}

}  // namespace thalweg::internal
