#include "jobs/take_over.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/json.h"

namespace thalweg {
namespace {

// Name and version as text, the same on all ranks.
std::string VersionText(const Catalog::Item& item) {
  return FormatJson(JsonArray{item.name, item.version.command, item.version.nth});
}

// In the order of VersionText.
std::vector<Catalog::Item> CommonItems(const Catalog& catalog, Communicator& ranks) {
  std::map<std::string, Catalog::Item> here;
  JsonArray texts;
  for (Catalog::Item& item : catalog.Items()) {
    if (item.entry->kind() != EntryKind::kFrame) continue;
    std::string text = VersionText(item);
    texts.emplace_back(text);
    here.emplace(std::move(text), std::move(item));
  }
  std::map<std::string, int> holders;
  for (const std::string& list : ranks.AllGather(FormatJson(texts))) {
    const Json frames = ParseJson(list, "a rank's frames");
    for (const Json& text : frames.as_array()) ++holders[std::string(text.as_string())];
  }
  std::vector<Catalog::Item> common;
  for (const auto& [text, count] : holders) {
    if (count == ranks.size()) common.push_back(std::move(here.at(text)));
  }
  return common;
}

const std::shared_ptr<const Frame>& FrameOf(const Catalog::Item& item) {
  return dynamic_cast<const FrameEntry&>(*item.entry).frame();
}

// Who of the ranks before was lost, and who takes over.
class Heirs {
 public:
  Heirs(const std::vector<int>& lost, int before) : lost_(lost), before_(before) {}

  bool IsLost(int rank) const { return std::binary_search(lost_.begin(), lost_.end(), rank); }
  int before() const { return before_; }
  int survivors() const { return before_ - static_cast<int>(lost_.size()); }
  int HeirOf(int rank) const { return HolderOf(rank, before_); }
  // Numbers among the survivors, and back.
  int After(int rank) const {
    return rank -
           static_cast<int>(std::lower_bound(lost_.begin(), lost_.end(), rank) - lost_.begin());
  }
  int Before(int survivor) const {
    int rank = survivor;
    for (const int lost : lost_) rank += lost <= rank ? 1 : 0;
    return rank;
  }
  bool HasTakenOver(int rank) const {
    return std::any_of(lost_.begin(), lost_.end(), [&](int lost) { return HeirOf(lost) == rank; });
  }

  Layout After(const Layout& layout) const {
    Layout after = layout;
    // From the back, so that the numbers before stay.
    for (auto it = lost_.rbegin(); it != lost_.rend(); ++it) {
      const auto rank = static_cast<size_t>(*it);
      after = after.WithoutRank(
          rank,
          static_cast<int>(rank) + 1 < before_ && rank + 1 < after.ranks() ? rank + 1 : rank - 1);
    }
    return after;
  }

