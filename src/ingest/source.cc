#include "ingest/source.h"

#include <utility>

#include "base/error.h"
#include "ingest/sources/codec.h"
#include "ingest/sources/local_file.h"

namespace thalweg {
namespace {

using internal::Compression;

// Below this a thread for the decompression costs more than it gains.
constexpr uint64_t kReadAheadFrom = 1 << 20;

Compression Recognize(std::span<const char> head, const std::string& name) {
  try {
    return internal::RecognizeCompression(head);
  } catch (const UserError& error) {
    throw UserError(name + ": " + error.what());
  }
}

std::unique_ptr<internal::Codec> MakeCodec(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return internal::MakeGzipCodec();
    case Compression::kBzip2:
      return internal::MakeBzip2Codec();
    case Compression::kXz:
      return internal::MakeXzCodec();
    case Compression::kZstd:
      return internal::MakeZstdCodec();
    case Compression::kNone:
    case Compression::kZip:
      break;
  }
  throw InternalError("a codec was asked for where there is none");
}

std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> stored, Compression compression,
                                       const SourceOptions& options) {
  const uint64_t size = stored->size();
  const bool pipe = size == 0;
  std::unique_ptr<ByteSource> source =
      compression == Compression::kZip
          ? internal::MakeZipSource(std::move(stored), options.max_expansion)
          : internal::MakeDecompressedSource(std::move(stored), MakeCodec(compression),
                                             options.max_expansion);
  // A zip archive that is handed through as it is stays mapped.
  if (!source->mapped().empty() || (size < kReadAheadFrom && !pipe)) return source;
  return internal::MakeReadAheadSource(std::move(source));
}

}  // namespace

std::unique_ptr<ByteSource> OpenSource(const std::string& path, const SourceOptions& options) {
  auto file = std::make_unique<internal::LocalFile>(path);
  std::string head(internal::kHeadBytes, '\0');
  size_t filled = 0;
  while (filled < head.size()) {
    const size_t count = file->Read(std::span<char>(head).subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  head.resize(filled);
  const Compression compression = Recognize(head, path);
  if (compression == Compression::kNone || compression == Compression::kZip) {
    internal::FileMapping mapping = file->Map();
    if (!mapping.bytes().empty()) {
      auto mapped = internal::MakeMappedSource(std::move(mapping), path);
      if (compression == Compression::kNone) return mapped;
      return Decompress(std::move(mapped), compression, options);
    }
    if (compression == Compression::kZip) {
      throw UserError(path + ": a zip archive is read from a file, not from a pipe");
    }
  }
  auto stored = internal::MakeFileSource(std::move(file), std::move(head));
  if (compression == Compression::kNone) return stored;
  return Decompress(std::move(stored), compression, options);
}

std::unique_ptr<ByteSource> OpenBytes(std::span<const char> bytes, std::string name,
                                      const SourceOptions& options) {
  const Compression compression =
      Recognize(bytes.first(std::min(bytes.size(), internal::kHeadBytes)), name);
  auto stored = internal::MakeBytesSource(bytes, std::move(name));
  if (compression == Compression::kNone) return stored;
  return Decompress(std::move(stored), compression, options);
}

}  // namespace thalweg
