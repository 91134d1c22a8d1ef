// A frame in a file of the data directory: its chunks as they are in memory, so that every cell and
// type comes back bit by bit, on any number of ranks.
//
//   bytes 0-7    "THALWEGF"
//   bytes 8-15   version of the format: 1 (numbers are little-endian)
//   then         chunks (frame/chunk_bytes.h), in any order
//   then         the record: name; where the chunks start; columns (name, slot); slots (type,
//                domain), one for each distinct column; for each slot and chunk its place, length
//                and XXH3 checksum
//   last 32      the record's place, length and checksum; "THALWEGF"
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

// Writes the frame under this path (server/store/private_file.h); it is on the disk when this
// returns. A collective: each rank gives its part, rank 0 writes, and what is under way between
// them is bounded. UserError on rank 0 where it cannot be written.
void WriteFrameFile(const Frame& part, const std::string& name, const std::string& path,
                    Communicator& ranks);

// A frame file that is read. What is in its chunks is trusted where their checksums fit.
class FrameFile {
 public:
  // UserError that begins with `source` where it is something else, cut off or damaged.
  FrameFile(const std::string& path, std::string source);
  ~FrameFile();
  FrameFile(const FrameFile&) = delete;
  FrameFile& operator=(const FrameFile&) = delete;

  const std::string& name() const { return name_; }
  // Of memory that the whole frame will take.
  uint64_t bytes() const;
  // This rank's part. No communication. UserError as above.
  Frame Read(const Communicator& ranks) const;

 private:
  struct Place {
    uint64_t offset = 0;
    uint64_t length = 0;
    uint64_t checksum = 0;
  };
  struct Slot {
    ColumnType type = ColumnType::kReal;
    DomainPtr domain;
  };
  std::string ReadBytes(uint64_t offset, uint64_t length) const;
  void ReadRecord(std::string_view bytes);
  ChunkPtr ReadChunk(const Slot& slot, const Place& place) const;
  [[noreturn]] void Refuse(const std::string& what) const;

  const std::string source_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  std::string name_;
  std::vector<int64_t> starts_;
  std::vector<std::string> names_;
  std::vector<size_t> slot_of_;  // of each column
  std::vector<Slot> slots_;
  std::vector<Place> places_;  // of slot s and chunk c: s * chunks + c
};

}  // namespace thalweg
