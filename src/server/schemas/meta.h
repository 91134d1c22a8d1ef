// What every object of the wire format has, and how its values are written (protocol notes: every
// object begins with __meta, numbers that JSON does not know are strings).
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace thalweg {

// {"__meta": {"schema_version": 3, "schema_name": …, "schema_type": …}}, to be filled further.
JsonObject SchemaObject(std::string_view schema_name, std::string_view schema_type = "Iced");

enum class KeyKind { kFrame, kModel, kJob, kGrid, kMetrics, kPartialDependence, kOther };
// {"__meta": …, "name": …, "type": "Key<Frame>", "URL": "/3/Frames/…"}
JsonObject KeyObject(KeyKind kind, std::string_view name);
// The same, or null where the name is empty.
Json KeyOrNull(KeyKind kind, std::string_view name);

// NaN and infinities as "NaN", "Infinity", "-Infinity".
Json WireNumber(double value);

// JSON without blanks, as it goes out. Bytes that are not UTF-8 become U+FFFD.
std::string FormatWireJson(const Json& json);

}  // namespace thalweg
