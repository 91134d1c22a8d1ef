// The list of endpoints.
#pragma once

#include <span>

#include "server/endpoint.h"

namespace thalweg {

std::span<const Endpoint> Routes();

}  // namespace thalweg
