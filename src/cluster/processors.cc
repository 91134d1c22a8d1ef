#include "cluster/processors.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/thread_pool.h"

namespace thalweg {

size_t ShareOfProcessors(Communicator& ranks) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  const std::string mine = std::string(host.data()) +
                           std::string(reinterpret_cast<const char*>(&allowed), sizeof(allowed));
  const std::vector<std::string> all = ranks.AllGather(mine);
  const auto sharing = static_cast<size_t>(std::count(all.begin(), all.end(), mine));
  return std::max<size_t>(1, AvailableProcessors() / sharing);
}

}  // namespace thalweg
