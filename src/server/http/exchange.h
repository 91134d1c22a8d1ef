// One request and its answer on their way through the server.
#pragma once

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

  // The next piece of a stream, as it is sent; false at the end (with what the compression still
  // had). What the stream throws goes through.
  bool MakePiece();
};

}  // namespace thalweg::internal
