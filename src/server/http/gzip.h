// gzip (RFC 1952) of bodies, by zlib.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace thalweg::internal {

// Takes the gzip encoding off a body that comes in pieces. Bounded: what grows by more than
// kMaxExpansion is taken for an attack once it is larger than kFreeExpansion.
class Inflater {
 public:
  static constexpr uint64_t kMaxExpansion = 100;
  static constexpr uint64_t kFreeExpansion = uint64_t{16} << 20;

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Hands on what comes out, until `put` returns false. False where it did or the bytes are bad.
  bool Append(std::string_view bytes, const std::function<bool(std::string_view)>& put);
  // The last member ended where the bytes did.
  bool whole() const;
  bool too_large() const;
  const std::string& error() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Compresses a body, whole or in pieces, at the fastest level.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Appends what comes out to `out`. Every piece can be read by the client at once (a sync flush);
  // `last` ends the body, after which the next one may begin.
  void Append(std::string_view bytes, bool last, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg::internal
