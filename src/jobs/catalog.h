// The Catalog: what is in memory under a name. Names are one space for frames, models, grids and
// files that were uploaded, as H2O's clients know them ("keys").
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "frame/frame.h"
#include "models/model.h"

namespace thalweg {

enum class EntryKind { kFrame, kModel, kGrid, kFile, kOther };

// Immutable once it is in the catalog; who found one may keep it after it has been removed.
class Entry {
 public:
  virtual ~Entry() = default;
  virtual EntryKind kind() const = 0;
  // Of memory, as far as it is this entry's alone or shared with other entries.
  virtual size_t ByteSize() const = 0;
  // Names of what belongs to it, and goes with it where a removal cascades.
  virtual std::vector<std::string> parts() const { return {}; }
};
using EntryPtr = std::shared_ptr<const Entry>;

class FrameEntry : public Entry {
 public:
  explicit FrameEntry(std::shared_ptr<const Frame> frame) : frame_(std::move(frame)) {}
  EntryKind kind() const override { return EntryKind::kFrame; }
  size_t ByteSize() const override { return frame_->ByteSize(); }
  const std::shared_ptr<const Frame>& frame() const { return frame_; }

 private:
  std::shared_ptr<const Frame> frame_;
};

// Rooms above derive from it to keep what else they know of a model (how it was trained).
class ModelEntry : public Entry {
 public:
  explicit ModelEntry(std::shared_ptr<const Model> model) : model_(std::move(model)) {}
  EntryKind kind() const override { return EntryKind::kModel; }
  size_t ByteSize() const override { return 0; }
  const std::shared_ptr<const Model>& model() const { return model_; }
  // Two classes: the same model, with rows of at least this probability of the last one predicted
  // so. UserError for others.
  virtual EntryPtr WithThreshold(double threshold) const;
  virtual double threshold() const { return 0.5; }

 private:
  std::shared_ptr<const Model> model_;
};

// There is nothing of this name (HTTP 404).
class NotFound : public UserError {
 public:
  // `why`, where it is known, follows in parentheses.
  NotFound(const std::string& what, std::string_view name, std::string_view why = "");
  const std::string& name() const { return name_; }
  const std::string& why() const { return why_; }

 private:
  std::string name_;
  std::string why_;
};

// UserError where this is no name for the catalog, as it is too long: names come from clients.
void RequireShortName(const std::string& name);

// Which command (jobs/commands.h) put an entry: the same on all ranks, as far as they hold the
// same.
struct EntryVersion {
  uint64_t command = 0;  // 0: outside of commands
  uint64_t nth = 0;      // of the puts of this command under this name
  bool operator==(const EntryVersion&) const = default;
};

// What this thread puts into catalogs belongs to this command.
class CommandScope {
 public:
  explicit CommandScope(uint64_t command);
  ~CommandScope();
  CommandScope(const CommandScope&) = delete;
  CommandScope& operator=(const CommandScope&) = delete;

 private:
  const uint64_t before_;
};

// Bounded in what clients can make grow by names alone. Thread rule: any thread may call any member
// at any time.
class Catalog {
 public:
  static constexpr size_t kMostNames = 500'000;
  static constexpr size_t kLongestName = 8'192;  // bytes; a path of the system has 4,096
  static constexpr size_t kMostProperties = 10'000;

  struct Item {
    std::string name;
    EntryPtr entry;
    uint64_t number = 0;  // of the put, never used twice; a renamed entry keeps it
    EntryVersion version;
  };

  // Under this name from now on; what was there is gone. UserError where the name is empty or too
  // long, or one too many.
  void Put(const std::string& name, EntryPtr entry);
  void PutFrame(const std::string& name, Frame frame);
  // Null if there is none.
  EntryPtr Find(const std::string& name) const;
  // Null if there is none of this name, or it is something else.
  template <class T>
  std::shared_ptr<const T> FindAs(const std::string& name) const {
    return std::dynamic_pointer_cast<const T>(Find(name));
  }
  // NotFound if there is none of this name; UserError if it is something else.
  std::shared_ptr<const Frame> GetFrame(const std::string& name) const;
  std::shared_ptr<const Model> GetModel(const std::string& name) const;

  // False if there was nothing.
  bool Remove(const std::string& name);
  // The same, as its rows are gone with ranks that were lost: who asks for it is told.
  void Lose(const std::string& name);
  // Empty where nothing is known.
  std::string WhyGone(const std::string& name) const;
  // All but those named.
  void RemoveAllBut(const std::vector<std::string>& kept);
  // False if there is nothing of the old name.
  bool Rename(const std::string& from, const std::string& to);
  // In the order in which they were put.
  std::vector<std::pair<std::string, EntryPtr>> List() const;
  std::vector<std::pair<std::string, EntryPtr>> List(EntryKind kind) const;
  // All at one moment, in the order in which they were put.
  std::vector<Item> Items() const;
  // Nothing where there is none of this name.
  std::optional<Item> FindItem(const std::string& name) const;
  size_t size() const;
  // Grows with every change of names or entries.
  uint64_t changes() const;
  // Returns changes() when it is more than `seen`, or after this time.
  uint64_t WaitForChange(uint64_t seen, std::chrono::milliseconds time) const;

  // `wished`, or, if it is taken, the first of wished1, wished2, … that is free: before ".hex" and
  // such (mixed.hex, mixed1.hex).
  std::string FreeName(const std::string& wished) const;

  // What a command changes from here on can be taken back until Keep: its puts, removals and
  // renames (by CommandScope). Properties are not.
  void Watch(uint64_t command);
  // The frames that this command has put and not removed again, in the order of their names; the
  // last one of each name.
  std::vector<std::shared_ptr<const Frame>> FramesOf(uint64_t command) const;
  // The end of a watch: the changes stay, or are taken back. False where there are none.
  bool Keep(uint64_t command);
  bool TakeBack(uint64_t command);
  // Another entry for the same thing: number and version stay. Nothing happens where this name has
  // another entry than `old` by now.
  void Replace(const std::string& name, const EntryPtr& old, EntryPtr entry);

  // Settings that the users of a server change by name; empty where nothing was set. UserError
  // where name and value together are longer than kLongestName, or there are kMostProperties
  // others.
  void SetProperty(const std::string& name, const std::string& value);
  void RemoveProperties(std::string_view prefix);
  std::string Property(const std::string& name) const;

 private:
  struct Held {
    EntryPtr entry;
    uint64_t number = 0;
    EntryVersion version;
  };
  // How a name stood before a watched command first changed it, and what that put there last.
  struct Change {
    std::optional<Held> before;
    EntryPtr after;
  };
  using Changes = std::map<std::string, Change>;

  // All with the mutex held. After: null for a removal.
  void Note(const std::string& name, const EntryPtr& after);
  void Changed();

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Held> entries_;
  std::map<uint64_t, Changes> watched_;
  std::set<std::string> lost_;
  uint64_t next_ = 0;
  uint64_t changes_ = 0;
  mutable std::condition_variable changed_;
  std::unordered_map<std::string, std::string> properties_;
};

}  // namespace thalweg
