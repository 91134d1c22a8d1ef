// gzip members (RFC 1952), with zlib.
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "ingest/sources/codec.h"

namespace thalweg::internal {
namespace {

constexpr int kGzipWindow = 15 + 16;

class GzipCodec : public Codec {
 public:
  ~GzipCodec() override {
    if (started_) inflateEnd(&stream_);
  }
  std::string_view name() const override { return "gzip"; }

  // Two magic bytes and method 8 (deflate), the only one there is.
  bool Begins(std::span<const char> head) const override {
    return head.size() >= 3 && head[0] == '\x1f' && head[1] == '\x8b' && head[2] == 8;
  }

  void Start() override {
    const int status = started_ ? inflateReset(&stream_) : inflateInit2(&stream_, kGzipWindow);
    Check(status == Z_OK, "zlib starts");
    started_ = true;
  }

  Step Decode(std::span<const char> in, std::span<char> out) override {
    constexpr size_t kMost = std::numeric_limits<uInt>::max();
    const auto in_size = static_cast<uInt>(std::min(in.size(), kMost));
    const auto out_size = static_cast<uInt>(std::min(out.size(), kMost));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = in_size;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = out_size;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      throw UserError(stream_.msg != nullptr ? stream_.msg : zError(status));
    }
    return {in_size - stream_.avail_in, out_size - stream_.avail_out, status == Z_STREAM_END};
  }

 private:
  z_stream stream_ = {};
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Codec> MakeGzipCodec() { return std::make_unique<GzipCodec>(); }

}  // namespace thalweg::internal
