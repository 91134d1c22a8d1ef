// The whole server: ranks, jobs, router, HTTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "cluster/transport.h"
#include "server/serve_options.h"

namespace thalweg {

class RestServer {
 public:
  // Listens when this returns. FieldErrors and UserError where the options do not fit. `transport`:
  // where the ranks are processes, of which this is rank 0; the others run ServeAsRank with the
  // same options.
  explicit RestServer(const ServeOptions& options, Transport* transport = nullptr);
  ~RestServer();

  // "http://127.0.0.1:54321"
  const std::string& url() const;
  const std::string& name() const;
  // The password of any user, where there is a token login; else empty.
  const std::string& token() const;
  // What came back from the data directory, in words; empty where there is none.
  const std::string& restored() const;
  // Whether someone asked for the end over REST.
  bool shutdown_requested() const;
  // Cancels jobs, finishes answers, closes all, removes the temporary files, within about `time`.
  // What is not in the data directory yet is saved, within a minute more.
  // False where a job did not end in time. Destroying this object waits for it, and for handlers
  // that still run: a process that is to end now ends without that.
  bool Stop(std::chrono::milliseconds time);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Does the work of a rank other than 0 until the server's end. False: rank 0 is lost.
bool ServeAsRank(const ServeOptions& options, Transport& transport);

}  // namespace thalweg
