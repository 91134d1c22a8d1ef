// Where the body of a request goes: into memory or into a spool file.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/http.h"

namespace thalweg::internal {

// Why a body cannot be taken, as an answer.
struct BodyRefusal {
  int status = 0;  // 0: it can
  std::string message;
};

// A share of a number of bytes that all bodies together may take; given back by the destructor.
class ByteBudget {
 public:
  explicit ByteBudget(uint64_t limit) : limit_(limit) {}

  class Share {
   public:
    Share() = default;
    explicit Share(ByteBudget* budget) : budget_(budget) {}
    ~Share() { Release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // False, and nothing taken, where the budget has not so much left.
    bool Take(uint64_t bytes);
    void Release();

   private:
    ByteBudget* budget_ = nullptr;
    uint64_t taken_ = 0;
  };

 private:
  const uint64_t limit_;
  std::atomic<uint64_t> taken_ = 0;
};

// Not thread-safe; used by one thread at a time.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // Takes the next bytes of the body, without its transfer encoding.
  virtual BodyRefusal Append(std::string_view bytes) = 0;
  // The body is whole: puts it into the request.
  virtual BodyRefusal Finish(HttpRequest& request) = 0;
};

struct BodySinkOptions {
  uint64_t max_body = 0;               // after decoding
  bool gzip = false;                   // the body is compressed (Content-Encoding)
  std::string spool_path;              // empty: into memory
  ByteBudget::Share* share = nullptr;  // of memory; outlives the sink
};

// A spool file is made here; the sink's calls write to it and may block. `refusal` is set where the
// file cannot be made.
std::unique_ptr<BodySink> NewBodySink(const BodySinkOptions& options, BodyRefusal& refusal);

}  // namespace thalweg::internal
