// Loads libthalweg_arrow.so at the first use.
#pragma once

#include <string>

#include "ingest/arrow/plugin/api.h"

namespace thalweg::internal {

// The library lies beside the program (or beside the shared library that holds this code). Safe
// from any thread. UserError where it is missing or of another version.
const ThalwegArrowApi& ArrowApi();

// Throws UserError "<name>: <message>" and frees the message, unless it is null.
void ThrowIfArrowFailed(char* message, const std::string& name);

}  // namespace thalweg::internal
