// main() of the tests that run on several processes.
#include <gtest/gtest.h>

#include "cluster/mpi/mpi_ranks_for_test.h"
#include "cluster/mpi/mpi_transport.h"

namespace thalweg {
namespace {

Transport* transport = nullptr;
uint32_t channel = 0;

}  // namespace

Transport& MpiTestTransport() { return *transport; }

// All ranks run the same tests in the same order, so that their numbers agree.
void RunMpiRanks(const std::function<void(Communicator&)>& body, std::chrono::milliseconds limit) {
  RunOnChannel(*transport, ++channel, limit, body);
}

int RunTests() {
  const std::unique_ptr<Transport> own = StartMpi();
  transport = own.get();
  return RUN_ALL_TESTS();
}

}  // namespace thalweg

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return thalweg::RunTests();
}
