// The container of a saved model: versioned, self-describing, checksummed.
//
//   bytes 0-7    "THALWEG" and a zero byte
//   bytes 8-11   version of the container, 1 (little-endian, like all numbers)
//   bytes 12-15  length of the directory
//   bytes 16-23  XXH3 checksum of the directory
//   bytes 24-31  length of the whole file
//   from 32      directory: JSON {"description": {...}, "arrays": [{"name", "type": "float32",
//                "shape", "offset", "bytes", "checksum"}, ...]}
//   then         the arrays, each at a multiple of 64, in rows
//
// Every byte is covered: the directory by its checksum, arrays by theirs, gaps are zero. A changed,
// shortened or extended file is refused with a UserError that says what is wrong. Later versions of
// the program read all earlier versions of the container.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_fwd.h"

namespace thalweg {

class ModelFileWriter {
 public:
  // `description` must be a JSON object: everything of the model that is not an array of floats.
  explicit ModelFileWriter(const Json& description);
  ~ModelFileWriter();

  // values.size() is the product of the shape. The values are copied.
  void Add(std::string name, std::vector<int64_t> shape, std::span<const float> values);

  std::string Bytes() const;
  // Atomically: see AtomicFile.
  void Save(const std::string& path) const;

 private:
  struct Array {
    std::string name;
    std::vector<int64_t> shape;
    std::string bytes;
  };
  std::unique_ptr<Json> description_;
  std::vector<Array> arrays_;
};

class ModelFile {
 public:
  // Checks everything that the container promises. `name` is for messages.
  static ModelFile FromBytes(std::string bytes, const std::string& name);
  static ModelFile Load(const std::string& path);
  ModelFile(ModelFile&&) noexcept;
  ~ModelFile();

  const Json& description() const { return *description_; }
  // UserError if there is no such array or its shape is another.
  std::vector<float> Array(std::string_view name, const std::vector<int64_t>& shape) const;
  const std::string& name() const { return name_; }

 private:
  struct Entry {
    std::vector<int64_t> shape;
    size_t offset = 0;
    size_t bytes = 0;
  };
  ModelFile() = default;

  std::string name_;
  std::string bytes_;
  std::unique_ptr<Json> description_;
  std::map<std::string, Entry, std::less<>> arrays_;
};

}  // namespace thalweg
