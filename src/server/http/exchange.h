// One request and its answer on their way through the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "server/http/body_sink.h"
#include "server/http/connection.h"
#include "server/http/gzip.h"
#include "server/http/http.h"

namespace thalweg::internal {

// Passed between the connection's I/O thread and one worker at a time; whoever has it may write.
struct Connection::Exchange {
  explicit Exchange(ByteBudget& memory) : share(&memory) {}
  // Where the last holder of a stream lets it go: a worker may still make its last piece.
  ~Exchange() {
    if (streams != nullptr) --*streams;
  }
  void CountAsStream(std::atomic<uint64_t>& counter) {
    ++counter;
    streams = &counter;
  }

  HttpRequest request;
  RequestPlan plan;
  bool http_1_0 = false;
  bool expect_continue = false;
  bool accepts_gzip = false;

  ByteBudget::Share share;
  std::unique_ptr<BodySink> sink;  // null: the body is read and dropped
  bool to_file = false;
  std::string collected;  // of a body to a file: what the disk gets next
  std::string spooling;   // what it has now
  bool disk_busy = false;
  bool body_ended = false;

  HttpResponse response;
  bool gzip = false;                   // the answer is compressed
  bool varies = false;                 // or would be for a client that accepts it
  std::unique_ptr<Deflater> deflater;  // of a stream
  std::string piece;
  bool piece_busy = false;
  std::atomic<uint64_t>* streams = nullptr;  // where this one is counted

  // The next piece of a stream, as it is sent; false at the end (with what the compression still
  // had). What the stream throws goes through.
  bool MakePiece();
};

}  // namespace thalweg::internal
