// The one file inside a zip archive, with libarchive.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "ingest/sources/codec.h"

namespace thalweg::internal {
namespace {

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};
using ArchivePtr = std::unique_ptr<archive, FreeArchive>;

ArchivePtr OpenArchive(const ByteSource& stored) {
  ArchivePtr archive(archive_read_new());
  Check(archive != nullptr, "libarchive starts");
  archive_read_support_format_zip(archive.get());
  const std::span<const char> bytes = stored.mapped();
  if (archive_read_open_memory(archive.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    throw UserError(fmt::format("{}: cannot read the zip archive: {}", stored.name(),
                                archive_error_string(archive.get())));
  }
  return archive;
}

std::string_view ErrorOf(archive* a) {
  const char* text = archive_error_string(a);
  return text != nullptr ? text : "the archive is damaged";
}

// The next entry's path; null at the end. Warnings (odd names) are no errors.
archive_entry* NextEntry(archive* a, const std::string& name) {
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(a, &entry);
  if (status == ARCHIVE_EOF) return nullptr;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    throw UserError(fmt::format("{}: corrupt or truncated zip archive: {}", name, ErrorOf(a)));
  }
  return entry;
}

std::string PathOf(archive_entry* entry) {
  const char* path = archive_entry_pathname(entry);
  return path != nullptr ? path : "";
}

// Files that Finder and other tools leave in archives.
bool IsData(archive_entry* entry) {
  if (archive_entry_filetype(entry) != AE_IFREG) return false;
  const std::string path = PathOf(entry);
  const size_t slash = path.rfind('/');
  const std::string file = slash == std::string::npos ? path : path.substr(slash + 1);
  return !path.starts_with("__MACOSX/") && !file.empty() && file[0] != '.';
}

class ZipSource : public ByteSource {
 public:
  ZipSource(std::unique_ptr<ByteSource> stored, ArchivePtr archive, double max_expansion)
      : stored_(std::move(stored)), archive_(std::move(archive)), limit_(*stored_, max_expansion) {}

  size_t Read(std::span<char> out) override {
    size_t filled = 0;
    while (filled < out.size()) {
      const la_ssize_t count =
          archive_read_data(archive_.get(), out.data() + filled, out.size() - filled);
      if (count == 0) break;
      if (count < 0) {
        throw UserError(fmt::format("{}: corrupt or truncated zip archive: {}", name(),
                                    ErrorOf(archive_.get())));
      }
      filled += static_cast<size_t>(count);
    }
    produced_ += filled;
    limit_.Verify(produced_);
    return filled;
  }
  const std::string& name() const override { return stored_->name(); }
  uint64_t position() const override {
    return static_cast<uint64_t>(std::max<la_int64_t>(archive_filter_bytes(archive_.get(), -1), 0));
  }
  uint64_t size() const override { return stored_->size(); }

 private:
  std::unique_ptr<ByteSource> stored_;
  ArchivePtr archive_;
  ExpansionLimit limit_;
  uint64_t produced_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> MakeZipSource(std::unique_ptr<ByteSource> archive,
                                          double max_expansion) {
  const std::string& name = archive->name();
  // Two passes: which files are there, then to the one.
  std::vector<std::string> files;
  bool encrypted = false;
  const ArchivePtr listing = OpenArchive(*archive);
  while (archive_entry* entry = NextEntry(listing.get(), name)) {
    if (PathOf(entry) == "xl/workbook.xml") return archive;
    if (!IsData(entry)) continue;
    files.push_back(PathOf(entry));
    encrypted = encrypted || archive_entry_is_encrypted(entry) != 0;
  }
  if (files.empty()) throw UserError(name + ": the zip archive holds no file");
  if (files.size() > 1) {
    throw UserError(
        fmt::format("{}: the zip archive holds {} files ({}, {}{}), and one is "
                    "expected; unpack it and name the folder",
                    name, files.size(), Printable(files[0]), Printable(files[1]),
                    files.size() > 2 ? ", …" : ""));
  }
  if (encrypted) throw UserError(name + ": the zip archive is encrypted; unpack it first");
  ArchivePtr content = OpenArchive(*archive);
  while (archive_entry* entry = NextEntry(content.get(), name)) {
    if (IsData(entry)) {
      return std::make_unique<ZipSource>(std::move(archive), std::move(content), max_expansion);
    }
  }
  throw InternalError("the file seen in the first pass is there in the second");
}

std::optional<std::string> ReadZipMember(const ByteSource& archive, const std::string& path,
                                         double max_expansion) {
  const ArchivePtr a = OpenArchive(archive);
  const ExpansionLimit limit(archive, max_expansion);
  while (archive_entry* entry = NextEntry(a.get(), archive.name())) {
    if (PathOf(entry) != path) continue;
    std::string content;
    size_t filled = 0;
    while (true) {
      if (filled == content.size()) content.resize(std::max<size_t>(2 * filled, 1 << 16));
      const la_ssize_t count =
          archive_read_data(a.get(), content.data() + filled, content.size() - filled);
      if (count < 0) {
        throw UserError(fmt::format("{}: corrupt or truncated zip archive: {}", archive.name(),
                                    ErrorOf(a.get())));
      }
      filled += static_cast<size_t>(count);
      limit.Verify(filled);
      if (count == 0) break;
    }
    content.resize(filled);
    return content;
  }
  return std::nullopt;
}

}  // namespace thalweg::internal
