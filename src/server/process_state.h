// What the system says of this process and its processors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json_fwd.h"

namespace thalweg {

struct RankReport;  // jobs/commands.h

struct ProcessState {
  int64_t resident_bytes = 0;
  int64_t open_files = 0;
  int64_t available_bytes = 0;  // that it may still take
  double load = 0;              // of the machine, over a minute
  int64_t processors = 0;       // that it may use
  int64_t disk_free_bytes = 0;  // of the file system of a folder
  int64_t disk_bytes = 0;
};
ProcessState ReadProcessState(const std::string& folder);
// The same, at most half a second old: thousands may ask each second. All name one folder.
ProcessState RecentProcessState(const std::string& folder);

// What a rank reports of itself.
struct ProcessReport {
  std::string host;
  int64_t pid = 0;
  ProcessState state;

  Json ToJson() const;
  static ProcessReport FromJson(const Json& json);
};
// Of this process; its state is RecentProcessState.
ProcessReport ReportProcess(const std::string& folder);

// Whether this rank's process lives and answers.
bool IsHealthy(const RankReport& report);

struct CpuTicks {
  int64_t user = 0;
  int64_t system = 0;
  int64_t other = 0;
  int64_t idle = 0;
};
// One per processor of the machine since it started; empty where the system does not say.
std::vector<CpuTicks> ReadCpuTicks();

}  // namespace thalweg
