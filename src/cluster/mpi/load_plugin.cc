#include "cluster/mpi/load_plugin.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"

namespace thalweg {

std::unique_ptr<MpiPort> LoadMpiPlugin() {
  const std::filesystem::path folder =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::filesystem::path beside = folder / "libthalweg_mpi.so";
  const std::filesystem::path installed = folder / "../lib/thalweg/libthalweg_mpi.so";
  std::error_code ignored;
  const auto& path = std::filesystem::exists(beside, ignored) ? beside : installed;
  if (!std::filesystem::exists(path, ignored)) {
    throw UserError(fmt::format(
        "started by an MPI launcher, but the MPI plug-in is not there: {} (it is built where MPI's "
        "headers are found; start without mpirun to run on this machine alone)",
        beside.string()));
  }
  // MPI's own plug-ins look for its symbols among those of the process.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    throw UserError(fmt::format("cannot load the MPI plug-in: {}", dlerror()));
  }
  const auto start = reinterpret_cast<StartMpiFunction>(dlsym(library, kStartMpiSymbol));
  Check(start != nullptr, "the MPI plug-in has its function");
  std::string error;
  std::unique_ptr<MpiPort> port(start(&error));
  if (!port) throw UserError("cannot start MPI: " + error);
  return port;
}

}  // namespace thalweg
