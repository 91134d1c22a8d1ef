// The folders that a server may read from, or write to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace thalweg {

// The path is not below the roots (HTTP 404: nothing is told of what lies there).
class OutsideRoots : public UserError {
 public:
  using UserError::UserError;
};

// Not: empty, ., .., with / or a zero byte, longer than 255 bytes.
bool IsFileName(std::string_view name);
// The path of a file of this name in a folder. Clients choose names in memory: UserError where one
// cannot be a file's.
std::string PathIn(const std::string& folder, std::string_view name);

// Thread rule: immutable.
class FileRoots {
 public:
  FileRoots() = default;
  // `flag` is how the user sets them, for messages: "--import-root". UserError where one is no
  // folder.
  FileRoots(const std::vector<std::string>& roots, std::string flag);

  // The path with every symbolic link resolved, below one of the roots. Relative paths count from
  // the first root. The file need not be there (to be written); its folder's links are resolved.
  // OutsideRoots, whose message shows the path as given and nothing else.
  std::string Resolve(std::string_view path) const;
  // A path as the user may see it in messages: as it is below a root, else "(outside the roots)".
  std::string Shown(std::string_view path) const;
  const std::vector<std::string>& roots() const { return roots_; }

 private:
  std::vector<std::string> roots_;  // absolute, links resolved
  std::string flag_;
};

}  // namespace thalweg
