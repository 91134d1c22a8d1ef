#include "server/http/access.h"

#include <algorithm>

#include "base/text.h"

namespace thalweg::internal {

namespace {

// Of an Origin or Referer: scheme://host:port and what follows.
std::optional<HostPort> ParseOrigin(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string name = ToLower(url.substr(0, scheme));
  if (name != "http" && name != "https") return {};
  url.remove_prefix(scheme + 3);
  auto parsed = ParseHostPort(url.substr(0, url.find('/')));
  if (parsed && parsed->port.empty()) parsed->port = name == "https" ? "443" : "80";
  return parsed;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool IsSafe(HttpMethod method) {
  return method == HttpMethod::kGet || method == HttpMethod::kHead ||
         method == HttpMethod::kOptions;
}

HeadRefusal Foreign(const std::string& origin) {
  return {403, "requests from pages of another site (" + Printable(origin) +
                   ") are not answered; name its host as one of the allowed hosts if it is yours"};
}

}  // namespace

std::optional<HostPort> ParseHostPort(std::string_view text) {
  HostPort parsed;
  size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return {};
    parsed.host = ToLower(text.substr(1, end - 1));
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    parsed.host = ToLower(text.substr(0, end));
    if (parsed.host.size() > 1 && parsed.host.back() == '.') parsed.host.pop_back();
  }
  if (parsed.host.empty()) return {};
  for (const char c : parsed.host) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == ':' || c == '%';
    if (!plain) return {};
  }
  text.remove_prefix(end);
  if (text.empty()) return parsed;
  if (text.front() != ':' || text.size() > 6) return {};
  text.remove_prefix(1);
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
  }
  parsed.port = text;
  return parsed;
}

AccessRules::AccessRules(const std::string& address, const std::vector<std::string>& hosts) {
  const auto add = [&](const std::string& host) {
    // A bare IPv6 address has colons of its own.
    const bool bare = std::count(host.begin(), host.end(), ':') > 1 && host.front() != '[';
    const auto parsed = ParseHostPort(bare ? "[" + host + "]" : host);
    if (parsed) hosts_.push_back(parsed->host);
  };
  add(address);
  for (const std::string& host : hosts) add(host);
}

bool AccessRules::Knows(const std::string& host) const {
  return IsLoopback(host) || std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end();
}

std::optional<HeadRefusal> AccessRules::Check(const RequestHead& head,
                                              std::string_view local) const {
  // HTTP/1.0 has no Host field; browsers do not speak it.
  if (head.host.empty() && head.http_1_0) return {};
  const auto host = ParseHostPort(head.host);
  if (!host) return HeadRefusal{400, "the Host field names no host"};
  if (!Knows(host->host) && host->host != local) {
    return HeadRefusal{421, "requests to the host name " + Printable(head.host) +
                                " are not answered here; name it as one of the allowed hosts if "
                                "it is yours"};
  }
  return CheckOrigin(head, *host);
}

std::optional<HeadRefusal> AccessRules::CheckOrigin(const RequestHead& head,
                                                    const HostPort& host) const {
  const auto own = [&](std::string_view url) {
    const auto origin = ParseOrigin(url);
    if (!origin) return false;
    if (std::find(hosts_.begin(), hosts_.end(), origin->host) != hosts_.end()) return true;
    // The same port, too: other servers on this machine are other sites.
    const bool default_port = origin->port == "80" || origin->port == "443";
    return origin->host == host.host &&
           (origin->port == host.port || (host.port.empty() && default_port));
  };
  const std::string origin(FindField(head.headers, "Origin"));
  const std::string_view site = FindField(head.headers, "Sec-Fetch-Site");
  if (!IsSafe(head.method)) {
    if (!origin.empty()) return own(origin) ? std::nullopt : std::optional(Foreign(origin));
    if (!site.empty() && site != "same-origin" && site != "none") return Foreign("Sec-Fetch-Site");
    const std::string referer(FindField(head.headers, "Referer"));
    if (site.empty() && !referer.empty() && !own(referer)) return Foreign(referer);
    return {};
  }
  // Reading: a link from elsewhere may open a page, but not with parameters, which may ask for more
  // than reading (H2O has such GETs); and no page may load what is here as a part of itself.
  if (site == "cross-site" || site == "same-site") {
    const bool own_origin = !origin.empty() && own(origin);
    const bool opens_page =
        FindField(head.headers, "Sec-Fetch-Mode") == "navigate" && head.query.empty();
    if (!own_origin && !opens_page) return Foreign(origin.empty() ? "Sec-Fetch-Site" : origin);
  }
  return {};
}

}  // namespace thalweg::internal
