#include "base/available_memory.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

std::optional<uint64_t> ReadNumber(const std::string& path) {
  std::ifstream file(path);
  uint64_t value = 0;
  if (!(file >> value)) return std::nullopt;  // no file, or "max"
  return value;
}

// The number after a word at the beginning of a line.
std::optional<uint64_t> ReadEntry(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string word, rest;
  while (file >> word) {
    uint64_t value = 0;
    if (word == key && file >> value) return value;
    std::getline(file, rest);
  }
  return std::nullopt;
}

// The page cache that counts as used, but is given up first.
std::optional<uint64_t> LeftByGroup(const std::string& limit, const std::string& used,
                                    const std::string& stat, const std::string& cache) {
  const std::optional<uint64_t> most = ReadNumber(limit), taken = ReadNumber(used);
  if (!most || !taken) return std::nullopt;
  const uint64_t held = *taken - std::min(*taken, ReadEntry(stat, cache).value_or(0));
  return *most - std::min(*most, held);
}

std::atomic<uint64_t> g_limit{0};

std::optional<uint64_t> LeftByLimit() {
  const uint64_t limit = g_limit.load(std::memory_order_relaxed);
  if (limit == 0) return std::nullopt;
  std::ifstream statm("/proc/self/statm");
  uint64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return limit - std::min(limit, resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
}

}  // namespace

void SetMemoryLimit(uint64_t bytes) { g_limit.store(bytes, std::memory_order_relaxed); }

std::optional<uint64_t> AvailableMemory() {
  std::optional<uint64_t> least;
  const auto consider = [&](std::optional<uint64_t> bytes) {
    if (bytes) least = std::min(least.value_or(*bytes), *bytes);
  };
  const std::optional<uint64_t> kilobytes = ReadEntry("/proc/meminfo", "MemAvailable:");
  if (kilobytes) consider(1024 * *kilobytes);
  const std::string two = "/sys/fs/cgroup/", one = two + "memory/";
  consider(LeftByGroup(two + "memory.max", two + "memory.current", two + "memory.stat",
                       "inactive_file"));
  consider(LeftByGroup(one + "memory.limit_in_bytes", one + "memory.usage_in_bytes",
                       one + "memory.stat", "total_inactive_file"));
  consider(LeftByLimit());
  return least;
}

uint64_t MemoryLimit() { return g_limit.load(std::memory_order_relaxed); }

void RequireMemory(double bytes, const std::string& what) {
  constexpr double kSmall = 1e6;
  if (bytes < kSmall) return;
  const auto free = AvailableMemory();
  if (!free || bytes <= static_cast<double>(*free)) return;
  const uint64_t limit = MemoryLimit();
  throw MemoryError(
      what + " needs about " + HumanBytes(bytes) + " of memory, but only " +
      HumanBytes(static_cast<double>(*free)) + " are free" +
      (limit == 0 ? std::string() : " of the limit of " + HumanBytes(static_cast<double>(limit))));
}

}  // namespace thalweg
