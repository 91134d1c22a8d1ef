#include "base/serial_worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <vector>

namespace thalweg {
namespace {

TEST(SerialWorker, WorksInOrderWhileOthersGoOn) {
  SerialWorker worker;
  worker.WaitForAll();
  for (int round = 0; round < 3; ++round) {
    std::vector<int> done;
    std::binary_semaphore go(0);
    worker.Submit([&] {
      go.acquire();
      done.push_back(1);
    });
    for (int i = 2; i < 5; ++i) worker.Submit([&done, i] { done.push_back(i); });
    go.release();
    worker.Wait(1);
    worker.WaitForAll();
    EXPECT_EQ(done, (std::vector{1, 2, 3, 4}));
  }
}

TEST(SerialWorker, AFailureIsToldOnceAndEndsWhatFollows) {
  SerialWorker worker;
  std::atomic<int> done{0};
  worker.Submit([&] { ++done; });
  worker.Submit([] { throw std::runtime_error("lost"); });
  worker.Submit([&] { ++done; });
  EXPECT_THROW(worker.WaitForAll(), std::runtime_error);
  EXPECT_EQ(done, 1);
  worker.Submit([&] { ++done; });
  worker.WaitForAll();
  EXPECT_EQ(done, 2);
}

TEST(SerialWorker, EndsWithWorkLeft) {
  std::atomic<int> done{0};
  std::binary_semaphore begun(0);
  std::binary_semaphore go(0);
  {
    SerialWorker worker;
    worker.Submit([&] {
      begun.release();
      go.acquire();
      ++done;
    });
    for (int i = 0; i < 3; ++i) worker.Submit([&] { done += 10; });
    begun.acquire();
    go.release();
  }
  EXPECT_EQ(done % 10, 1);
}

}  // namespace
}  // namespace thalweg
