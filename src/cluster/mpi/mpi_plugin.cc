// The plug-in: MpiPort made of MPI's own functions, for Open MPI 5 and others with the User Level
// Failure Mitigation of MPI 4 (mpi-ext.h; Bland et al., Post-failure recovery of MPI communication
// capability, 2013).
#include <mpi.h>
#if __has_include(<mpi-ext.h>)
#include <mpi-ext.h>
#endif

#include "cluster/mpi/mpi_port.h"

namespace thalweg {
namespace {

class Port : public MpiPort {
 public:
  Port() {
    MPI_Comm_set_errhandler(world_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(world_, &rank_);
    MPI_Comm_size(world_, &size_);
  }
  ~Port() override {
    // After a loss Open MPI 5.0.11 does not always come out of MPI_Finalize.
    if (all_are_there_ && Lost().empty()) MPI_Finalize();
  }

  void EndWithoutOthers() override { all_are_there_ = false; }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  Request Send(int to, int tag, const char* bytes, size_t count) override {
    auto* request = new MPI_Request;
    if (MPI_Isend(bytes, static_cast<int>(count), MPI_BYTE, to, tag, world_, request) ==
        MPI_SUCCESS) {
      return request;
    }
    delete request;
    return nullptr;
  }

  bool Probe(Arrival* arrival) override {
    int there = 0;
    MPI_Status status;
    const int result = MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, world_, &there, &message_, &status);
    if (result != MPI_SUCCESS) {
      Acknowledge();
      return false;
    }
    if (there == 0) return false;
    int count = 0;
    MPI_Get_count(&status, MPI_BYTE, &count);
    *arrival = {status.MPI_SOURCE, status.MPI_TAG, static_cast<size_t>(count)};
    return true;
  }

  Request Receive(char* bytes, size_t count) override {
    auto* request = new MPI_Request;
    if (MPI_Imrecv(bytes, static_cast<int>(count), MPI_BYTE, &message_, request) == MPI_SUCCESS) {
      return request;
    }
    delete request;
    return nullptr;
  }

  State Test(Request request) override {
    auto* mpi = static_cast<MPI_Request*>(request);
    int done = 0;
    const int result = MPI_Test(mpi, &done, MPI_STATUS_IGNORE);
    if (result == MPI_SUCCESS && done == 0) return State::kPending;
    delete mpi;
    return result == MPI_SUCCESS ? State::kDone : State::kFailed;
  }

  std::vector<int> Lost() override {
    std::vector<int> lost;
#ifdef OMPI_HAVE_MPIX_COMM_GET_FAILED
    MPI_Group failed;
    if (MPIX_Comm_get_failed(world_, &failed) != MPI_SUCCESS) return lost;
    int count = 0;
    MPI_Group_size(failed, &count);
    if (count > 0) {
      MPI_Group all;
      MPI_Comm_group(world_, &all);
      std::vector<int> in_failed(static_cast<size_t>(count));
      for (int i = 0; i < count; ++i) in_failed[static_cast<size_t>(i)] = i;
      lost.resize(in_failed.size());
      MPI_Group_translate_ranks(failed, count, in_failed.data(), all, lost.data());
      MPI_Group_free(&all);
    }
    MPI_Group_free(&failed);
#endif
    return lost;
  }

 private:
  // After that, messages of whatever rank can be received again.
  void Acknowledge() {
#ifdef OMPI_HAVE_MPIX_COMM_ACK_FAILED
    int acknowledged = 0;
    MPIX_Comm_ack_failed(world_, size_, &acknowledged);
#endif
  }

  // Nobody else in this process uses MPI.
  const MPI_Comm world_ = MPI_COMM_WORLD;
  MPI_Message message_ = MPI_MESSAGE_NULL;
  int rank_ = 0;
  int size_ = 1;
  bool all_are_there_ = true;
};

}  // namespace
}  // namespace thalweg

extern "C" __attribute__((visibility("default"))) thalweg::MpiPort* ThalwegStartMpi(
    std::string* error) {
  int level = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS) {
    *error = "MPI_Init_thread failed";
    return nullptr;
  }
  if (level < MPI_THREAD_SERIALIZED) {
    *error = "this MPI does not let threads take turns (MPI_THREAD_SERIALIZED)";
    return nullptr;
  }
  return new thalweg::Port();
}
