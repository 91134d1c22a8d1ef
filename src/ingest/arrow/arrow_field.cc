#include "ingest/arrow/arrow_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

constexpr int64_t kDay = 86'400'000;

// Format strings of the C data interface that stand for one kind.
std::optional<ArrowKind> SimpleKind(std::string_view format) {
  static const std::map<std::string_view, ArrowKind> kinds = {
      {"n", ArrowKind::kNull},        {"b", ArrowKind::kBool},
      {"c", ArrowKind::kInt8},        {"s", ArrowKind::kInt16},
      {"i", ArrowKind::kInt32},       {"l", ArrowKind::kInt64},
      {"C", ArrowKind::kUInt8},       {"S", ArrowKind::kUInt16},
      {"I", ArrowKind::kUInt32},      {"L", ArrowKind::kUInt64},
      {"e", ArrowKind::kHalf},        {"f", ArrowKind::kFloat},
      {"g", ArrowKind::kDouble},      {"u", ArrowKind::kString},
      {"z", ArrowKind::kString},      {"U", ArrowKind::kLargeString},
      {"Z", ArrowKind::kLargeString}, {"vu", ArrowKind::kStringView},
      {"vz", ArrowKind::kStringView},
  };
  const auto found = kinds.find(format);
  return found == kinds.end() ? std::nullopt : std::optional(found->second);
}

ColumnType TypeOfKind(ArrowKind kind) {
  switch (kind) {
    case ArrowKind::kBool:
      return ColumnType::kCategorical;
    case ArrowKind::kInt8:
    case ArrowKind::kInt16:
    case ArrowKind::kInt32:
    case ArrowKind::kInt64:
    case ArrowKind::kUInt8:
    case ArrowKind::kUInt16:
    case ArrowKind::kUInt32:
    case ArrowKind::kUInt64:
      return ColumnType::kInteger;
    case ArrowKind::kString:
    case ArrowKind::kLargeString:
    case ArrowKind::kStringView:
      return ColumnType::kString;
    case ArrowKind::kUuid:
      return ColumnType::kUuid;
    default:
      return ColumnType::kReal;
  }
}

// Units of times: s, m(illi), u (micro), n(ano) seconds.
void SetUnit(char unit, ArrowField& field) {
  if (unit == 's') field.multiplier = 1000;
  if (unit == 'u') field.divisor = 1000;
  if (unit == 'n') field.divisor = 1'000'000;
}

// Dates, times, durations; false for other formats.
bool ParseTemporal(std::string_view format, ArrowField& field) {
  if (format.size() < 3 || format[0] != 't') return false;
  const char unit = format[2];
  field.kind = ArrowKind::kInt64;
  if (format[1] == 'd') {
    field.type = ColumnType::kTime;
    field.type_text = "date";
    if (unit == 'D') {
      field.kind = ArrowKind::kInt32;
      field.multiplier = kDay;
    }
    return true;
  }
  if (format[1] == 's') {
    field.type = ColumnType::kTime;
    const std::string_view zone = format.substr(std::min<size_t>(format.size(), 4));
    field.type_text = zone.empty() ? "timestamp without zone, taken as UTC"
                                   : fmt::format("timestamp, zone {}", zone);
    SetUnit(unit, field);
    return true;
  }
  field.type = ColumnType::kInteger;
  if (format[1] == 't') {
    field.type_text =
        fmt::format("time of day in {}", unit == 's' ? "seconds" : std::string(1, unit) + "s");
    if (unit == 's' || unit == 'm') field.kind = ArrowKind::kInt32;
    return true;
  }
  field.type_text = "duration";
  return format[1] == 'D';
}

bool ParseDecimal(std::string_view format, ArrowField& field) {
  if (!format.starts_with("d:")) return false;
  const std::vector<std::string_view> parts = Split(format.substr(2), ',');
  if (parts.size() < 2 || parts.size() > 3) return false;
  const std::optional<int64_t> scale = ParseInt(parts[1]);
  const std::optional<int64_t> bits = parts.size() == 3 ? ParseInt(parts[2]) : 128;
  if (!scale || !bits) return false;
  field.kind = ArrowKind::kDecimal;
  field.width = static_cast<int>(*bits / 8);
  field.scale = static_cast<int>(*scale);
  const int64_t precision = ParseInt(parts[0]).value_or(0);
  field.type = field.scale == 0 && precision <= 18 ? ColumnType::kInteger : ColumnType::kReal;
  field.type_text = fmt::format("decimal({}, {})", parts[0], parts[1]);
  return true;
}

