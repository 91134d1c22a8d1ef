#include "server/process_state.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>

#include "base/available_memory.h"
#include "base/json.h"
#include "base/thread_pool.h"
#include "jobs/commands.h"

namespace thalweg {

ProcessState ReadProcessState(const std::string& folder) {
  ProcessState state;
  std::ifstream statm("/proc/self/statm");
  int64_t pages = 0;
  int64_t resident = 0;
  if (statm >> pages >> resident) state.resident_bytes = resident * sysconf(_SC_PAGESIZE);
  state.available_bytes = static_cast<int64_t>(AvailableMemory().value_or(0));
  double load[1] = {0};
  if (getloadavg(load, 1) == 1) state.load = load[0];
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    ++state.open_files;
  }
  state.processors = static_cast<int64_t>(AvailableProcessors());
  const auto disk = std::filesystem::space(folder, error);
  if (!error) {
    state.disk_free_bytes = static_cast<int64_t>(disk.available);
    state.disk_bytes = static_cast<int64_t>(disk.capacity);
  }
  return state;
}

ProcessState RecentProcessState(const std::string& folder) {
  using Clock = std::chrono::steady_clock;
  static std::mutex mutex;
  static ProcessState state;
  static Clock::time_point read;
  std::lock_guard lock(mutex);
  if (read == Clock::time_point() || Clock::now() - read > std::chrono::milliseconds(500)) {
    state = ReadProcessState(folder);
    read = Clock::now();
  }
  return state;
}

ProcessReport ReportProcess(const std::string& folder) {
  static const std::string host = [] {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return std::string(name.data());
  }();
  return {host, getpid(), RecentProcessState(folder)};
}

Json ProcessReport::ToJson() const {
  return JsonObject{{"host", host},
                    {"pid", pid},
                    {"processors", state.processors},
                    {"load", state.load},
                    {"resident_bytes", state.resident_bytes},
                    {"available_bytes", state.available_bytes},
                    {"disk_free_bytes", state.disk_free_bytes},
                    {"disk_bytes", state.disk_bytes},
                    {"open_files", state.open_files}};
}

ProcessReport ProcessReport::FromJson(const Json& json) {
  const auto number = [&json](const char* name) { return json.at(name).to_number<int64_t>(); };
  ProcessReport report{std::string(json.at("host").as_string()), number("pid"), {}};
  report.state.processors = number("processors");
  report.state.load = json.at("load").to_number<double>();
  report.state.resident_bytes = number("resident_bytes");
  report.state.available_bytes = number("available_bytes");
  report.state.disk_free_bytes = number("disk_free_bytes");
  report.state.disk_bytes = number("disk_bytes");
  report.state.open_files = number("open_files");
  return report;
}

bool IsHealthy(const RankReport& report) {
  constexpr double kSilent = 5;  // seconds; processes report twice a second
  return report.state && report.state->is_object() && !report.lost &&
         report.silent_seconds < kSilent;
}

std::vector<CpuTicks> ReadCpuTicks() {
  std::vector<CpuTicks> ticks;
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    // "cpu0 user nice system idle iowait irq softirq …"; the line "cpu " is their sum.
    if (!line.starts_with("cpu") || line.starts_with("cpu ")) continue;
    std::istringstream fields(line);
    std::string name;
    int64_t user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0;
    fields >> name >> user >> nice >> system >> idle >> wait >> irq >> soft;
    ticks.push_back({user, system, nice + wait + irq + soft, idle});
  }
  return ticks;
}

}  // namespace thalweg
