// `thalweg serve`: the platform over REST.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/cancel.h"
#include "cli/command_line.h"
#include "cli/interrupt.h"
#include "cluster/mpi/mpi_transport.h"
#include "server/rest_server.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;

// At once, whatever still runs; but not before the other ranks have heard of it.
[[noreturn]] void EndProcess(const std::shared_ptr<Transport>& transport, int code) {
  if (transport) {
    std::thread([code] {
      std::this_thread::sleep_for(milliseconds(3000));
      std::_Exit(code);
    }).detach();
    transport->Leave();
  }
  fflush(stdout);
  std::_Exit(code);
}

class ServeCommand : public Command {
 public:
  explicit ServeCommand(CLI::App& parent) {
    app = parent.add_subcommand("serve", "Serve frames, models and jobs over REST.");
    app->allow_extras();
    flags_ = std::make_unique<FieldFlags>(SchemaOf<ServeOptions>(), *app, "Server");
    app->footer(R"(
Examples:
  thalweg serve --import-root data
  thalweg serve --import-root data --data-dir ~/thalweg-data
  thalweg serve --import-host data.example.org
  thalweg serve --ip 0.0.0.0 --tls-certificate cert.pem --tls-key key.pem --token-login
  mpirun --with-ft ulfm -n 3 thalweg serve --import-root data

Then, in Python, with the h2o package:
  import h2o
  h2o.connect(url="http://127.0.0.1:54321"))");
  }

  bool OverRanks() const override { return true; }

  int Run() override {
    ServeOptions options;
    flags_->Apply(&options);
    CancelToken end;
    InterruptScope interrupt(end);
    // A file that may not grow any more (ulimit -f) is an error of its write, not the end.
    std::signal(SIGXFSZ, SIG_IGN);
    const std::shared_ptr<Transport> transport = StartedByMpi() ? StartMpi() : nullptr;
    if (transport && transport->rank() > 0) {
      // Rank 0 says when it is the end.
      const bool told = ServeAsRank(options, *transport);
      if (!told) {
        fmt::print(stderr, "error: rank {}: rank 0 is lost, and the server with it\n",
                   transport->rank());
      }
      EndProcess(transport, told ? kExitOk : kExitUser);
    }
    Serve(options, transport, end);
    if (transport) transport->Leave();
    return kExitOk;
  }

 private:
  // Until someone asks for the end.
  static void Serve(const ServeOptions& options, const std::shared_ptr<Transport>& transport,
                    const CancelToken& end) {
    RestServer server(options, transport.get());
    fmt::print("thalweg serves cloud {} at {}\n", server.name(), server.url());
    if (!server.token().empty()) {
      fmt::print("log in as any user with the password {}\n", server.token());
    }
    if (!server.restored().empty()) fmt::print("{}\n", server.restored());
    fflush(stdout);
    while (!end.cancelled() && !server.shutdown_requested()) {
      std::this_thread::sleep_for(milliseconds(20));
    }
    // The answer to who asked for the end is still on its way.
    if (server.shutdown_requested()) std::this_thread::sleep_for(milliseconds(200));
    const bool all = server.Stop(milliseconds(4000));
    fmt::print("ended{}\n", all ? "" : "; a job that did not end by itself was cut off");
    fflush(stdout);
    // Handlers or jobs that do not hear of the end are not waited for.
    std::thread([transport] {
      std::this_thread::sleep_for(milliseconds(500));
      EndProcess(transport, kExitOk);
    }).detach();
  }

  std::unique_ptr<FieldFlags> flags_;
};

}  // namespace

std::unique_ptr<Command> AddServe(CLI::App& app) { return std::make_unique<ServeCommand>(app); }

}  // namespace thalweg