std::map<std::string, std::string> ParseMetadata(const char* metadata) {
  std::map<std::string, std::string> pairs;
  if (metadata == nullptr) return pairs;
  const auto number = [&] {
    int32_t value = 0;
    std::memcpy(&value, metadata, sizeof(value));
    metadata += sizeof(value);
    return value;
  };
  const auto text = [&] {
    const int32_t size = number();
    std::string value(metadata, static_cast<size_t>(size));
    metadata += size;
    return value;
  };
  for (int32_t left = number(); left > 0; --left) {
    std::string key = text();
    pairs[std::move(key)] = text();
  }
  return pairs;
}

// What the file claims to be the levels is only used where it is a list of different texts.
std::vector<std::string> ParseLevels(const std::string& json) {
  std::vector<std::string> levels;
  try {
    const Json value = ParseJson(json, "levels");
    if (!value.is_array()) return {};
    for (const Json& level : value.get_array()) {
      if (!level.is_string()) return {};
      levels.emplace_back(level.get_string());
    }
  } catch (const UserError&) {
    return {};
  }
  std::vector<std::string_view> sorted(levels.begin(), levels.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return {};
  return levels;
}

// The name of a type that is not read.
std::string NestedName(std::string_view format) {
  if (format.starts_with("+l") || format.starts_with("+L") || format.starts_with("+w") ||
      format.starts_with("+v")) {
    return "a list";
  }
  if (format == "+s") return "a struct";
  if (format == "+m") return "a map";
  if (format.starts_with("w:")) return "fixed-size binary";
  return fmt::format("of Arrow type '{}'", format);
}

}  // namespace

ArrowField ParseArrowField(const ArrowSchema& schema, const std::string& file) {
  ArrowField field;
  field.name = schema.name != nullptr ? schema.name : "";
  std::string_view format = schema.format;
  std::map<std::string, std::string> metadata = ParseMetadata(schema.metadata);
  const auto refuse = [&](const std::string& what) {
    throw UserError(
        fmt::format("{}: column {} is {}, which a frame does not hold; leave it out with "
                    "skipped_columns",
                    file, field.name, what));
  };
  if (schema.dictionary != nullptr) {
    const std::string_view values = schema.dictionary->format;
    const std::optional<ArrowKind> kind = SimpleKind(values);
    if (!kind || TypeOfKind(*kind) != ColumnType::kString) {
      refuse(fmt::format("a dictionary of values of Arrow type '{}'", values));
    }
    field.dictionary = true;
    field.dictionary_kind = *kind;
    field.type = ColumnType::kCategorical;
    field.type_text = "dictionary of strings";
    field.kind = SimpleKind(format).value_or(ArrowKind::kNull);
    Check(TypeOfKind(field.kind) == ColumnType::kInteger, "dictionary codes are integers");
    if (const auto found = metadata.find(std::string(kArrowLevelsKey)); found != metadata.end()) {
      field.levels = ParseLevels(found->second);
    }
    return field;
  }
  if (metadata["ARROW:extension:name"] == "arrow.uuid" && format == "w:16") {
    field.kind = ArrowKind::kUuid;
    field.type = ColumnType::kUuid;
    field.type_text = "uuid";
    return field;
  }
  if (const std::optional<ArrowKind> kind = SimpleKind(format)) {
    field.kind = *kind;
    field.type = TypeOfKind(*kind);
    if (*kind == ArrowKind::kBool) field.levels = {"false", "true"};
    field.type_text = *kind == ArrowKind::kBool   ? "boolean"
                      : *kind == ArrowKind::kNull ? "null"
                      : field.type == ColumnType::kInteger
                          ? "integer"
                          : (field.type == ColumnType::kReal ? "floating point" : "string");
    return field;
  }
  if (!ParseTemporal(format, field) && !ParseDecimal(format, field)) refuse(NestedName(format));
  return field;
}

std::string EncodeArrowMetadata(
    const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  std::string out;
  const auto number = [&](size_t value) {
    const auto v = static_cast<int32_t>(value);
    out.append(reinterpret_cast<const char*>(&v), sizeof(v));
  };
  number(pairs.size());
  for (const auto& [key, value] : pairs) {
    number(key.size());
    out += key;
    number(value.size());
    out += value;
  }
  return out;
}

}  // namespace thalweg::internal
