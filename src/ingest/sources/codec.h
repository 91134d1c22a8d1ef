// Decompression: one Codec per format, told apart by the first bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ingest/source.h"

namespace thalweg::internal {

// Decodes the members (gzip), streams (bzip2, xz) or frames (zstd) of one file, one after another.
// Not thread-safe. What goes wrong is thrown as UserError with the bare cause; the source that
// drives the codec adds the file's name.
class Codec {
 public:
  struct Step {
    size_t consumed = 0;
    size_t produced = 0;
    bool ended = false;  // the member is complete and its checksum, if any, agrees
  };

  virtual ~Codec() = default;
  virtual std::string_view name() const = 0;
  // True where a member begins with these bytes (at least kHeadBytes, or all that are left).
  virtual bool Begins(std::span<const char> head) const = 0;
  // Called before each member.
  virtual void Start() = 0;
  virtual Step Decode(std::span<const char> in, std::span<char> out) = 0;
};

inline constexpr size_t kHeadBytes = 16;

// One of these by its name in Compression, below.
std::unique_ptr<Codec> MakeGzipCodec();
std::unique_ptr<Codec> MakeBzip2Codec();
std::unique_ptr<Codec> MakeXzCodec();
std::unique_ptr<Codec> MakeZstdCodec();

enum class Compression { kNone, kGzip, kBzip2, kXz, kZstd, kZip };

// By the first bytes. UserError (bare cause) for formats that are recognized but not read: 7z, rar,
// lz4, compress.
Compression RecognizeCompression(std::span<const char> head);

// Reads what `stored` holds, decompressed. After the last member, zero bytes are padding; anything
// else that begins no further member is ignored with a warning(), as gzip and zstd do.
std::unique_ptr<ByteSource> MakeDecompressedSource(std::unique_ptr<ByteSource> stored,
                                                   std::unique_ptr<Codec> codec,
                                                   double max_expansion);

// The only file in a zip archive; UserError where there are none or several. `archive` must be
// mapped(). An office document (xlsx), which is a zip archive too, is handed through as it is.
std::unique_ptr<ByteSource> MakeZipSource(std::unique_ptr<ByteSource> archive,
                                          double max_expansion);

// The content of one file of a mapped zip archive, by its path; nothing if it is not there.
// UserError where the archive is damaged or the file expands beyond the limit.
std::optional<std::string> ReadZipMember(const ByteSource& archive, const std::string& path,
                                         double max_expansion);

// Reads ahead in a thread of its own, so that decompression and parsing overlap. Holds at most
// kReadAheadBlocks blocks of kReadAheadBytes.
std::unique_ptr<ByteSource> MakeReadAheadSource(std::unique_ptr<ByteSource> source);
inline constexpr size_t kReadAheadBytes = 1 << 20;
inline constexpr size_t kReadAheadBlocks = 8;

// Refuses more than max_expansion times the stored size, beyond the first 100 MB.
class ExpansionLimit {
 public:
  ExpansionLimit(const ByteSource& stored, double max_expansion)
      : stored_(stored), max_expansion_(max_expansion) {}
  // Called with the bytes produced so far. UserError (complete message).
  void Verify(uint64_t produced) const;

 private:
  const ByteSource& stored_;
  double max_expansion_;
};

}  // namespace thalweg::internal
