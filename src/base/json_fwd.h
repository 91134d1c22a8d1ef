#pragma once

#include <boost/json/fwd.hpp>

namespace thalweg {

using Json = boost::json::value;

}  // namespace thalweg
