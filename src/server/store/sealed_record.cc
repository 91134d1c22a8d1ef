#include "server/store/sealed_record.h"

#include <cstring>

#include "base/byte_record.h"
#include "base/checksum.h"
#include "base/error.h"

namespace thalweg {
namespace {

constexpr std::string_view kMagic = "THALWEGR";
constexpr uint64_t kVersion = 1;
constexpr size_t kHead = 24;

}  // namespace

std::string SealedBytes(const SealedRecord& record) {
  internal::ByteWriter rest;
  rest.Text(record.kind);
  rest.Text(record.name);
  rest.Text(record.content);
  internal::ByteWriter head;
  head.Number(kVersion);
  head.Number(Checksum(rest.bytes()));
  return std::string(kMagic) + head.bytes() + rest.bytes();
}

SealedRecord ReadSealed(std::string_view bytes, const std::string& source) {
  if (!bytes.starts_with(kMagic)) throw UserError(source + ": it is no file of a data directory");
  if (bytes.size() < kHead) throw UserError(source + ": it is cut off");
  internal::ByteReader head(bytes.substr(kMagic.size(), kHead - kMagic.size()), source);
  if (head.Number() != kVersion) {
    throw UserError(source + ": it is of a version that this program does not read");
  }
  const std::string_view rest = bytes.substr(kHead);
  if (head.Number() != Checksum(rest)) throw UserError(source + ": it is cut off or damaged");
  internal::ByteReader reader(rest, source);
  SealedRecord record;
  record.kind = reader.Text();
  record.name = reader.Text();
  record.content = reader.Text();
  if (!reader.empty()) reader.Refuse();
  return record;
}

}  // namespace thalweg
