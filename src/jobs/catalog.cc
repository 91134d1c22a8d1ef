#include "jobs/catalog.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"

namespace thalweg {
namespace {

const char* KindInWords(EntryKind kind) {
  switch (kind) {
    case EntryKind::kFrame:
      return "a frame";
    case EntryKind::kModel:
      return "a model";
    case EntryKind::kGrid:
      return "a grid";
    case EntryKind::kFile:
      return "a file";
    case EntryKind::kOther:
      break;
  }
  return "something else";
}

thread_local uint64_t t_command = 0;

}  // namespace

CommandScope::CommandScope(uint64_t command) : before_(t_command) { t_command = command; }
CommandScope::~CommandScope() { t_command = before_; }

NotFound::NotFound(const std::string& what, std::string_view name, std::string_view why)
    : UserError("there is no " + what + " " + Printable(name) + " in memory" +
                (why.empty() ? "" : " (" + std::string(why) + ")")),
      name_(name),
      why_(why) {}

void RequireShortName(const std::string& name) {
  if (name.size() <= Catalog::kLongestName) return;
  throw UserError("the name " + Printable(name) + " is too long: a name has at most " +
                  WithThousands(Catalog::kLongestName) + " bytes");
}

EntryPtr ModelEntry::WithThreshold(double /*threshold*/) const {
  throw UserError("this model has no threshold that can be set");
}

void Catalog::Put(const std::string& name, EntryPtr entry) {
  if (name.empty()) throw UserError("a name of something in memory must not be empty");
  RequireShortName(name);
  EntryPtr old;  // ends outside of the lock
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kMostNames && !entries_.contains(name)) {
    throw UserError(WithThousands(kMostNames) +
                    " names are in memory, as many as there may be: remove some first");
  }
  Note(name, entry);
  Held& held = entries_[name];
  old = std::move(held.entry);
  const bool again = old && held.version.command == t_command;
  held = {std::move(entry), next_++, {t_command, again ? held.version.nth + 1 : 0}};
  lost_.erase(name);
  Changed();
}

void Catalog::PutFrame(const std::string& name, Frame frame) {
  Put(name, std::make_shared<FrameEntry>(std::make_shared<const Frame>(std::move(frame))));
}

EntryPtr Catalog::Find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto it = entries_.find(name);
  return it == entries_.end() ? nullptr : it->second.entry;
}

std::shared_ptr<const Frame> Catalog::GetFrame(const std::string& name) const {
  const EntryPtr entry = Find(name);
  if (!entry) throw NotFound("frame", name, WhyGone(name));
  const auto* frame = dynamic_cast<const FrameEntry*>(entry.get());
  if (frame == nullptr) {
    throw UserError(Printable(name) + " is " + KindInWords(entry->kind()) + ", not a frame");
  }
  return frame->frame();
}

std::shared_ptr<const Model> Catalog::GetModel(const std::string& name) const {
  const EntryPtr entry = Find(name);
  if (!entry) throw NotFound("model", name);
  const auto* model = dynamic_cast<const ModelEntry*>(entry.get());
  if (model == nullptr) {
    throw UserError(Printable(name) + " is " + KindInWords(entry->kind()) + ", not a model");
  }
  return model->model();
}

bool Catalog::Remove(const std::string& name) {
  EntryPtr old;
  std::lock_guard lock(mutex_);
  const auto it = entries_.find(name);
  if (it == entries_.end()) return false;
  Note(name, nullptr);
  old = std::move(it->second.entry);
  entries_.erase(it);
  Changed();
  return true;
}

void Catalog::Lose(const std::string& name) {
  constexpr size_t kMostLost = 10'000;
  Remove(name);
  std::lock_guard lock(mutex_);
  if (lost_.size() < kMostLost) lost_.insert(name);
}

std::string Catalog::WhyGone(const std::string& name) const {
  std::lock_guard lock(mutex_);
  return lost_.contains(name) ? "ranks were lost that had both copies of its rows" : "";
}

void Catalog::RemoveAllBut(const std::vector<std::string>& kept) {
  const std::unordered_set<std::string> keep(kept.begin(), kept.end());
  std::vector<EntryPtr> old;
  std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](auto& named) {
    if (keep.contains(named.first)) return false;
    Note(named.first, nullptr);
    old.push_back(std::move(named.second.entry));
    return true;
  });
  Changed();
}

bool Catalog::Rename(const std::string& from, const std::string& to) {
  if (to.empty()) throw UserError("a name of something in memory must not be empty");
  RequireShortName(to);
  EntryPtr old;
  std::lock_guard lock(mutex_);
  const auto it = entries_.find(from);
  if (it == entries_.end()) return false;
  if (from == to) return true;
  Note(from, nullptr);
  Note(to, it->second.entry);
  Held moved = std::move(it->second);
  entries_.erase(it);
  Held& held = entries_[to];
  old = std::move(held.entry);
  held = std::move(moved);
  Changed();
  return true;
}

