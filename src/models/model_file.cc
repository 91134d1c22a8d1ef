#include "models/model_file.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "base/checksum.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

namespace thalweg {
namespace {

constexpr std::string_view kMagic{"THALWEG\0", 8};
constexpr uint32_t kVersion = 1;
constexpr size_t kHeader = 32;
constexpr size_t kAlignment = 64;

size_t RoundUp(size_t n) { return (n + kAlignment - 1) / kAlignment * kAlignment; }

template <class T>
void Put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

template <class T>
T Get(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

std::string Hex(uint64_t value) { return fmt::format("{:016x}", value); }

[[noreturn]] void Damaged(const std::string& name, const std::string& what) {
  throw UserError(fmt::format("{}: not a usable model file: {}", name, what));
}

// Number of elements of a shape, or nothing where it is negative or too large for memory.
bool Elements(const std::vector<int64_t>& shape, size_t& elements) {
  elements = 1;
  for (int64_t n : shape) {
    size_t product = 0;
    if (n < 0 || __builtin_mul_overflow(elements, static_cast<size_t>(n), &product)) return false;
    elements = product;
  }
  return elements <= std::numeric_limits<size_t>::max() / sizeof(float);
}

}  // namespace

ModelFileWriter::ModelFileWriter(const Json& description)
    : description_(std::make_unique<Json>(description)) {
  Check(description.is_object(), "a model's description is a JSON object");
}
ModelFileWriter::~ModelFileWriter() = default;

void ModelFileWriter::Add(std::string name, std::vector<int64_t> shape,
                          std::span<const float> values) {
  size_t elements = 0;
  Check(Elements(shape, elements) && elements == values.size(), "shape and values agree");
  arrays_.push_back(
      {std::move(name), std::move(shape),
       std::string(reinterpret_cast<const char*>(values.data()), values.size_bytes())});
}

std::string ModelFileWriter::Bytes() const {
  // Offsets are counted from the first array, so that they do not depend on the directory's length.
  JsonArray entries;
  size_t offset = 0;
  for (const Array& array : arrays_) {
    entries.push_back(JsonObject{{"name", array.name},
                                 {"type", "float32"},
                                 {"shape", boost::json::value_from(array.shape)},
                                 {"offset", offset},
                                 {"bytes", array.bytes.size()},
                                 {"checksum", Hex(Checksum(array.bytes))}});
    offset = RoundUp(offset + array.bytes.size());
  }
  const std::string directory =
      FormatJson(JsonObject{{"description", *description_}, {"arrays", entries}});
  Check(directory.size() <= std::numeric_limits<uint32_t>::max(),
        "directory fits its length field");
  const size_t first = RoundUp(kHeader + directory.size());

  std::string out(kMagic);
  Put(out, kVersion);
  Put(out, static_cast<uint32_t>(directory.size()));
  Put(out, Checksum(directory));
  Put(out, static_cast<uint64_t>(first + offset));
  out += directory;
  out.reserve(first + offset);
  out.resize(first);
  for (const Array& array : arrays_) {
    out += array.bytes;
    out.resize(RoundUp(out.size()));
  }
  return out;
}

void ModelFileWriter::Save(const std::string& path) const { WriteWholeFile(path, Bytes()); }

ModelFile::ModelFile(ModelFile&&) noexcept = default;
ModelFile::~ModelFile() = default;

ModelFile ModelFile::Load(const std::string& path) { return FromBytes(ReadWholeFile(path), path); }

ModelFile ModelFile::FromBytes(std::string bytes, const std::string& name) {
  if (bytes.substr(0, kMagic.size()) != kMagic) Damaged(name, "it does not begin with THALWEG");
  if (bytes.size() < kHeader) Damaged(name, "it is cut off inside the header");
  const auto version = Get<uint32_t>(bytes, 8);
  if (version == 0 || version > kVersion) {
    Damaged(name, fmt::format("version {} of the format is unknown to this program, which reads up "
                              "to version {}; use a newer one",
                              version, kVersion));
  }
  const auto length = Get<uint64_t>(bytes, 24);
  if (length != bytes.size()) {
    Damaged(name, fmt::format("it should have {} bytes and has {}", length, bytes.size()));
  }
  const size_t directory_bytes = Get<uint32_t>(bytes, 12);
  if (directory_bytes > bytes.size() - kHeader) Damaged(name, "the directory is cut off");
  const std::string_view directory(bytes.data() + kHeader, directory_bytes);
  if (Checksum(directory) != Get<uint64_t>(bytes, 16)) {
    Damaged(name, "the directory is damaged (checksum)");
  }
  const size_t first = RoundUp(kHeader + directory_bytes);

  ModelFile file;
  file.name_ = name;
  size_t end = kHeader + directory_bytes;  // of what is covered so far
  auto check_gap = [&](size_t next) {
    for (size_t i = end; i < next; ++i) {
      if (bytes[i] != 0) Damaged(name, fmt::format("byte {} is damaged", i));
    }
  };
  try {
    Json json = ParseJson(directory, name);
    for (const Json& item : json.at("arrays").as_array()) {
      const std::string array(item.at("name").as_string());
      if (item.at("type").as_string() != "float32") Damaged(name, array + ": unknown type");
      Entry entry;
      entry.shape = boost::json::value_to<std::vector<int64_t>>(item.at("shape"));
      entry.bytes = item.at("bytes").to_number<size_t>();
      const auto offset = item.at("offset").to_number<size_t>();
      size_t elements = 0;
      if (!Elements(entry.shape, elements) || elements * sizeof(float) != entry.bytes ||
          first > bytes.size() || offset > bytes.size() - first ||
          entry.bytes > bytes.size() - first - offset || first + offset < end) {
        Damaged(name, array + ": size and shape do not fit the file");
      }
      entry.offset = first + offset;
      check_gap(entry.offset);
      end = entry.offset + entry.bytes;
      const std::string_view content(bytes.data() + entry.offset, entry.bytes);
      if (item.at("checksum").as_string() != Hex(Checksum(content))) {
        Damaged(name, array + " is damaged (checksum)");
      }
      if (!file.arrays_.emplace(array, std::move(entry)).second)
        Damaged(name, array + " is double");
    }
    file.description_ = std::make_unique<Json>(std::move(json.at("description")));
    if (!file.description_->is_object()) Damaged(name, "the description is not an object");
  } catch (const boost::system::system_error& error) {
    Damaged(name, error.what());
  } catch (const std::out_of_range& error) {
    Damaged(name, error.what());
  } catch (const std::invalid_argument& error) {
    Damaged(name, error.what());
  }
  check_gap(bytes.size());
  file.bytes_ = std::move(bytes);
  return file;
}

std::vector<float> ModelFile::Array(std::string_view name,
                                    const std::vector<int64_t>& shape) const {
  const auto found = arrays_.find(name);
  if (found == arrays_.end()) Damaged(name_, fmt::format("{} is missing", name));
  if (found->second.shape != shape) Damaged(name_, fmt::format("{} has another shape", name));
  std::vector<float> values(found->second.bytes / sizeof(float));
  if (!values.empty()) {
    std::memcpy(values.data(), bytes_.data() + found->second.offset, found->second.bytes);
  }
  return values;
}

}  // namespace thalweg
