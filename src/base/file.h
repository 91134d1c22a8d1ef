// Whole files: reading them, and writing them so that a crash or a full disk leaves the old content
// or the new one under the name, never a part.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace thalweg {

// UserError naming the path where it cannot be read.
std::string ReadWholeFile(const std::string& path);

// Writes to a temporary file beside `path`; Commit syncs it to disk and renames it. Without Commit
// the destructor removes it. Every failure is a UserError that names the path and the cause; so is
// a path that is a pipe or a device. Not thread-safe.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void Write(std::string_view bytes);
  void Commit();

  // For libraries that write by themselves: the file's descriptor.
  int descriptor() const { return descriptor_; }

 private:
  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

void WriteWholeFile(const std::string& path, std::string_view bytes);

// Before long work whose result goes there: UserError where `path` cannot be written. Nothing for
// the empty one.
void RequireWritable(const std::string& path);

}  // namespace thalweg
