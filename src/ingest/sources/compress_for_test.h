// Compressed bytes for tests.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace thalweg::internal {

inline std::string Gzip(std::string_view text) {
  z_stream stream = {};
  Check(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  Check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib ends");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string Bzip2(std::string_view text) {
  std::string out(text.size() + text.size() / 50 + 700, '\0');
  auto size = static_cast<unsigned>(out.size());
  Check(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                                 static_cast<unsigned>(text.size()), 5, 0, 0) == BZ_OK,
        "bzip2");
  out.resize(size);
  return out;
}

inline std::string Xz(std::string_view text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  size_t size = 0;
  Check(lzma_easy_buffer_encode(
            3, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const uint8_t*>(text.data()),
            text.size(), reinterpret_cast<uint8_t*>(out.data()), &size, out.size()) == LZMA_OK,
        "xz");
  out.resize(size);
  return out;
}

// With a checksum, as the command zstd writes it.
inline std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  const size_t size = ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  Check(!ZSTD_isError(size), "zstd");
  out.resize(size);
  return out;
}

// A zip archive of files (name, content); a name that ends with / is a folder.
inline std::string Zip(const std::vector<std::pair<std::string, std::string>>& files) {
  size_t room = 1 << 16;
  for (const auto& file : files) room += 2 * file.second.size() + 1024;
  std::string out(room, '\0');
  size_t used = 0;
  archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  archive_write_set_bytes_in_last_block(a, 1);
  Check(archive_write_open_memory(a, out.data(), out.size(), &used) == ARCHIVE_OK, "zip");
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    Check(archive_write_header(a, entry) == ARCHIVE_OK, "zip header");
    archive_write_data(a, content.data(), content.size());
    archive_entry_free(entry);
  }
  Check(archive_write_close(a) == ARCHIVE_OK, "zip ends");
  archive_write_free(a);
  out.resize(used);
  return out;
}

}  // namespace thalweg::internal
