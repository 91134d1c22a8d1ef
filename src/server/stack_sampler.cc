#include "server/stack_sampler.h"

#include <cxxabi.h>
#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <mutex>
#include <thread>

namespace thalweg {
namespace {

constexpr int kMostFrames = 100;
// Frames of the handler itself and of the system's way into it.
constexpr int kOwnFrames = 2;

// What the asked thread writes into; one question at a time. `asked` tells a late answer to an
// earlier question from the one that is waited for.
struct Answer {
  std::atomic<int64_t> asked{0};
  std::array<void*, kMostFrames> frames;
  int count = 0;
  sem_t done;
};
Answer g_answer;
std::mutex g_one_at_a_time;

int64_t ThisThread() { return syscall(SYS_gettid); }

void OnSignal(int) {
  const int saved = errno;
  int64_t me = ThisThread();
  if (g_answer.asked.compare_exchange_strong(me, 0)) {
    g_answer.count = backtrace(g_answer.frames.data(), kMostFrames);
    sem_post(&g_answer.done);
  }
  errno = saved;
}

int Signal() { return SIGRTMIN + 3; }

void Install() {
  static const bool installed = [] {
    void* warm_up[1];
    backtrace(warm_up, 1);  // loads its library here, not in a handler
    sem_init(&g_answer.done, 0, 0);
    struct sigaction action = {};
    action.sa_handler = &OnSignal;
    action.sa_flags = SA_RESTART;
    sigaction(Signal(), &action, nullptr);
    return true;
  }();
  static_cast<void>(installed);
}

std::string FrameName(void* address) {
  Dl_info info;
  if (dladdr(address, &info) == 0) return fmt::format("{}", address);
  const std::string_view path = info.dli_fname == nullptr ? "?" : info.dli_fname;
  if (info.dli_sname == nullptr) {
    const auto offset = static_cast<char*>(address) - static_cast<char*>(info.dli_fbase);
    return fmt::format("{}+{:#x}", path.substr(path.rfind('/') + 1), offset);
  }
  int status = 0;
  char* name = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
  std::string text = status == 0 && name != nullptr ? name : info.dli_sname;
  std::free(name);
  return text;
}

std::vector<int64_t> Threads() {
  std::vector<int64_t> threads;
  DIR* folder = opendir("/proc/self/task");
  if (folder == nullptr) return threads;
  while (const dirent* entry = readdir(folder)) {
    const int64_t thread = std::strtoll(entry->d_name, nullptr, 10);
    if (thread > 0) threads.push_back(thread);
  }
  closedir(folder);
  return threads;
}

bool WaitForAnswer() {
  timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 50'000'000;
  if (until.tv_nsec >= 1'000'000'000) {
    until.tv_nsec -= 1'000'000'000;
    ++until.tv_sec;
  }
  int result = 0;
  while ((result = sem_timedwait(&g_answer.done, &until)) != 0 && errno == EINTR) {
  }
  return result == 0;
}

bool Ask(int64_t thread) {
  g_answer.asked = thread;
  if (syscall(SYS_tgkill, getpid(), thread, Signal()) != 0) {
    g_answer.asked = 0;
    return false;
  }
  if (WaitForAnswer()) return true;
  // Taken back; or it answers just now, and then its answer has to be waited for.
  int64_t still = thread;
  if (g_answer.asked.compare_exchange_strong(still, 0)) return false;
  while (sem_wait(&g_answer.done) != 0) {
  }
  return true;
}

}  // namespace

std::vector<ThreadStack> SampleStacks(size_t depth) {
  std::lock_guard lock(g_one_at_a_time);
  Install();
  std::vector<ThreadStack> stacks;
  const int64_t me = ThisThread();
  for (const int64_t thread : Threads()) {
    if (thread == me || !Ask(thread)) continue;
    ThreadStack stack;
    stack.thread = thread;
    std::ifstream name(fmt::format("/proc/self/task/{}/comm", thread));
    std::getline(name, stack.name);
    for (int f = kOwnFrames; f < g_answer.count && stack.frames.size() < depth; ++f) {
      stack.frames.push_back(FrameName(g_answer.frames[static_cast<size_t>(f)]));
    }
    stacks.push_back(std::move(stack));
  }
  return stacks;
}

std::map<std::string, int> ProfileStacks(size_t depth, int samples,
                                         std::chrono::milliseconds interval) {
  std::map<std::string, int> counts;
  for (int i = 0; i < samples; ++i) {
    if (i > 0) std::this_thread::sleep_for(interval);
    for (const ThreadStack& stack : SampleStacks(depth)) {
      std::string text;
      for (const std::string& frame : stack.frames) text += frame + "\n";
      ++counts[text];
    }
  }
  return counts;
}

}  // namespace thalweg
