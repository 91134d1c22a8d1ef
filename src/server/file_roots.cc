#include "server/file_roots.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"

namespace thalweg {
namespace fs = std::filesystem;

namespace {

bool IsBelow(const fs::path& path, const fs::path& root) {
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end();
}

}  // namespace

bool IsFileName(std::string_view name) {
  constexpr size_t kLongest = 255;  // in the usual file systems
  return !name.empty() && name.size() <= kLongest && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos && name != "." && name != "..";
}

std::string PathIn(const std::string& folder, std::string_view name) {
  if (!IsFileName(name)) {
    throw UserError(Printable(name) +
                    " cannot be the name of a file, and what is saved in a folder goes by its name "
                    "in memory: choose one without /, of at most 255 bytes");
  }
  return folder + "/" + std::string(name);
}

FileRoots::FileRoots(const std::vector<std::string>& roots, std::string flag)
    : flag_(std::move(flag)) {
  for (const std::string& root : roots) {
    std::error_code error;
    const fs::path resolved = fs::canonical(root, error);
    if (error || !fs::is_directory(resolved, error)) {
      throw UserError(flag_ + ": " + Printable(root) + " is no folder");
    }
    roots_.push_back(resolved.string());
  }
}

std::string FileRoots::Resolve(std::string_view path) const {
  const auto refused = [&] {
    return OutsideRoots(Printable(path, 1000) + " is not below the folders given with " + flag_ +
                        (roots_.empty() ? " (there are none)" : ""));
  };
  if (roots_.empty() || path.empty() || path.find('\0') != std::string_view::npos) throw refused();
  fs::path wanted{std::string(path)};
  if (wanted.is_relative()) wanted = fs::path(roots_[0]) / wanted;
  std::error_code error;
  const fs::path resolved = fs::weakly_canonical(wanted, error);
  if (error) throw refused();
  for (const std::string& root : roots_) {
    if (IsBelow(resolved, root)) return resolved.string();
  }
  throw refused();
}

std::string FileRoots::Shown(std::string_view path) const {
  for (const std::string& root : roots_) {
    if (IsBelow(fs::path(std::string(path)), root)) return std::string(path);
  }
  return "(outside the roots)";
}

}  // namespace thalweg
