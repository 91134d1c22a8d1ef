#include "server/http/multipart.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {

namespace {

constexpr size_t kWindow = 1 << 20;
constexpr size_t kMaxBoundary = 70;  // RFC 2046, section 5.1.1

[[noreturn]] void Malformed(const std::string& what) {
  throw UserError("the multipart/form-data body is malformed: " + what);
}

// The bytes of a body, in memory or in a file.
class Bytes {
 public:
  virtual ~Bytes() = default;
  uint64_t size() const { return size_; }
  // At most `count` bytes from `offset` on; valid until the next call.
  virtual std::string_view At(uint64_t offset, size_t count) = 0;

 protected:
  uint64_t size_ = 0;
};

class MemoryBytes final : public Bytes {
 public:
  explicit MemoryBytes(std::string_view text) : text_(text) { size_ = text.size(); }
  std::string_view At(uint64_t offset, size_t count) override {
    return offset >= text_.size() ? std::string_view() : text_.substr(offset, count);
  }

 private:
  std::string_view text_;
};

// A descriptor that is closed in the end.
struct File {
  explicit File(int opened) : descriptor(opened) {}
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const int descriptor;
};

class FileBytes final : public Bytes {
 public:
  explicit FileBytes(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    if (file_.descriptor < 0 || fstat(file_.descriptor, &status) != 0) {
      throw UserError("the upload cannot be read back from the server's disk");
    }
    size_ = static_cast<uint64_t>(status.st_size);
  }

  std::string_view At(uint64_t offset, size_t count) override {
    buffer_.resize(count);
    size_t total = 0;
    while (total < count) {
      const ssize_t bytes = pread(file_.descriptor, buffer_.data() + total, count - total,
                                  static_cast<off_t>(offset + total));
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes < 0) throw UserError("the upload cannot be read back from the server's disk");
      if (bytes == 0) break;
      total += static_cast<size_t>(bytes);
    }
    return {buffer_.data(), total};
  }

 private:
  File file_;
  std::string buffer_;
};

// Where a delimiter stands and where what follows it begins.
struct Delimiter {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool last = false;
};

constexpr size_t kMaxBlanks = 100;

// The "--boundary" line that a text begins with, if there is one: a longer word is none. `offset`
// is the text's place in the body.
std::optional<Delimiter> ReadDelimiter(std::string_view text, uint64_t offset,
                                       std::string_view marker) {
  text = text.substr(0, marker.size() + kMaxBlanks);
  if (!text.starts_with(marker)) return {};
  size_t at = marker.size();
  if (text.substr(at, 2) == "--") return Delimiter{offset, offset + at + 2, true};
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  if (text.substr(at, 2) != "\r\n") return {};
  return Delimiter{offset, offset + at + 2, false};
}

// Each byte is looked at about once, whatever the body holds.
Delimiter FindDelimiter(Bytes& bytes, uint64_t from, std::string_view marker) {
  const std::string line = "\r\n" + std::string(marker);
  while (from < bytes.size()) {
    const std::string_view text = bytes.At(from, kWindow);
    const bool last = from + text.size() >= bytes.size();
    // So near to the window's end that a delimiter may be cut.
    const size_t whole = text.size() - std::min(text.size(), line.size() + kMaxBlanks);
    size_t at = 0;
    for (; (at = text.find(line, at)) != std::string_view::npos; ++at) {
      if (!last && at > whole) break;
      if (auto delimiter = ReadDelimiter(text.substr(at + 2), from + at + 2, marker)) {
        delimiter->begin -= 2;
        return *delimiter;
      }
    }
    if (last) break;
    from += at == std::string_view::npos ? whole + 1 : at;
  }
  Malformed("a part has no end");
}

// `name` of: form-data; name="value"; quotes may be left out, \ keeps the next character.
std::optional<std::string> Parameter(std::string_view field, std::string_view name) {
  size_t at = field.find(';');
  while (at != std::string_view::npos && at < field.size()) {
    ++at;
    const size_t equals = field.find('=', at);
    if (equals == std::string_view::npos) break;
    const bool wanted = EqualsIgnoreCase(Trim(field.substr(at, equals - at)), name);
    std::string value;
    at = equals + 1;
    if (at < field.size() && field[at] == '"') {
      for (++at; at < field.size() && field[at] != '"'; ++at) {
        // Browsers write \ in names of Windows files as it is.
        if (field[at] == '\\' && at + 1 < field.size() &&
            (field[at + 1] == '"' || field[at + 1] == '\\')) {
          ++at;
        }
        value += field[at];
      }
      at = field.find(';', at);
    } else {
      const size_t end = std::min(field.find(';', at), field.size());
      value = Trim(field.substr(at, end - at));
      at = end;
    }
    if (wanted) return value;
  }
  return {};
}

