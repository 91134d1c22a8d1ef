// Any bytes are either a model file or refused with a UserError.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "models/model_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    thalweg::ModelFile::FromBytes(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
  } catch (const thalweg::UserError&) {
  }
  return 0;
}
