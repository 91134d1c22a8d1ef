#include <fmt/format.h>

#include "base/byte_record.h"
#include "base/error.h"
#include "frame/types.h"
#include "ingest/csv/read_planned.h"

namespace thalweg::internal {
namespace {

// All that decides on the cells.
std::string Digest(const CsvPlan& plan) {
  ByteWriter writer;
  const CsvSyntax& syntax = plan.dialect.syntax;
  writer.Text(std::string_view(&syntax.separator, 1));
  writer.Number(plan.block_bytes);
  for (const ColumnPlan& column : plan.columns) {
    writer.Text(column.name);
    writer.Text(ColumnTypeName(column.type));
  }
  for (const FilePlan& file : plan.files) {
    writer.Number(file.cells);
    writer.Number(file.data_begin);
    for (const int64_t position : file.positions) writer.Number(static_cast<uint64_t>(position));
  }
  return writer.bytes();
}

std::string Files(const CsvPlan& plan) {
  ByteWriter writer;
  for (const FilePlan& file : plan.files) {
    writer.Text(file.input.name);
    writer.Number(file.stored_bytes);
    writer.Number(file.mapped_bytes);
  }
  return writer.bytes();
}

// What two ranks see otherwise.
std::string Difference(const CsvPlan& plan, const std::string& theirs, int rank, int other) {
  ByteReader reader(theirs, "a rank's files");
  for (const FilePlan& file : plan.files) {
    if (reader.empty()) break;
    const std::string name(reader.Text());
    const uint64_t bytes = reader.Number();
    reader.Number();
    if (name != file.input.name) continue;
    if (bytes != file.stored_bytes) {
      return fmt::format("{} has {} bytes on rank {} and {} on rank {}", name, file.stored_bytes,
                         rank, bytes, other);
    }
  }
  return fmt::format("rank {} and rank {} find other files", rank, other);
}

}  // namespace

void CheckPlansAgree(const CsvPlan& plan, Communicator& ranks) {
  if (ranks.size() == 1) return;
  constexpr std::string_view kAdvice =
      "all ranks must see the same files: on a file system that they share, or copies at the same "
      "place";
  const std::vector<std::string> files = ranks.AllGather(Files(plan));
  for (int rank = 1; rank < ranks.size(); ++rank) {
    if (files[static_cast<size_t>(rank)] == files[0]) continue;
    // Told in the same words by all.
    const std::string told = ranks.Broadcast(
        ranks.rank() == 0 ? Difference(plan, files[static_cast<size_t>(rank)], 0, rank)
                          : std::string(),
        0);
    throw UserError(fmt::format("{}; {}", told, kAdvice));
  }
  const std::vector<std::string> digests = ranks.AllGather(Digest(plan));
  for (const std::string& digest : digests) {
    if (digest != digests[0]) {
      throw UserError(fmt::format("files have other contents on other ranks; {}", kAdvice));
    }
  }
}

}  // namespace thalweg::internal
