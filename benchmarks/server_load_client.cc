// The load of server_load.py: many keep-alive connections from one thread, requests at a given
// rate.
//
// usage: server_load_client PORT CONNECTIONS RATE SECONDS METHOD PATH [BODY]
// RATE is requests/s over all connections; 0: each connection asks again at once; new: each request
// comes over a connection of its own, CONNECTIONS at a time, as the h2o client has it. Latency
// counts from the moment a request was due, so that a server that falls behind cannot hide it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kWarmUpSeconds = 1;

struct Client {
  int descriptor = -1;
  std::string input;
  Clock::time_point due;
};

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int Connect(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Fail("connect");
  }
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return descriptor;
}

// Whether `input` is one whole answer (Content-Length only).
bool Whole(const std::string& input) {
  const size_t head = input.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  constexpr std::string_view kLength = "Content-Length: ";
  const size_t at = input.find(kLength);
  if (at == std::string::npos || at > head) return true;
  return input.size() >= head + 4 + std::strtoull(input.c_str() + at + kLength.size(), nullptr, 10);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 7) {
    std::fprintf(stderr, "usage: PORT CONNECTIONS RATE SECONDS METHOD PATH [BODY]\n");
    return 2;
  }
  const int port = std::atoi(arguments[1]);
  const size_t connections = std::strtoul(arguments[2], nullptr, 10);
  const bool fresh = std::strcmp(arguments[3], "new") == 0;
  const double rate = fresh ? 0 : std::atof(arguments[3]);
  const double seconds = std::atof(arguments[4]);
  const std::string body = count > 7 ? arguments[7] : "";
  std::string request =
      std::string(arguments[5]) + " " + arguments[6] + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!body.empty()) {
    request += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n";
  }
  request += "\r\n" + body;

  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const int epoll = epoll_create1(0);
  std::vector<Client> clients(connections);
  std::deque<Client*> idle;
  const auto open = [&](Client& client) {
    client.descriptor = Connect(port);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, client.descriptor, &event);
  };
  for (Client& client : clients) {
    if (!fresh) open(client);
    idle.push_back(&client);
  }

  const auto start = Clock::now();
  const auto measured_from = start + std::chrono::duration<double>(kWarmUpSeconds);
  const auto end = measured_from + std::chrono::duration<double>(seconds);
  std::vector<double> latencies;
  size_t errors = 0;
  double sent = 0;
  std::array<epoll_event, 512> events;
  std::array<char, 1 << 16> bytes;
  for (auto now = start; now < end; now = Clock::now()) {
    while (!idle.empty()) {
      auto due = now;
      if (rate > 0) {
        due = start + std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(sent / rate));
        if (due > now) break;
      }
      ++sent;
      Client& client = *idle.front();
      idle.pop_front();
      client.due = due;
      if (fresh) open(client);
      if (send(client.descriptor, request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size())) {
        Fail("send");
      }
    }
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 1);
    for (int i = 0; i < ready; ++i) {
      auto& client = *static_cast<Client*>(events[static_cast<size_t>(i)].data.ptr);
      const ssize_t size = recv(client.descriptor, bytes.data(), bytes.size(), 0);
      if (size <= 0) Fail("recv");
      client.input.append(bytes.data(), static_cast<size_t>(size));
      if (!Whole(client.input)) continue;
      const auto done = Clock::now();
      if (done >= measured_from) {
        latencies.push_back(std::chrono::duration<double, std::milli>(done - client.due).count());
        if (client.input.compare(9, 3, "200") != 0) ++errors;
      }
      client.input.clear();
      if (fresh) close(client.descriptor);
      idle.push_back(&client);
    }
  }
  std::sort(latencies.begin(), latencies.end());
  const auto quantile = [&](double q) {
    if (latencies.empty()) return 0.0;
    return latencies[static_cast<size_t>(q * static_cast<double>(latencies.size() - 1))];
  };
  std::printf(
      "{\"per_second\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f, \"errors\": "
      "%zu}\n",
      static_cast<double>(latencies.size()) / seconds, quantile(0.5), quantile(0.99), quantile(1),
      errors);
  return errors == 0 && !latencies.empty() ? 0 : 1;
}
