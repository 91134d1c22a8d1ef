// The listening socket and the taking in of new connections.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "server/http/event_loop.h"
#include "server/http/server.h"

namespace thalweg::internal {

class IoThread;

struct ListeningSocket {
  int descriptor = -1;
  uint16_t port = 0;
};

// UserError where no port of those to be tried can be had.
ListeningSocket Listen(const HttpServerOptions& options);

// Accepts on the first I/O thread and deals the connections out to all in turn. Owns the socket.
class Listener final : public Pollable {
 public:
  Listener(const ListeningSocket& socket, std::vector<IoThread*> threads);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void OnEvents(uint32_t events) override;
  // On the first I/O thread, or when none runs.
  void Close();

 private:
  void Accept(int descriptor, const sockaddr_storage& address);
  void TurnAwayOne();

  int descriptor_;
  int spare_;
  std::string bound_;  // the address
  bool any_ = false;   // it stands for all addresses of this machine
  std::vector<IoThread*> threads_;
  size_t next_ = 0;
};

}  // namespace thalweg::internal
