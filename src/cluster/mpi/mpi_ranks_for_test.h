// For tests that mpirun starts on several processes: each of them runs every test.
#pragma once

#include <chrono>
#include <functional>

#include "cluster/message_communicator.h"
#include "cluster/transport.h"

namespace thalweg {

// Of this process.
Transport& MpiTestTransport();

// Runs `body` on all ranks, on a channel of its own.
void RunMpiRanks(const std::function<void(Communicator&)>& body,
                 std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace thalweg
