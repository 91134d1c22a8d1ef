#include "ingest/sources/download.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

constexpr int kMostRedirections = 5;
constexpr long kSlowest = 1000;  // bytes a second

// One address, read by the library that will use it: nobody reads it in another way.
class Address {
 public:
  explicit Address(const std::string& url) : handle_(curl_url(), curl_url_cleanup), url_(url) {
    if (handle_ == nullptr) throw std::bad_alloc();
    if (curl_url_set(handle_.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
      throw UserError(Printable(url, 1000) +
                      " is no address of a file: write http://HOST/PATH, without a password");
    }
  }
  const std::string& url() const { return url_; }
  std::string scheme() const { return Part(CURLUPART_SCHEME); }
  std::string host() const { return Part(CURLUPART_HOST); }
  std::string port() const { return Part(CURLUPART_PORT, CURLU_DEFAULT_PORT); }

 private:
  std::string Part(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(handle_.get(), part, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
    return text;
  }

  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle_;
  std::string url_;
};

void RequireAllowed(const Address& address, const std::vector<std::string>& hosts) {
  const std::string usual = address.scheme() == "https" ? "443" : "80";
  const std::string name = address.host();
  const std::string full = name + ":" + address.port();
  for (const std::string& host : hosts) {
    if (EqualsIgnoreCase(host, full)) return;
    if (EqualsIgnoreCase(host, name) && address.port() == usual) return;
  }
  throw UserError(fmt::format("{} is not read: the server was not started with --import-host {}",
                              Printable(address.url(), 1000),
                              Printable(address.port() == usual ? name : full)));
}

struct Sink {
  FILE* file = nullptr;
  uint64_t bytes = 0;
  uint64_t most = 0;
  const char* trouble = nullptr;
};

size_t Write(char* data, size_t, size_t size, void* to) {
  Sink& sink = *static_cast<Sink*>(to);
  sink.bytes += size;
  if (sink.bytes > sink.most) sink.trouble = "it is larger than an upload may be";
  if (sink.trouble == nullptr && fwrite(data, 1, size, sink.file) != size) {
    sink.trouble = "it cannot be kept: is the disk full?";
  }
  return sink.trouble == nullptr ? size : 0;
}

// Asks once; returns where it was sent on, or nothing once the body is there.
std::string Ask(const Address& address, const DownloadOptions& options, Sink& sink) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  if (curl == nullptr) throw std::bad_alloc();
  char text[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) {
    if (curl_easy_setopt(curl.get(), option, value) != CURLE_OK) {
      throw InternalError("an option of libcurl is not known");
    }
  };
  set(CURLOPT_URL, address.url().c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_USERAGENT, "thalweg");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, &text[0]);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_seconds));
  set(CURLOPT_LOW_SPEED_LIMIT, kSlowest);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_seconds));
  set(CURLOPT_WRITEFUNCTION, &Write);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&sink));
  if (!options.login.empty()) {
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(CURLOPT_USERPWD, options.login.c_str());
  }
  if (!options.certificates.empty()) set(CURLOPT_CAINFO, options.certificates.c_str());
  const CURLcode code = curl_easy_perform(curl.get());
  const std::string url = Printable(address.url(), 1000);
  if (sink.trouble != nullptr) throw UserError(url + ": " + sink.trouble);
  if (code != CURLE_OK) {
    throw UserError(url + ": " + (text[0] == 0 ? curl_easy_strerror(code) : text));
  }
  long status = 0;
  char* onward = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl.get(), CURLINFO_REDIRECT_URL, &onward);
  if (onward != nullptr) return onward;
  if (status != 200) throw UserError(fmt::format("{}: the server answered {}", url, status));
  return {};
}

void DownloadInto(const std::string& url, const DownloadOptions& options, Sink& sink) {
  std::string next = url;
  for (int i = 0; i <= kMostRedirections; ++i) {
    const Address address(next);
    if (!IsWebUrl(next)) throw UserError(Printable(next, 1000) + " is neither http nor https");
    RequireAllowed(address, options.hosts);
    next = Ask(address, options, sink);
    if (next.empty()) return;
    if (address.scheme() == "https" && Address(next).scheme() != "https") {
      throw UserError(Printable(url, 1000) + " leads from https to http");
    }
    // What a redirection says beside is not the file.
    rewind(sink.file);
    if (ftruncate(fileno(sink.file), 0) != 0) throw UserError(url + ": its file cannot be kept");
    sink.bytes = 0;
  }
  throw UserError(
      fmt::format("{} is sent on more than {} times", Printable(url, 1000), kMostRedirections));
}

}  // namespace

bool IsWebUrl(std::string_view path) {
  const auto begins = [&](std::string_view scheme) {
    return path.size() > scheme.size() && EqualsIgnoreCase(path.substr(0, scheme.size()), scheme);
  };
  return begins("http://") || begins("https://");
}

uint64_t Download(const std::string& url, const std::string& path, const DownloadOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Sink sink{.file = fopen(path.c_str(), "wbe"), .most = options.most_bytes};
  if (sink.file == nullptr) throw UserError(Printable(url, 1000) + ": no file to keep it in");
  try {
    DownloadInto(url, options, sink);
  } catch (...) {
    fclose(sink.file);
    remove(path.c_str());
    throw;
  }
  if (fclose(sink.file) != 0) {
    remove(path.c_str());
    throw UserError(Printable(url, 1000) + ": it cannot be kept: is the disk full?");
  }
  return sink.bytes;
}

}  // namespace thalweg