MultipartPart ParsePartHead(std::string_view head) {
  MultipartPart part;
  bool named = false;
  while (!head.empty()) {
    const size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) Malformed("a line of a part's head is not NAME: VALUE");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = Trim(line.substr(colon + 1));
    if (EqualsIgnoreCase(name, "Content-Disposition")) {
      if (!EqualsIgnoreCase(value.substr(0, 9), "form-data")) Malformed("a part is no form-data");
      const auto given = Parameter(value, "name");
      named = given.has_value();
      part.name = given.value_or("");
      const std::string file = Parameter(value, "filename").value_or("");
      part.filename = file.substr(file.find_last_of("/\\") + 1);
    } else if (EqualsIgnoreCase(name, "Content-Type")) {
      part.content_type = value;
    } else if (EqualsIgnoreCase(name, "Content-Transfer-Encoding") &&
               !EqualsIgnoreCase(value, "binary") && !EqualsIgnoreCase(value, "8bit") &&
               !EqualsIgnoreCase(value, "7bit")) {
      Malformed("a part has a Content-Transfer-Encoding, which forms do not have");
    }
  }
  if (!named) Malformed("a part has no name");
  return part;
}

std::vector<MultipartPart> Parse(Bytes& bytes, std::string_view boundary,
                                 const MultipartLimits& limits) {
  if (boundary.empty() || boundary.size() > kMaxBoundary) Malformed("its boundary is unusable");
  const std::string marker = "--" + std::string(boundary);
  auto delimiter = ReadDelimiter(bytes.At(0, marker.size() + kMaxBlanks), 0, marker);
  if (!delimiter) delimiter = FindDelimiter(bytes, 0, marker);
  std::vector<MultipartPart> parts;
  while (!delimiter->last) {
    if (parts.size() == limits.max_parts) {
      throw UserError("the multipart/form-data body has more than " +
                      WithThousands(static_cast<int64_t>(limits.max_parts)) + " parts");
    }
    const std::string_view text = bytes.At(delimiter->end, limits.max_part_head);
    const size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) Malformed("a part's head has no end or is too long");
    MultipartPart part = ParsePartHead(text.substr(0, head));
    part.offset = delimiter->end + head + 4;
    // From the head's last line end on: an empty part may have none of its own.
    delimiter = FindDelimiter(bytes, part.offset - 2, marker);
    part.bytes = delimiter->begin < part.offset ? 0 : delimiter->begin - part.offset;
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

std::optional<std::string> MultipartBoundary(std::string_view content_type) {
  const std::string_view type = Trim(content_type.substr(0, content_type.find(';')));
  if (!EqualsIgnoreCase(type, "multipart/form-data")) return {};
  auto boundary = Parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundary) return {};
  return boundary;
}

std::vector<MultipartPart> ParseMultipart(std::string_view body, std::string_view boundary,
                                          const MultipartLimits& limits) {
  MemoryBytes bytes(body);
  return Parse(bytes, boundary, limits);
}

std::vector<MultipartPart> ParseMultipart(const SpoolFile& body, std::string_view boundary,
                                          const MultipartLimits& limits) {
  FileBytes bytes(body.path());
  return Parse(bytes, boundary, limits);
}

std::shared_ptr<const SpoolFile> ExtractPart(const SpoolFile& body, const MultipartPart& part,
                                             const std::string& path) {
  const File from(open(body.path().c_str(), O_RDONLY | O_CLOEXEC));
  const File to(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (from.descriptor < 0 || to.descriptor < 0) {
    throw UserError(std::string("the upload cannot be copied on the server's disk: ") +
                    std::strerror(errno));
  }
  auto file = std::make_shared<const SpoolFile>(path);
  off_t offset = static_cast<off_t>(part.offset);
  uint64_t left = part.bytes;
  bool by_system = true;
  std::string buffer;
  while (left > 0) {
    ssize_t bytes = 0;
    if (by_system) {
      bytes = copy_file_range(from.descriptor, &offset, to.descriptor, nullptr, left, 0);
      if (bytes < 0 &&
          (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
        by_system = false;
        continue;
      }
    } else {
      buffer.resize(std::min<uint64_t>(left, kWindow));
      bytes = pread(from.descriptor, buffer.data(), buffer.size(), offset);
      if (bytes > 0) bytes = write(to.descriptor, buffer.data(), static_cast<size_t>(bytes));
      if (bytes > 0) offset += bytes;
    }
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) {
      throw UserError(std::string("the upload cannot be copied on the server's disk: ") +
                      (bytes < 0 ? std::strerror(errno) : "it ends early"));
    }
    left -= static_cast<uint64_t>(bytes);
  }
  return file;
}

}  // namespace thalweg
