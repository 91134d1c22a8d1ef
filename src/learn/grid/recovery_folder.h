// A folder in which a grid search keeps what it has done, so that a process that ends at any
// moment, also by force, loses no model that was trained.
//
//   <grid_id>.json               what the grid is: parameters, data, order
//   <grid_id>_model_7.thalweg    a model
//   <grid_id>_model_7.json       written after it: what is known of it, or why there is none
//   <grid_id>.lock               locked by the process that works on the grid
//
// Every file is written atomically.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/json_fwd.h"
#include "learn/grid/grid_results.h"

namespace thalweg {

// Thread rule: one thread at a time, but for SaveModel, which any may call.
class RecoveryFolder {
 public:
  // Makes the folder where it is not there, reads what is in it, and holds its lock. FieldErrors
  // that name recovery_dir: it cannot be written, or another process works on the same grid.
  RecoveryFolder(std::string folder, std::string grid_id);
  ~RecoveryFolder();
  RecoveryFolder(const RecoveryFolder&) = delete;
  RecoveryFolder& operator=(const RecoveryFolder&) = delete;

  // Of the grid that is there: the seed of its search; nothing where there is none.
  std::optional<int64_t> seed() const;
  // `settings` is an object: setting to text, or to an object of the same. Written where there was
  // no grid; where there was one, FieldErrors that names recovery_dir and everything that differs.
  void Settle(const Json& settings);

  // Those that are there, by their numbers.
  std::map<uint64_t, GridModel>& models() { return models_; }
  std::map<uint64_t, GridFailure>& failures() { return failures_; }
  // How long the grid had been at work when the last of them was written.
  double seconds() const { return seconds_; }

  std::string ModelFile(uint64_t number) const;
  void SaveModel(const GridModel& model, const Model& file, double grid_seconds) const;
  void SaveFailure(const GridFailure& failure, double grid_seconds) const;
  void Remove(uint64_t number) const;

 private:
  std::string Path(uint64_t number, const char* extension) const;
  std::string SettingsFile() const;
  void Lock();
  void RemoveTemporaries() const;
  void ReadEntries();

  // Of a file; closed, which unlocks it, also where the constructor throws.
  struct Descriptor {
    int number = -1;
    ~Descriptor();
  };

  const std::string folder_;
  const std::string grid_id_;
  Descriptor lock_;
  std::unique_ptr<Json> settings_;
  std::map<uint64_t, GridModel> models_;
  std::map<uint64_t, GridFailure> failures_;
  double seconds_ = 0;
};

}  // namespace thalweg
