// Transports between the threads of one process, for tests of what is made of messages: what they
// carry is copied as it would be between machines, and ranks can get lost.
#pragma once

#include <memory>
#include <vector>

#include "cluster/transport.h"

namespace thalweg {

// Thread rule: any thread may call any member at any time.
class LocalNetwork {
 public:
  explicit LocalNetwork(int ranks);
  ~LocalNetwork();
  Transport& transport(int rank);
  // From now on it sends and receives nothing; its own waits end, too.
  void Kill(int rank);

 private:
  class End;
  std::vector<std::unique_ptr<End>> ends_;
};

}  // namespace thalweg
