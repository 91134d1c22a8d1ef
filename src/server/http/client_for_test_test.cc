#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "server/http/client_for_test.h"

namespace thalweg::internal {

namespace {

std::atomic<int> g_open_streams{0};

struct OpenStream {
  OpenStream() { ++g_open_streams; }
  ~OpenStream() { --g_open_streams; }
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;
};

}  // namespace

int TestHandler::OpenStreams() { return g_open_streams; }

RequestPlan TestHandler::Plan(HttpMethod /*method*/, std::string_view path) const {
  RequestPlan plan;
  if (path == "/quick" || path == "/html") plan.lane = RequestPlan::Lane::kQuick;
  plan.body_to_file = path == "/file";
  if (path == "/tiny") plan.max_body = 10;
  if (path == "/file") plan.max_body = uint64_t{1} << 60;
  if (path == "/no") {
    plan.refuse_status = 404;
    plan.refuse_body = "there is nothing here";
  }
  return plan;
}

HttpResponse TestHandler::Handle(const HttpRequest& request) {
  HttpResponse response;
  if (request.path == "/sleep") std::this_thread::sleep_for(std::chrono::milliseconds(300));
  if (request.path == "/throw") throw std::runtime_error("thrown");
  if (request.path == "/large") {
    response.body.assign(8 << 20, 'x');
    return response;
  }
  if (request.path == "/inject") {
    response.headers.emplace_back("X-Name", "a\r\nInjected: yes");
  }
  if (request.path == "/html") response.content_type = "text/html";
  if (request.path == "/stream" || request.path == "/broken") {
    response.content_type = "text/plain";
    response.stream = [line = 0, broken = request.path == "/broken"](std::string& piece) mutable {
      if (line == 1000) return false;
      if (broken && line == 500) throw std::runtime_error("no more");
      piece = "line " + std::to_string(line++) + "\n";
      return true;
    };
    return response;
  }
  if (request.path == "/endless") {
    response.stream = [open = std::make_shared<OpenStream>()](std::string& piece) {
      piece.assign(64 << 10, 'x');
      return true;
    };
    return response;
  }
  std::string body = request.body;
  if (request.body_file != nullptr) body = ReadWholeFile(request.body_file->path());
  if (body.size() > 100) body.resize(100);
  response.body = std::string(HttpMethodName(request.method)) + " " + request.path + " ?" +
                  request.query + " body " + std::to_string(request.body_bytes) + " bytes: " + body;
  if (!request.user.empty()) response.body += " user " + request.user;
  return response;
}

HttpResponse TestHandler::Refusal(int status, const std::string& message) const {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = "refused: " + message;
  return response;
}

std::string TestHandler::StreamText() {
  std::string text;
  for (int line = 0; line < 1000; ++line) text += "line " + std::to_string(line) + "\n";
  return text;
}

TestServer::TestServer(HttpServerOptions options) {
  std::string name = std::filesystem::temp_directory_path() / "thalweg-http-XXXXXX";
  folder_ = mkdtemp(name.data());
  options.port = 0;
  if (options.spool_folder.empty()) options.spool_folder = folder_;
  server_ = std::make_unique<HttpServer>(options, handler_);
  server_->Start();
}

TestServer::~TestServer() {
  server_.reset();
  std::filesystem::remove_all(folder_);
}

size_t TestServer::SpoolFiles() const {
  size_t count = 0;
  for (int i = 0; i < 300; ++i) {
    count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      count += entry.path().empty() ? 0 : 1;
    }
    if (count == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return count;
}

std::string_view TestAnswer::Field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

TestClient::TestClient(uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot connect");
  }
}

TestClient::~TestClient() { close(descriptor_); }

bool TestClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void TestClient::EndSending() { shutdown(descriptor_, SHUT_WR); }

bool TestClient::More() {
  char bytes[1 << 16];
  const ssize_t size = recv(descriptor_, bytes, sizeof(bytes), 0);
  if (size <= 0) return false;
  buffer_.append(bytes, static_cast<size_t>(size));
  return true;
}

TestAnswer TestClient::Receive(bool head_only) {
  TestAnswer answer;
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!More()) return answer;
  }
  std::vector<std::string_view> lines;
  const std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  size_t at = 0;
  for (bool first = true; at < head.size(); first = false) {
    const size_t stop = std::min(head.find("\r\n", at), head.size());
    const std::string line = head.substr(at, stop - at);
    at = stop + 2;
    if (first) {
      answer.status = std::stoi(line.substr(9, 3));
    } else {
      const size_t colon = line.find(": ");
      answer.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  if (head_only || answer.status < 200 || answer.status == 204) {
    answer.whole = true;
  } else if (answer.Field("Transfer-Encoding") == "chunked") {
    while (true) {
      size_t line_end = 0;
      while ((line_end = buffer_.find("\r\n")) == std::string::npos) {
        if (!More()) return answer;
      }
      const size_t size = std::stoul(buffer_.substr(0, line_end), nullptr, 16);
      while (buffer_.size() < line_end + 2 + size + 2) {
        if (!More()) return answer;
      }
      answer.body += buffer_.substr(line_end + 2, size);
      buffer_.erase(0, line_end + 2 + size + 2);
      if (size == 0) break;
    }
    answer.whole = true;
  } else if (!answer.Field("Content-Length").empty()) {
    const size_t size = std::stoul(std::string(answer.Field("Content-Length")));
    while (buffer_.size() < size) {
      if (!More()) return answer;
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    answer.whole = true;
  } else {
    answer.body = ReceiveAll();
    answer.whole = true;
  }
  return answer;
}

bool TestClient::Closed() { return !More() && buffer_.empty(); }

std::string TestClient::ReceiveAll() {
  while (More()) {
  }
  return std::exchange(buffer_, {});
}

TestAnswer Ask(uint16_t port, std::string_view request) {
  TestClient client(port);
  client.Send(request);
  return client.Receive();
}

}  // namespace thalweg::internal
