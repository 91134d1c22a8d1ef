// Numbers and texts one after the other, as bytes; what is read is checked against the end.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"

namespace thalweg::internal {

class ByteWriter {
 public:
  void Number(uint64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_.append(text);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// UserError with this source where the bytes end too early.
class ByteReader {
 public:
  ByteReader(std::string_view bytes, std::string source)
      : bytes_(bytes), source_(std::move(source)) {}

  uint64_t Number() {
    uint64_t number = 0;
    std::memcpy(&number, Take(sizeof(number)).data(), sizeof(number));
    return number;
  }
  std::string_view Text() { return Take(Number()); }
  // A number of things that follow, each of at least so many bytes.
  uint64_t Count(size_t bytes_each) {
    const uint64_t count = Number();
    if (count > bytes_.size() / bytes_each) Refuse();
    return count;
  }
  bool empty() const { return bytes_.empty(); }
  [[noreturn]] void Refuse() const { throw UserError(source_ + ": it is damaged"); }

 private:
  std::string_view Take(uint64_t count) {
    if (count > bytes_.size()) Refuse();
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  std::string_view bytes_;
  std::string source_;
};

}  // namespace thalweg::internal
