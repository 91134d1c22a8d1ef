#include "ingest/arrow/load_plugin.h"

#include <dlfcn.h>

#include <filesystem>

#include "base/error.h"

namespace thalweg::internal {
namespace {

const ThalwegArrowApi* Load() {
  Dl_info here = {};
  std::filesystem::path folder;
  if (dladdr(reinterpret_cast<const void*>(&ArrowApi), &here) != 0 && here.dli_fname != nullptr) {
    folder = std::filesystem::path(here.dli_fname).parent_path();
  }
  // A program started through PATH names itself without a folder.
  std::error_code error;
  if (!std::filesystem::exists(folder / "libthalweg_arrow.so", error)) {
    folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  }
  const std::string path = (folder / "libthalweg_arrow.so").string();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw UserError(std::string("Parquet and Arrow files need libthalweg_arrow.so beside the "
                                "program, and it cannot be loaded: ") +
                    dlerror());
  }
  using Entry = const ThalwegArrowApi* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(library, "thalweg_arrow_api"));
  if (entry == nullptr || entry()->version != kThalwegArrowVersion) {
    throw UserError(path + " belongs to another version of this program; install both together");
  }
  return entry();
}

}  // namespace

const ThalwegArrowApi& ArrowApi() {
  static const ThalwegArrowApi* const api = Load();
  return *api;
}

void ThrowIfArrowFailed(char* message, const std::string& name) {
  if (message == nullptr) return;
  const std::string text = message;
  ArrowApi().free_text(message);
  throw UserError(name + ": " + text);
}

}  // namespace thalweg::internal
