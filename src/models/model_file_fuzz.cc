// Any bytes are either a model or refused with a UserError. Every input is tried twice: as it is,
// and with its checksums and lengths put right, so that what lies behind them is reached, too.
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/checksum.h"
#include "base/error.h"
#include "base/json.h"
#include "models/model.h"
#include "models/model_file.h"

namespace {

using thalweg::Checksum;
using thalweg::Json;

constexpr size_t kHeader = 32;
constexpr size_t kAlignment = 64;

size_t RoundUp(size_t n) { return (n + kAlignment - 1) / kAlignment * kAlignment; }

template <class T>
void Store(std::string& bytes, size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

void Read(std::string bytes) {
  try {
    thalweg::ReadModel(thalweg::ModelFile::FromBytes(std::move(bytes), "fuzz"));
  } catch (const thalweg::UserError&) {
  }
}

// The directory goes up to the first zero byte behind the header, arrays follow at the next border.
std::string Repair(std::string bytes) {
  if (bytes.size() < kHeader) return bytes;
  size_t end = bytes.find('\0', kHeader);
  if (end == std::string::npos) end = bytes.size();
  std::string arrays = bytes.substr(std::min(RoundUp(end), bytes.size()));
  std::string directory = bytes.substr(kHeader, end - kHeader);
  try {
    Json json = thalweg::ParseJson(directory, "fuzz");
    for (Json& entry : json.at("arrays").as_array()) {
      const auto offset = entry.at("offset").to_number<size_t>();
      const auto length = entry.at("bytes").to_number<size_t>();
      if (offset > arrays.size() || length > arrays.size() - offset) continue;
      const std::string_view content(arrays.data() + offset, length);
      entry.at("checksum") = fmt::format("{:016x}", Checksum(content));
    }
    directory = thalweg::FormatJson(json);
  } catch (const std::exception&) {
  }
  bytes.resize(kHeader);
  std::memcpy(bytes.data(), "THALWEG\0", 8);
  bytes += directory;
  bytes.resize(RoundUp(bytes.size()));
  bytes += arrays;
  Store(bytes, 8, uint32_t{1});
  Store(bytes, 12, static_cast<uint32_t>(directory.size()));
  Store(bytes, 16, Checksum(directory));
  Store(bytes, 24, static_cast<uint64_t>(bytes.size()));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  Read(bytes);
  Read(Repair(std::move(bytes)));
  return 0;
}
