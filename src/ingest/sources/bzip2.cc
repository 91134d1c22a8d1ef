// bzip2 streams, with libbz2.
#include <bzlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "ingest/sources/codec.h"

namespace thalweg::internal {
namespace {

class Bzip2Codec : public Codec {
 public:
  ~Bzip2Codec() override { End(); }
  std::string_view name() const override { return "bzip2"; }

  // "BZh", the block size, then the mark of a block (pi) or of the end (square root of pi): so much
  // that a text which begins with BZh1 is not taken for it.
  bool Begins(std::span<const char> head) const override {
    return head.size() >= 10 && std::memcmp(head.data(), "BZh", 3) == 0 && head[3] >= '1' &&
           head[3] <= '9' &&
           (std::memcmp(head.data() + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
            std::memcmp(head.data() + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
  }

  void Start() override {
    End();
    stream_ = {};
    Check(BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK, "libbz2 starts");
    started_ = true;
  }

  Step Decode(std::span<const char> in, std::span<char> out) override {
    constexpr size_t kMost = std::numeric_limits<unsigned>::max();
    const auto in_size = static_cast<unsigned>(std::min(in.size(), kMost));
    const auto out_size = static_cast<unsigned>(std::min(out.size(), kMost));
    stream_.next_in = const_cast<char*>(in.data());
    stream_.avail_in = in_size;
    stream_.next_out = out.data();
    stream_.avail_out = out_size;
    const int status = BZ2_bzDecompress(&stream_);
    if (status != BZ_OK && status != BZ_STREAM_END) {
      throw UserError(status == BZ_DATA_ERROR ? "a block's checksum or structure is wrong"
                                              : "error " + std::to_string(status));
    }
    return {in_size - stream_.avail_in, out_size - stream_.avail_out, status == BZ_STREAM_END};
  }

 private:
  void End() {
    if (started_) BZ2_bzDecompressEnd(&stream_);
    started_ = false;
  }

  bz_stream stream_ = {};
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Codec> MakeBzip2Codec() { return std::make_unique<Bzip2Codec>(); }

}  // namespace thalweg::internal
