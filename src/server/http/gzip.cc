#include "server/http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace thalweg::internal {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's sign for gzip's frame

}  // namespace

struct Inflater::State {
  z_stream stream{};
  uint64_t in = 0;
  uint64_t out = 0;
  bool between_members = false;
  bool too_large = false;
  std::string error;
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  Check(inflateInit2(&state_->stream, kGzipWindow) == Z_OK, "zlib can be set up");
}

Inflater::~Inflater() { inflateEnd(&state_->stream); }

bool Inflater::whole() const { return state_->between_members; }
bool Inflater::too_large() const { return state_->too_large; }
const std::string& Inflater::error() const { return state_->error; }

bool Inflater::Append(std::string_view bytes, const std::function<bool(std::string_view)>& put) {
  State& state = *state_;
  z_stream& stream = state.stream;
  std::array<char, 64 << 10> buffer;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  state.in += bytes.size();
  bool full = false;
  while (stream.avail_in > 0 || full) {
    // A file may be of several members, one after the other.
    if (state.between_members) {
      inflateReset(&stream);
      state.between_members = false;
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    const int outcome = inflate(&stream, Z_NO_FLUSH);
    if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) {
      state.error = "the request's body is not gzip as its Content-Encoding says";
      return false;
    }
    const size_t size = buffer.size() - stream.avail_out;
    full = stream.avail_out == 0 && outcome != Z_STREAM_END;
    state.between_members = outcome == Z_STREAM_END;
    state.out += size;
    if (state.out > kFreeExpansion && state.out / kMaxExpansion > state.in) {
      state.too_large = true;
      state.error = "the request's compressed body grows to more than 100 times its size";
      return false;
    }
    if (size > 0 && !put({buffer.data(), size})) return false;
  }
  return true;
}

struct Deflater::State {
  z_stream stream{};
};

Deflater::Deflater() : state_(std::make_unique<State>()) {
  Check(deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8,
                     Z_DEFAULT_STRATEGY) == Z_OK,
        "zlib can be set up");
}

Deflater::~Deflater() { deflateEnd(&state_->stream); }

void Deflater::Append(std::string_view bytes, bool last, std::string& out) {
  z_stream& stream = state_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  const int flush = last ? Z_FINISH : Z_SYNC_FLUSH;
  while (true) {
    const size_t begin = out.size();
    const size_t room = std::max<size_t>(1024, stream.avail_in / 2 + 64);
    out.resize(begin + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
    stream.avail_out = static_cast<uInt>(room);
    const int outcome = deflate(&stream, flush);
    out.resize(begin + room - stream.avail_out);
    if (outcome == Z_STREAM_END || (!last && stream.avail_out > 0)) break;
  }
  if (last) deflateReset(&stream);
}

}  // namespace thalweg::internal
