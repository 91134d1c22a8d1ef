// Files of the data directory: readable by their owner alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thalweg {

// A new file (mode 0600) under a name that ends in ".new". Every failure is a UserError that names
// the folder and the cause. Without Sync the destructor removes it. Not thread-safe.
class PrivateFile {
 public:
  // What is there under this name goes: it was never finished.
  explicit PrivateFile(std::string path);
  ~PrivateFile();
  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;

  void Write(std::string_view bytes);
  // Bytes written so far.
  uint64_t size() const { return size_; }
  // All bytes are on the disk when this returns.
  void Sync();

 private:
  const std::string path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  std::string buffer_;
  bool synced_ = false;

  void Flush();
};

// Renamed and removed files of this folder are on the disk when this returns. UserError.
void SyncFolder(const std::string& folder);

}  // namespace thalweg
