// What the HTTP server and those who answer say to each other. No wire format of H2O's here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg {

enum class HttpMethod { kGet, kHead, kPost, kPut, kDelete, kOptions };
std::string_view HttpMethodName(HttpMethod method);

// A file that a body was written to; removed when the last one who holds it lets it go.
class SpoolFile {
 public:
  explicit SpoolFile(std::string path) : path_(std::move(path)) {}
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string path;   // as sent: percent-encoded, begins with /, without the query
  std::string query;  // as sent, without the ?
  std::vector<std::pair<std::string, std::string>> headers;
  // The body without its transfer and content encodings: in memory, or in a file where the plan
  // says so (then `body` is empty).
  std::string body;
  std::shared_ptr<const SpoolFile> body_file;
  uint64_t body_bytes = 0;
  std::string remote;   // address of the client
  std::string user;     // logged in; empty where no login is asked for
  uint64_t id = 0;      // for logs; counts from 1
  bool secure = false;  // over TLS

  // The first header of this name (any case), or empty.
  std::string_view Header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Where set, the body comes piece by piece: is given an empty text, puts the next piece (about
  // 64 KB or more) there and returns true, or returns false at the end. Called off the I/O threads;
  // what it throws ends the connection, as the status is sent already.
  std::function<bool(std::string& piece)> stream;
};

// How a request is to be taken in, by its head alone.
struct RequestPlan {
  // kQuick: Handle runs on the I/O thread and returns at once; kWork: on a worker thread.
  enum class Lane { kQuick, kWork };
  Lane lane = Lane::kWork;
  bool body_to_file = false;
  uint64_t max_body = uint64_t{64} << 20;  // bytes; more is answered by 413
  // Not empty: answered with this at once, before the body is read.
  int refuse_status = 0;
  std::string refuse_body;
};

// Thread rule: called by many threads at the same time.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Cheap; on the I/O thread.
  virtual RequestPlan Plan(HttpMethod method, std::string_view path) const = 0;
  // Must not throw.
  virtual HttpResponse Handle(const HttpRequest& request) = 0;
  // The answer to what never got to Handle: 400, 401, 403, 408, 413, 431, 503 …; `message` is for
  // the user.
  virtual HttpResponse Refusal(int status, const std::string& message) const = 0;
};

}  // namespace thalweg
