// Zstandard frames (RFC 8878), with libzstd.
#include <zstd.h>

#include "base/error.h"
#include "ingest/sources/codec.h"

namespace thalweg::internal {
namespace {

class ZstdCodec : public Codec {
 public:
  ZstdCodec() = default;
  ~ZstdCodec() override { ZSTD_freeDStream(stream_); }
  std::string_view name() const override { return "zstd"; }

  // A frame, or a skippable frame (which holds no data; seekable files have one).
  bool Begins(std::span<const char> head) const override {
    if (head.size() < 4) return false;
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(head[i]); };
    return (byte(0) == 0x28 && byte(1) == 0xb5 && byte(2) == 0x2f && byte(3) == 0xfd) ||
           ((byte(0) & 0xf0) == 0x50 && byte(1) == 0x2a && byte(2) == 0x4d && byte(3) == 0x18);
  }

  void Start() override {
    if (stream_ == nullptr) {
      stream_ = ZSTD_createDStream();
      Check(stream_ != nullptr, "libzstd starts");
      // Files of zstd --long=31 have windows of 2 GB. The window is only filled as far as the
      // content goes, so the expansion limit bounds the memory, too.
      ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, 31);
    }
    ZSTD_DCtx_reset(stream_, ZSTD_reset_session_only);
  }

  Step Decode(std::span<const char> in, std::span<char> out) override {
    ZSTD_inBuffer input = {in.data(), in.size(), 0};
    ZSTD_outBuffer output = {out.data(), out.size(), 0};
    const size_t status = ZSTD_decompressStream(stream_, &output, &input);
    if (ZSTD_isError(status)) throw UserError(ZSTD_getErrorName(status));
    return {input.pos, output.pos, status == 0};
  }

 private:
  ZSTD_DStream* stream_ = nullptr;
};

}  // namespace

std::unique_ptr<Codec> MakeZstdCodec() { return std::make_unique<ZstdCodec>(); }

}  // namespace thalweg::internal
