// XXH3, 64 bits (Collet): finds damaged bytes; no defence against forgery.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace thalweg {

uint64_t Checksum(std::string_view bytes);

}  // namespace thalweg
