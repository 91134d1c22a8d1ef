#include "server/source_files.h"

#include "base/text.h"
#include "server/errors.h"

namespace thalweg {

std::vector<std::string> SourceFiles::paths() const {
  std::vector<std::string> paths;
  for (const auto& entry : entries) paths.push_back(entry->path());
  return paths;
}

std::string SourceFiles::Show(std::string text) const {
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& path = entries[i]->path();
    for (size_t at = text.find(path); at != std::string::npos;
         at = text.find(path, at + names[i].size())) {
      text.replace(at, path.size(), names[i]);
    }
  }
  return text;
}

SourceFiles FindSources(const std::vector<std::string>& names, const Catalog& catalog,
                        const FileRoots& import_roots) {
  if (names.empty()) throw IllegalArgument("source_frames: no file is named");
  SourceFiles sources;
  for (const std::string& name : names) {
    const EntryPtr entry = catalog.Find(name);
    if (entry == nullptr) throw NotFound("file", name);
    auto file = std::dynamic_pointer_cast<const FileEntry>(entry);
    if (file == nullptr) throw IllegalArgument(Printable(name, 1000) + " is not a file");
    if (file->imported() && import_roots.Resolve(file->path()) != file->path()) {
      throw OutsideRoots(Printable(name, 1000) +
                         " is another file than when it was imported: import it again");
    }
    sources.names.push_back(name);
    sources.entries.push_back(std::move(file));
  }
  return sources;
}

}  // namespace thalweg
