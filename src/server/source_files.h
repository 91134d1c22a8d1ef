// The files that a parse is to read, by their names in the catalog.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "jobs/catalog.h"
#include "server/file_entry.h"
#include "server/file_roots.h"

namespace thalweg {

struct SourceFiles {
  std::vector<std::string> names;
  std::vector<std::shared_ptr<const FileEntry>> entries;

  std::vector<std::string> paths() const;
  // A text in which every path is replaced by the file's name.
  std::string Show(std::string text) const;
};

// NotFound, or an illegal argument where something else has the name, or no file is named.
// OutsideRoots where an imported file has become a link that leads elsewhere since.
SourceFiles FindSources(const std::vector<std::string>& names, const Catalog& catalog,
                        const FileRoots& import_roots);

}  // namespace thalweg
