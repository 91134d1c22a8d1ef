// Bytes that wait to be sent on one connection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/transport.h"

namespace thalweg::internal {

// Small pieces are gathered, so that answers to pipelined requests leave in few system calls;
// large ones are taken over without a copy.
class OutputQueue {
 public:
  // Where to append small pieces.
  std::string& tail();
  void Append(std::string&& bytes);

  bool empty() const { return bytes_ == 0 && (parts_.empty() || tail_size() == 0); }
  // Bytes not sent yet.
  size_t size() const { return bytes_ + tail_size(); }
  void clear();

  // Sends what the transport takes; adds it to `sent`. kMoved: all is sent.
  Transport::Outcome Send(Transport& transport, size_t& sent);

 private:
  size_t tail_size() const { return open_ ? parts_.back().size() : 0; }
  void CloseTail();

  std::vector<std::string> parts_;  // the last one may still grow where open_
  bool open_ = false;
  size_t bytes_ = 0;   // of all parts but an open one, less those sent
  size_t first_ = 0;   // the first part that is not sent wholly
  size_t offset_ = 0;  // what is sent of it
};

}  // namespace thalweg::internal