std::vector<Catalog::Item> Catalog::Items() const {
  std::vector<Item> items;
  {
    std::lock_guard lock(mutex_);
    items.reserve(entries_.size());
    for (const auto& [name, held] : entries_) {
      items.push_back({name, held.entry, held.number, held.version});
    }
  }
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return a.number < b.number; });
  return items;
}

std::optional<Catalog::Item> Catalog::FindItem(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto it = entries_.find(name);
  if (it == entries_.end()) return std::nullopt;
  return Item{name, it->second.entry, it->second.number, it->second.version};
}

std::vector<std::pair<std::string, EntryPtr>> Catalog::List() const {
  std::vector<std::pair<std::string, EntryPtr>> list;
  for (Item& item : Items()) list.emplace_back(std::move(item.name), std::move(item.entry));
  return list;
}

std::vector<std::pair<std::string, EntryPtr>> Catalog::List(EntryKind kind) const {
  auto list = List();
  std::erase_if(list, [&](const auto& entry) { return entry.second->kind() != kind; });
  return list;
}

size_t Catalog::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

uint64_t Catalog::changes() const {
  std::lock_guard lock(mutex_);
  return changes_;
}

uint64_t Catalog::WaitForChange(uint64_t seen, std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [&] { return changes_ > seen; });
  return changes_;
}

void Catalog::Note(const std::string& name, const EntryPtr& after) {
  const auto watched = watched_.find(t_command);
  if (watched == watched_.end()) return;
  const auto [change, first] = watched->second.try_emplace(name);
  if (first) {
    const auto it = entries_.find(name);
    if (it != entries_.end()) change->second.before = it->second;
  }
  change->second.after = after;
}

void Catalog::Watch(uint64_t command) {
  std::lock_guard lock(mutex_);
  watched_[command];
}

std::vector<std::shared_ptr<const Frame>> Catalog::FramesOf(uint64_t command) const {
  std::vector<std::shared_ptr<const Frame>> frames;
  std::lock_guard lock(mutex_);
  const auto watched = watched_.find(command);
  if (watched == watched_.end()) return frames;
  for (const auto& [name, change] : watched->second) {
    const auto* frame = dynamic_cast<const FrameEntry*>(change.after.get());
    if (frame != nullptr) frames.push_back(frame->frame());
  }
  return frames;
}

bool Catalog::Keep(uint64_t command) {
  Changes ended;  // outside of the lock
  std::lock_guard lock(mutex_);
  const auto watched = watched_.find(command);
  if (watched == watched_.end()) return false;
  ended = std::move(watched->second);
  watched_.erase(watched);
  return !ended.empty();
}

bool Catalog::TakeBack(uint64_t command) {
  Changes ended;
  std::vector<EntryPtr> old;
  std::lock_guard lock(mutex_);
  const auto watched = watched_.find(command);
  if (watched == watched_.end()) return false;
  ended = std::move(watched->second);
  watched_.erase(watched);
  for (auto& [name, change] : ended) {
    const auto it = entries_.find(name);
    if (it != entries_.end()) old.push_back(it->second.entry);
    if (change.before) {
      entries_[name] = std::move(*change.before);
    } else if (it != entries_.end()) {
      entries_.erase(it);
    }
  }
  if (!ended.empty()) Changed();
  return !ended.empty();
}

void Catalog::Replace(const std::string& name, const EntryPtr& old, EntryPtr entry) {
  std::lock_guard lock(mutex_);
  const auto it = entries_.find(name);
  if (it == entries_.end() || it->second.entry != old) return;
  it->second.entry = std::move(entry);
  Changed();
}

void Catalog::Changed() {
  ++changes_;
  changed_.notify_all();
}

std::string Catalog::FreeName(const std::string& wished) const {
  std::lock_guard lock(mutex_);
  if (!entries_.contains(wished)) return wished;
  const size_t dot = std::min(wished.rfind('.'), wished.size());
  for (uint64_t i = 1;; ++i) {
    std::string name = wished.substr(0, dot) + std::to_string(i) + wished.substr(dot);
    if (!entries_.contains(name)) return name;
  }
}

void Catalog::SetProperty(const std::string& name, const std::string& value) {
  if (name.size() + value.size() > kLongestName) {
    throw UserError("the property " + Printable(name) +
                    " is too long: name and value have at most " + WithThousands(kLongestName) +
                    " bytes together");
  }
  std::lock_guard lock(mutex_);
  if (value.empty()) {
    properties_.erase(name);
    return;
  }
  if (properties_.size() >= kMostProperties && !properties_.contains(name)) {
    throw UserError(WithThousands(kMostProperties) +
                    " properties are set, as many as there may be: set some to nothing, or end the "
                    "sessions that have them");
  }
  properties_[name] = value;
}

void Catalog::RemoveProperties(std::string_view prefix) {
  std::lock_guard lock(mutex_);
  std::erase_if(properties_, [&](const auto& each) { return each.first.starts_with(prefix); });
}

std::string Catalog::Property(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto it = properties_.find(name);
  return it == properties_.end() ? "" : it->second;
}

}  // namespace thalweg