 private:
  const std::vector<int>& lost_;
  const int before_;
};

bool Owns(const Layout& layout, int rank, size_t chunk) {
  const auto r = static_cast<size_t>(rank);
  return layout.FirstChunkOf(r) <= chunk && chunk < layout.FirstChunkOf(r + 1);
}

bool IsEmpty(const Layout& layout, int rank) {
  const auto r = static_cast<size_t>(rank);
  return layout.FirstChunkOf(r) == layout.FirstChunkOf(r + 1);
}

// Whether every chunk that this rank is the heir of is here, and every lost rank has an heir.
bool CanTakeOver(const Frame& frame, const Replicas& replicas, const Heirs& heirs,
                 const std::vector<int>& lost, int me) {
  const Layout& layout = frame.layout();
  for (const int rank : lost) {
    if (IsEmpty(layout, rank)) continue;
    const int heir = heirs.HeirOf(rank);
    if (heirs.IsLost(heir)) return false;
    if (heir != me) continue;
    const auto r = static_cast<size_t>(rank);
    for (size_t c = 0; c < frame.columns(); ++c) {
      const std::vector<ChunkPtr> copies = replicas.Of(frame.column_ptr(c));
      for (size_t i = layout.FirstChunkOf(r); i < layout.FirstChunkOf(r + 1); ++i) {
        if (i >= copies.size() || !copies[i]) return false;
      }
    }
  }
  return true;
}

}  // namespace

std::vector<std::shared_ptr<const Frame>> CommonFrames(const Catalog& catalog,
                                                       Communicator& ranks) {
  std::vector<std::shared_ptr<const Frame>> frames;
  for (const Catalog::Item& item : CommonItems(catalog, ranks)) frames.push_back(FrameOf(item));
  return frames;
}

TakeOver::TakeOver(const Catalog& catalog, const Replicas& replicas, const std::vector<int>& lost,
                   int before, Communicator& survivors) {
  const Heirs heirs(lost, before);
  const int me = heirs.Before(survivors.rank());
  std::vector<Catalog::Item> items = CommonItems(catalog, survivors);
  std::erase_if(items, [&](const Catalog::Item& item) {
    return FrameOf(item)->layout().ranks() != static_cast<size_t>(before) || before == 1;
  });

  std::string can;
  for (const Catalog::Item& item : items) {
    can += CanTakeOver(*FrameOf(item), replicas, heirs, lost, me) ? '1' : '0';
  }
  std::string all(items.size(), '1');
  for (const std::string& theirs : survivors.AllGather(can)) {
    for (size_t i = 0; i < all.size(); ++i) all[i] = std::min(all[i], theirs[i]);
  }

  // New objects on every rank, also where the cells are the same: what was computed of the old
  // ones on some ranks must not be found there alone.
  std::unordered_map<const Column*, ColumnPtr> columns;
  for (size_t n = 0; n < items.size(); ++n) {
    if (all[n] == '0') {
      gone_.push_back(items[n].name);
      continue;
    }
    const Frame& frame = *FrameOf(items[n]);
    const Layout& old = frame.layout();
    const auto layout = std::make_shared<const Layout>(heirs.After(old));
    std::vector<ColumnPtr> in_order;
    for (size_t c = 0; c < frame.columns(); ++c) {
      ColumnPtr& column = columns[&frame.column(c)];
      if (!column) {
        const std::vector<ChunkPtr> held = replicas.Of(frame.column_ptr(c));
        std::vector<ChunkPtr> chunks(old.chunks());
        std::vector<ChunkPtr> copies(old.chunks());
        for (size_t i = 0; i < old.chunks(); ++i) {
          chunks[i] = frame.column(c).chunk_ptr(i);
          if (!chunks[i] && Owns(*layout, survivors.rank(), i)) chunks[i] = held[i];
          if (chunks[i] || i >= held.size() || !held[i]) continue;
          // A copy for a rank whose chunks are as they were, and that still leaves it here.
          const int owner = static_cast<int>(old.OwnerOf(i));
          if (heirs.survivors() > 1 && !heirs.IsLost(owner) && !heirs.HasTakenOver(owner) &&
              HolderOf(heirs.After(owner), heirs.survivors()) == survivors.rank()) {
            copies[i] = held[i];
          }
        }
        column = std::make_shared<const Column>(frame.column(c).type(), std::move(chunks),
                                                frame.column(c).domain());
        copies_.push_back({column, std::move(copies)});
      }
      in_order.push_back(column);
    }
    kept_.push_back({items[n].name, items[n].entry,
                     std::make_shared<const FrameEntry>(std::make_shared<const Frame>(
                         layout, frame.names(), std::move(in_order)))});
  }
}

void TakeOver::Apply(Catalog& catalog, Replicas& replicas) const {
  for (const Copies& copies : copies_) replicas.Put(copies.column, copies.chunks);
  for (const Kept& kept : kept_) catalog.Replace(kept.name, kept.before, kept.after);
  for (const std::string& name : gone_) catalog.Lose(name);
  replicas.Sweep();
}

}  // namespace thalweg
