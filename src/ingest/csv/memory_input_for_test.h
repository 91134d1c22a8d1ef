// Text in memory as the files of a CSV parse (tests).
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "ingest/csv/csv_reader.h"

namespace thalweg::internal {

// Gives its bytes as mapped ones, in memory of exactly their size so that a sanitizer sees reads
// beyond the end, or in reads of `read_bytes`, as decompressors do.
class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, const std::string& text, size_t read_bytes)
      : name_(std::move(name)),
        bytes_(new char[text.size()]),
        size_(text.size()),
        read_bytes_(read_bytes) {
    std::copy(text.begin(), text.end(), bytes_.get());
  }
  size_t Read(std::span<char> out) override {
    const size_t count = std::min({out.size(), read_bytes_, size_ - position_});
    if (count > 0) std::memcpy(out.data(), bytes_.get() + position_, count);
    position_ += count;
    return count;
  }
  const std::string& name() const override { return name_; }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return size_; }
  std::span<const char> mapped() const override {
    if (read_bytes_ > 0) return {};
    return {bytes_.get(), size_};
  }

 private:
  std::string name_;
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t read_bytes_ = 0;
  size_t position_ = 0;
};

// read_bytes = 0: mapped.
inline CsvInput MemoryInput(const std::string& name, std::string text, size_t read_bytes = 0) {
  return {name, [name, text = std::move(text), read_bytes] {
            return std::make_unique<MemorySource>(name, text, read_bytes);
          }};
}

}  // namespace thalweg::internal
