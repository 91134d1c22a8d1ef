// Removal of something with what belongs to it.
#pragma once

#include <string>

#include "jobs/catalog.h"

namespace thalweg {

// Removes what has this name, its parts, and theirs: a grid with its models and those of their
// folds. False if there was nothing.
bool RemoveWithParts(const std::string& name, Catalog& catalog);

}  // namespace thalweg
