#include "server/store/frame_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>

#include "base/byte_record.h"
#include "base/checksum.h"
#include "base/error.h"
#include "frame/chunk_bytes.h"
#include "mapreduce/gather_frame.h"
#include "server/store/private_file.h"

namespace thalweg {
namespace {

using internal::ByteReader;
using internal::ByteWriter;

constexpr std::string_view kMagic = "THALWEGF";
constexpr uint64_t kVersion = 1;
constexpr size_t kHead = 16;
constexpr size_t kTail = 32;
// Of each rank, on its way to rank 0.
constexpr size_t kRoundBytes = 8 << 20;

constexpr std::array kTypes = {ColumnType::kReal, ColumnType::kInteger, ColumnType::kCategorical,
                               ColumnType::kTime, ColumnType::kString,  ColumnType::kUuid};

// What is written once of columns that stand in the frame more than once.
struct Slots {
  explicit Slots(const Frame& frame) {
    std::unordered_map<const Column*, size_t> known;
    for (size_t c = 0; c < frame.columns(); ++c) {
      const auto [slot, fresh] = known.emplace(&frame.column(c), columns.size());
      if (fresh) columns.push_back(&frame.column(c));
      slot_of.push_back(slot->second);
    }
  }
  std::vector<const Column*> columns;
  std::vector<size_t> slot_of;
};

struct WrittenChunk {
  uint64_t offset = 0;
  uint64_t length = 0;
  uint64_t checksum = 0;
};

std::string RecordOf(const Frame& frame, const std::string& name, const Slots& slots,
                     const std::vector<WrittenChunk>& chunks) {
  ByteWriter out;
  out.Text(name);
  const Layout& layout = frame.layout();
  out.Number(layout.chunks());
  for (size_t i = 0; i < layout.chunks(); ++i) {
    out.Number(static_cast<uint64_t>(layout.ChunkStart(i)));
  }
  out.Number(static_cast<uint64_t>(frame.rows()));
  out.Number(frame.columns());
  for (size_t c = 0; c < frame.columns(); ++c) {
    out.Text(frame.name(c));
    out.Number(slots.slot_of[c]);
  }
  out.Number(slots.columns.size());
  for (const Column* column : slots.columns) {
    out.Text(ColumnTypeName(column->type()));
    out.Number(column->domain() ? 1 : 0);
    if (!column->domain()) continue;
    out.Number(column->domain()->size());
    for (const std::string& level : column->domain()->levels()) out.Text(level);
  }
  for (const WrittenChunk& chunk : chunks) {
    out.Number(chunk.offset);
    out.Number(chunk.length);
    out.Number(chunk.checksum);
  }
  return out.bytes();
}

}  // namespace

void WriteFrameFile(const Frame& part, const std::string& name, const std::string& path,
                    Communicator& ranks) {
  const Layout& layout = part.layout();
  const Slots slots(part);
  const bool in_parts = layout.ranks() > 1;
  const auto me = static_cast<size_t>(ranks.rank());
  const bool first = me == 0;
  size_t begin = 0;
  size_t end = first ? layout.chunks() : 0;
  if (in_parts) {
    begin = layout.FirstChunkOf(me);
    end = layout.FirstChunkOf(me + 1);
  }
  std::optional<PrivateFile> file;
  std::vector<WrittenChunk> written;
  if (first) {
    file.emplace(path);
    ByteWriter version;
    version.Number(kVersion);
    file->Write(kMagic);
    file->Write(version.bytes());
    written.resize(slots.columns.size() * layout.chunks());
  }
  const auto take = [&](uint64_t place, std::string_view bytes) {
    Check(place < written.size(), "a chunk of the frame");
    written[place] = {file->size(), bytes.size(), Checksum(bytes)};
    file->Write(bytes);
  };
  size_t slot = 0;
  size_t chunk = begin;
  const auto next = [&](std::string* bytes) {  // the place of the next chunk
    bytes->clear();
    AppendChunkBytes(slots.columns[slot]->chunk(chunk), *bytes);
    const size_t place = slot * layout.chunks() + chunk;
    if (++chunk == end) {
      chunk = begin;
      ++slot;
    }
    return static_cast<uint64_t>(place);
  };
  if (begin == end) slot = slots.columns.size();  // nothing to give
  std::string bytes;
  if (first) {
    while (slot < slots.columns.size()) {
      const uint64_t place = next(&bytes);
      take(place, bytes);
    }
  }
  while (in_parts) {
    ByteWriter mine;
    while (slot < slots.columns.size() && mine.bytes().size() < kRoundBytes) {
      mine.Number(next(&bytes));
      mine.Text(bytes);
    }
    int64_t given = mine.bytes().empty() ? 0 : 1;
    ranks.AllReduceSum(std::span<int64_t>(&given, 1));
    if (given == 0) break;
    std::vector<std::string> to_each(static_cast<size_t>(ranks.size()));
    to_each[0] = mine.bytes();
    const std::vector<std::string> came = ranks.AllToAll(std::move(to_each));
    if (!first) continue;
    for (const std::string& from_one : came) {
      ByteReader reader(from_one, "another rank");
      while (!reader.empty()) {
        const uint64_t place = reader.Number();
        take(place, reader.Text());
      }
    }
  }
  if (!first) return;
  const std::string record = RecordOf(part, name, slots, written);
  ByteWriter tail;
  tail.Number(file->size());
  tail.Number(record.size());
  tail.Number(Checksum(record));
  file->Write(record);
  file->Write(tail.bytes());
  file->Write(kMagic);
  file->Sync();
}

FrameFile::FrameFile(const std::string& path, std::string source) : source_(std::move(source)) {
  descriptor_ = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor_ < 0) Refuse(std::string("cannot open: ") + std::strerror(errno));
  try {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) Refuse("it is no file");
    size_ = static_cast<uint64_t>(status.st_size);
    if (size_ < kHead || !ReadBytes(0, kHead).starts_with(kMagic)) Refuse("it is no frame");
    const std::string version = ReadBytes(kMagic.size(), sizeof(kVersion));
    if (ByteReader(version, source_).Number() != kVersion)
      Refuse("it is of a version that this program does not read");
    if (size_ < kHead + kTail) Refuse("it is cut off");
    const std::string tail = ReadBytes(size_ - kTail, kTail);
    if (!tail.ends_with(kMagic)) Refuse("it is cut off");
    ByteReader places(tail, source_);
    const uint64_t offset = places.Number(), length = places.Number();
    const uint64_t checksum = places.Number();
    if (offset > size_ || length != size_ - kTail - offset) Refuse("it is damaged");
    const std::string record = ReadBytes(offset, length);
    if (Checksum(record) != checksum) Refuse("it is damaged");
    ReadRecord(record);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

FrameFile::~FrameFile() { close(descriptor_); }

void FrameFile::Refuse(const std::string& what) const { throw UserError(source_ + ": " + what); }

uint64_t FrameFile::bytes() const { return size_; }

std::string FrameFile::ReadBytes(uint64_t offset, uint64_t length) const {
  if (offset > size_ || length > size_ - offset) Refuse("it is cut off");
  std::string bytes(length, '\0');
  size_t have = 0;
  while (have < length) {
    const ssize_t got =
        pread(descriptor_, bytes.data() + have, length - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Refuse(std::string("cannot read: ") + std::strerror(errno));
    if (got == 0) Refuse("it is cut off");
    have += static_cast<size_t>(got);
  }
  return bytes;
}

void FrameFile::ReadRecord(std::string_view bytes) {
  ByteReader in(bytes, source_);
  name_ = in.Text();
  const uint64_t chunks = in.Count(8);
  for (uint64_t i = 0; i <= chunks; ++i) {
    const uint64_t start = in.Number();
    const bool fits =
        start <= uint64_t{std::numeric_limits<int64_t>::max()} &&
        (starts_.empty() ? start == 0 : static_cast<int64_t>(start) >= starts_.back());
    if (!fits) in.Refuse();
    starts_.push_back(static_cast<int64_t>(start));
  }
  const uint64_t columns = in.Count(16);
  for (uint64_t c = 0; c < columns; ++c) {
    names_.emplace_back(in.Text());
    slot_of_.push_back(in.Number());
  }
  const uint64_t slots = in.Count(16);
  for (const size_t slot : slot_of_) {
    if (slot >= slots) in.Refuse();
  }
  for (uint64_t s = 0; s < slots; ++s) {
    Slot slot;
    const std::string_view type = in.Text();
    const auto* known = std::find_if(kTypes.begin(), kTypes.end(),
                                     [&](ColumnType t) { return ColumnTypeName(t) == type; });
    if (known == kTypes.end()) in.Refuse();
    slot.type = *known;
    if (in.Number() == 1) {
      std::vector<std::string> levels(in.Count(8));
      for (std::string& level : levels) level = in.Text();
      slot.domain = std::make_shared<const Domain>(std::move(levels));
    }
    if ((slot.type == ColumnType::kCategorical) != (slot.domain != nullptr)) in.Refuse();
    slots_.push_back(std::move(slot));
  }
  for (uint64_t i = 0; i < slots * chunks; ++i) {
    Place place;
    place.offset = in.Number();
    place.length = in.Number();
    place.checksum = in.Number();
    places_.push_back(place);
  }
  if (!in.empty()) in.Refuse();
}

ChunkPtr FrameFile::ReadChunk(const Slot& slot, const Place& place) const {
  const std::string bytes = ReadBytes(place.offset, place.length);
  if (Checksum(bytes) != place.checksum) Refuse("it is damaged");
  std::string_view rest = bytes;
  try {
    ChunkPtr chunk = TakeChunk(rest);
    const bool text = chunk->encoding() == EncodingId::kStringPlain ||
                      chunk->encoding() == EncodingId::kStringDictionary;
    const bool uuid = chunk->encoding() == EncodingId::kUuidPlain;
    // A chunk of one value may stand for any type.
    const bool any = chunk->encoding() == EncodingId::kConstant;
    const bool fits = any || (text == (slot.type == ColumnType::kString) &&
                              uuid == (slot.type == ColumnType::kUuid));
    if (static_cast<size_t>(chunk->encoding()) >= kEncodingCount || !fits || !rest.empty()) {
      Refuse("it is damaged");
    }
    return chunk;
  } catch (const InternalError&) {
    Refuse("it is damaged");
  }
}

Frame FrameFile::Read(const Communicator& ranks) const {
  const size_t chunks = starts_.size() - 1;
  const auto layout_of = [&] {
    const Frame empty(std::make_shared<const Layout>(starts_), {}, {});
    return KeepOwnChunks(empty, ranks).layout_ptr();
  };
  const LayoutPtr layout = layout_of();
  const auto me = static_cast<size_t>(ranks.rank());
  std::vector<ColumnPtr> distinct;
  for (size_t s = 0; s < slots_.size(); ++s) {
    std::vector<ChunkPtr> own(chunks);
    for (size_t i = layout->FirstChunkOf(me); i < layout->FirstChunkOf(me + 1); ++i) {
      own[i] = ReadChunk(slots_[s], places_[s * chunks + i]);
      if (own[i]->rows() != layout->ChunkRows(i)) Refuse("it is damaged");
    }
    distinct.push_back(
        std::make_shared<const Column>(slots_[s].type, std::move(own), slots_[s].domain));
  }
  std::vector<ColumnPtr> columns;
  for (const size_t slot : slot_of_) columns.push_back(distinct[slot]);
  return {layout, names_, std::move(columns)};
}

}  // namespace thalweg
