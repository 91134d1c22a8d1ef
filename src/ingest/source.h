// A ByteSource is where the bytes of one file come from, decompressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace thalweg {

// Not thread-safe: one reader at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills `out` from the front; returns the bytes read, 0 only at the end. UserError naming the
  // file where it cannot be read, is truncated or corrupt, or expands beyond the limit.
  virtual size_t Read(std::span<char> out) = 0;
  // For messages.
  virtual const std::string& name() const = 0;
  // Progress: bytes of the stored (compressed) file taken so far, and their whole number.
  virtual uint64_t position() const = 0;
  virtual uint64_t size() const = 0;
  // The whole content where it lies in memory as it is (an uncompressed local file, mapped):
  // readers then cut it themselves and Read is not needed. Empty otherwise.
  virtual std::span<const char> mapped() const { return {}; }
  // The bytes begin … end-1 of mapped() are not needed for a while: a mapped file drops them from
  // this process's memory (they can still be read again). Any thread may call it.
  virtual void Release(size_t begin, size_t end) const {
    static_cast<void>(begin);
    static_cast<void>(end);
  }
  // Once Read has returned 0: what was odd though not wrong (bytes after the end of compressed
  // data); empty if nothing was. Belongs into the parse report.
  virtual std::string warning() const { return {}; }
};

struct SourceOptions {
  // A compressed file may expand to this many times its size (beyond the first 100 MB); more is
  // taken for a decompression bomb.
  double max_expansion = 1000;
};

// Opens a local file. Compression (gzip, zip with one member, bzip2, xz, zstd) is recognized by
// content, not by name; an xlsx file, a zip archive too, comes as it is. Large compressed files are
// decompressed by a thread of their own.
std::unique_ptr<ByteSource> OpenSource(const std::string& path, const SourceOptions& options = {});
// The same for bytes in memory (tests, uploads). `bytes` must outlive the source.
std::unique_ptr<ByteSource> OpenBytes(std::span<const char> bytes, std::string name,
                                      const SourceOptions& options = {});

// Files named by paths, folders (all files in them and in their folders, but for names that begin
// with . or _) and globs: in the order of the patterns, those of a folder or glob sorted.
// UserError where a pattern matches nothing, a file is missing, or a folder cannot be read.
std::vector<std::string> ExpandPaths(const std::vector<std::string>& patterns);

}  // namespace thalweg
