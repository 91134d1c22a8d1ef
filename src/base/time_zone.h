// Time zones by their IANA names, out of the system's TZif files (RFC 8536; Debian's tzdata).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::internal {

// Thread rule: immutable.
class TimeZone {
 public:
  // "UTC", "Europe/Vienna", or a fixed offset "+05:30". UserError for names that are not known.
  static std::shared_ptr<const TimeZone> Load(const std::string& name);
  // For tests: the content of a TZif file; nullptr if it is not one.
  static std::shared_ptr<const TimeZone> FromTzif(std::string_view bytes);

  // Seconds east of UTC at a moment, in seconds since 1970-01-01T00:00Z.
  int64_t OffsetAt(int64_t utc_seconds) const;
  // The moment of a local time. Where clocks were set back, the first of the two; where they were
  // set forward over it, the time as shown by a clock that was not.
  int64_t ToUtc(int64_t local_seconds) const;
  bool is_utc() const { return moments_.empty() && first_offset_ == 0; }

 private:
  struct Rule;
  void ExtendByFooter(std::string_view footer);

  int64_t first_offset_ = 0;
  std::vector<int64_t> moments_;  // ascending
  std::vector<int64_t> offsets_;  // from moments_[i] on
};

}  // namespace thalweg::internal
