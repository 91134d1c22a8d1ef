// Messages between the processes of a cluster: what communicators are made from where ranks are not
// threads of one process.
//
// A message goes from a rank to a rank on a channel. Messages of one rank to another one on one
// channel arrive in the order in which they were sent. Each command has a channel of its own, so
// that commands run side by side; a channel that was interrupted or closed is not used again.
#pragma once

#include <cstdint>
#include <string>

#include "cluster/communicator.h"
#include "cluster/mailbox.h"

namespace thalweg {

// One rank's end of the network.
// Thread rule: any thread may call any member at any time.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  // Returns at once; the message goes while other work is done. To oneself, too. What is sent to a
  // lost rank is dropped. A stream is a channel, or its side stream.
  virtual void Send(int to, uint32_t stream, std::string bytes) = 0;
  // What has arrived here.
  virtual Mailbox& mailbox() = 0;

  // Ends every wait on this channel, here and on the other ranks, with this failure.
  virtual void Interrupt(uint32_t channel, const RankFailure& failure) = 0;
  // Sends what is not sent yet, tells the others that this rank has come to its end, and waits
  // until all of them have. From then on nothing is sent or received. The destructor does it, too.
  virtual void Leave() = 0;
};

}  // namespace thalweg
