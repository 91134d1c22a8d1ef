#include "ingest/sources/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

constexpr size_t kInputBytes = 1 << 18;
constexpr uint64_t kFreeBytes = 100'000'000;

// The bytes of a source as a window that is refilled as it is used up.
class InputWindow {
 public:
  explicit InputWindow(ByteSource& source) : source_(source), window_(source.mapped()) {
    at_end_ = !window_.empty();
    if (!at_end_) buffer_.resize(kInputBytes);
  }

  // Reads until at least `wanted` bytes are there, or the source ends.
  std::span<const char> Fill(size_t wanted) {
    if (window_.size() < wanted && !at_end_) {
      if (!window_.empty()) std::memmove(buffer_.data(), window_.data(), window_.size());
      size_t filled = window_.size();
      while (filled < wanted && !at_end_) {
        const size_t count = source_.Read(std::span<char>(buffer_).subspan(filled));
        at_end_ = count == 0;
        filled += count;
      }
      window_ = {buffer_.data(), filled};
    }
    return window_;
  }
  void Consume(size_t count) {
    window_ = window_.subspan(count);
    consumed_ += count;
  }
  uint64_t consumed() const { return consumed_; }

 private:
  ByteSource& source_;
  std::vector<char> buffer_;
  std::span<const char> window_;
  bool at_end_ = false;
  uint64_t consumed_ = 0;
};

class DecompressedSource : public ByteSource {
 public:
  DecompressedSource(std::unique_ptr<ByteSource> stored, std::unique_ptr<Codec> codec,
                     double max_expansion)
      : stored_(std::move(stored)),
        codec_(std::move(codec)),
        input_(*stored_),
        limit_(*stored_, max_expansion) {}

  size_t Read(std::span<char> out) override {
    size_t filled = 0;
    while (filled < out.size() && state_ != State::kEnded) {
      if (state_ == State::kBetween) {
        NextMember();
      } else {
        filled += Decode(out.subspan(filled));
      }
    }
    produced_ += filled;
    limit_.Verify(produced_);
    return filled;
  }
  const std::string& name() const override { return stored_->name(); }
  uint64_t position() const override { return input_.consumed(); }
  uint64_t size() const override { return stored_->size(); }
  std::string warning() const override { return warning_; }

 private:
  enum class State { kBetween, kInside, kEnded };

  void NextMember() {
    bool padding = false;
    std::span<const char> head;
    while (true) {
      head = input_.Fill(kHeadBytes);
      const auto end = std::find_if(head.begin(), head.end(), [](char c) { return c != 0; });
      const size_t zeros = static_cast<size_t>(end - head.begin());
      if (zeros == 0 || members_ == 0) break;
      padding = true;
      input_.Consume(zeros);
    }
    if (head.empty() && members_ > 0) {
      state_ = State::kEnded;
    } else if (codec_->Begins(head)) {
      codec_->Start();
      ++members_;
      state_ = State::kInside;
    } else {
      // RecognizeCompression saw a member begin here.
      Check(members_ > 0, "a compressed file begins with a member");
      IgnoreRest(padding);
    }
  }

  void IgnoreRest(bool padding) {
    uint64_t ignored = 0;
    while (true) {
      const size_t count = input_.Fill(1).size();
      if (count == 0) break;
      input_.Consume(count);
      ignored += count;
    }
    warning_ = fmt::format("{}: {} bytes after the end of the {} data{} were ignored", name(),
                           WithThousands(static_cast<int64_t>(ignored)), codec_->name(),
                           padding ? " and its padding" : "");
    state_ = State::kEnded;
  }

  size_t Decode(std::span<char> out) {
    std::span<const char> in = input_.Fill(1);
    Codec::Step step;
    try {
      step = codec_->Decode(in, out);
    } catch (const UserError& error) {
      throw UserError(fmt::format("{}: corrupt {} data ({}) near byte {} of the file", name(),
                                  codec_->name(), error.what(), input_.consumed()));
    }
    input_.Consume(step.consumed);
    if (step.ended) {
      state_ = State::kBetween;
    } else if (step.consumed == 0 && step.produced == 0) {
      // A codec that is given input and room always gets ahead.
      Check(in.empty(), "the decoder makes progress");
      throw UserError(
          fmt::format("{}: truncated {} data: the file ends after {} bytes, in the "
                      "middle of its content",
                      name(), codec_->name(), input_.consumed()));
    }
    return step.produced;
  }

  std::unique_ptr<ByteSource> stored_;
  std::unique_ptr<Codec> codec_;
  InputWindow input_;
  ExpansionLimit limit_;
  State state_ = State::kBetween;
  size_t members_ = 0;
  uint64_t produced_ = 0;
  std::string warning_;
};

bool StartsWith(std::span<const char> head, std::string_view magic) {
  return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

Compression RecognizeCompression(std::span<const char> head) {
  using namespace std::string_view_literals;
  if (MakeGzipCodec()->Begins(head)) return Compression::kGzip;
  if (MakeBzip2Codec()->Begins(head)) return Compression::kBzip2;
  if (MakeXzCodec()->Begins(head)) return Compression::kXz;
  if (MakeZstdCodec()->Begins(head)) return Compression::kZstd;
  if (StartsWith(head, "PK\x03\x04"sv) || StartsWith(head, "PK\x05\x06"sv)) {
    return Compression::kZip;
  }
  constexpr std::pair<std::string_view, std::string_view> kNotRead[] = {
      {"7z\xbc\xaf\x27\x1c"sv, "7z"},
      {"Rar!\x1a\x07"sv, "rar"},
      {"\x04\x22\x4d\x18"sv, "lz4"},
      {"\x1f\x9d"sv, "compress (.Z)"},
  };
  for (const auto& [magic, format] : kNotRead) {
    if (StartsWith(head, magic)) {
      throw UserError(fmt::format(
          "{} archives are not read; unpack it, or use gzip, zip, bzip2, xz or zstd", format));
    }
  }
  return Compression::kNone;
}

void ExpansionLimit::Verify(uint64_t produced) const {
  if (produced <= kFreeBytes) return;
  // The size of a pipe is not known: what came through so far stands for it.
  const uint64_t stored = stored_.size() > 0 ? stored_.size() : stored_.position();
  if (static_cast<double>(produced) <= max_expansion_ * static_cast<double>(stored)) return;
  throw UserError(fmt::format(
      "{}: its {} expand to more than {:g} times their size, which looks like a decompression "
      "bomb; if the file is genuine, raise max_expansion",
      stored_.name(), HumanBytes(static_cast<double>(stored)), max_expansion_));
}

std::unique_ptr<ByteSource> MakeDecompressedSource(std::unique_ptr<ByteSource> stored,
                                                   std::unique_ptr<Codec> codec,
                                                   double max_expansion) {
  return std::make_unique<DecompressedSource>(std::move(stored), std::move(codec), max_expansion);
}

}  // namespace thalweg::internal
