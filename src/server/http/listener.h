// The listening socket and the taking in of new connections.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/http/server.h"

namespace thalweg::internal {

class IoThread;
struct AsioSocket;

// Accepts on the first I/O thread and deals the connections out to all in turn. Outlives the run of
// the threads.
class Listener {
 public:
  // Listens when this returns. UserError where no port of those to be tried can be had.
  Listener(const HttpServerOptions& options, std::vector<IoThread*> threads);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  uint16_t port() const { return port_; }
  // On the first I/O thread, or when none runs.
  void Close();

 private:
  struct Acceptor;

  void Bind(const HttpServerOptions& options);
  void WaitForClients();
  void AcceptSome();
  void Accept(AsioSocket socket, IoThread* thread, const std::string& remote);
  void TurnAwayOne();

  std::unique_ptr<Acceptor> acceptor_;
  uint16_t port_ = 0;
  int spare_;
  std::string bound_;  // the address
  bool any_ = false;   // it stands for all addresses of this machine
  std::vector<IoThread*> threads_;
  size_t next_ = 0;
};

}  // namespace thalweg::internal
