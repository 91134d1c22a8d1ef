// The time zone of a process: in which times without one are read, and shown in parts.
#pragma once

#include <string>

namespace thalweg {

// Its IANA name; "UTC" at first. Thread rule: any thread at any time.
std::string RapidsTimeZone();

}  // namespace thalweg
