#include "jobs/remove_with_parts.h"

namespace thalweg {

bool RemoveWithParts(const std::string& name, Catalog& catalog) {
  const EntryPtr entry = catalog.Find(name);
  // Removed first, so that even parts that name each other come to an end.
  if (!catalog.Remove(name)) return false;
  if (entry) {
    for (const std::string& part : entry->parts()) RemoveWithParts(part, catalog);
  }
  return true;
}

}  // namespace thalweg
