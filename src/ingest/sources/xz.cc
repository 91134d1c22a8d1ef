// xz streams, with liblzma.
#include <lzma.h>

#include <cstring>

#include "base/error.h"
#include "ingest/sources/codec.h"

namespace thalweg::internal {
namespace {

// xz -9 needs 65 MB; a file that asks for more than this is not an honest one.
constexpr uint64_t kMemoryLimit = uint64_t{1} << 30;

class XzCodec : public Codec {
 public:
  ~XzCodec() override { lzma_end(&stream_); }
  std::string_view name() const override { return "xz"; }

  bool Begins(std::span<const char> head) const override {
    return head.size() >= 6 && std::memcmp(head.data(),
                                           "\xfd"
                                           "7zXZ\0",
                                           6) == 0;
  }

  void Start() override {
    Check(lzma_stream_decoder(&stream_, kMemoryLimit, 0) == LZMA_OK, "liblzma starts");
  }

  Step Decode(std::span<const char> in, std::span<char> out) override {
    stream_.next_in = reinterpret_cast<const uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret status = lzma_code(&stream_, LZMA_RUN);
    if (status != LZMA_OK && status != LZMA_STREAM_END && status != LZMA_BUF_ERROR) {
      throw UserError(Describe(status));
    }
    return {in.size() - stream_.avail_in, out.size() - stream_.avail_out,
            status == LZMA_STREAM_END};
  }

 private:
  static const char* Describe(lzma_ret status) {
    switch (status) {
      case LZMA_MEMLIMIT_ERROR:
        return "it needs more than 1 GB of memory to decompress";
      case LZMA_FORMAT_ERROR:
        return "the format is not recognized";
      case LZMA_OPTIONS_ERROR:
        return "it uses options that liblzma does not know";
      case LZMA_DATA_ERROR:
        return "the checksum or structure is wrong";
      case LZMA_MEM_ERROR:
        return "out of memory";
      default:
        return "the decoder failed";
    }
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

std::unique_ptr<Codec> MakeXzCodec() { return std::make_unique<XzCodec>(); }

}  // namespace thalweg::internal
