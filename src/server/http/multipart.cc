#include "server/http/multipart.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace thalweg {
namespace {

constexpr size_t kLongestHead = 16 << 10;

UserError Malformed() { return UserError("the body is no well-formed multipart/form-data"); }

// name="value" or name=value among the parameters of a header.
std::string Parameter(std::string_view header, std::string_view name) {
  for (const std::string_view piece : Split(header, ';')) {
    const std::string_view parameter = Trim(piece);
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    if (!EqualsIgnoreCase(Trim(parameter.substr(0, equals)), name)) continue;
    std::string_view value = Trim(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return "";
}

// Reads a stream and finds the next occurrence of a text without holding more than a block.
class Scanner {
 public:
  explicit Scanner(const std::string& path) : file_(path, std::ios::binary) {}

  // Everything before the next `mark` goes to `out` (null: nowhere); false if there is none.
  template <class Write>
  bool UpTo(std::string_view mark, Write write) {
    for (;;) {
      const size_t at = held_.find(mark, begin_);
      if (at != std::string::npos) {
        write(std::string_view(held_).substr(begin_, at - begin_));
        begin_ = at + mark.size();
        return true;
      }
      // The end of what is held may be the beginning of the mark.
      const size_t keep = std::min(held_.size() - begin_, mark.size() - 1);
      write(std::string_view(held_).substr(begin_, held_.size() - begin_ - keep));
      held_.erase(0, held_.size() - keep);
      begin_ = 0;
      if (!Fill()) return false;
    }
  }

  // The next `count` bytes, or fewer at the end.
  std::string Peek(size_t count) {
    while (held_.size() - begin_ < count && Fill()) {
    }
    return held_.substr(begin_, count);
  }

 private:
  bool Fill() {
    constexpr size_t kBlock = size_t{1} << 20;
    const size_t size = held_.size();
    held_.resize(size + kBlock);
    file_.read(held_.data() + size, kBlock);
    held_.resize(size + static_cast<size_t>(file_.gcount()));
    return held_.size() > size;
  }

  std::ifstream file_;
  std::string held_;
  size_t begin_ = 0;
};

bool NamesFile(std::string_view head) {
  for (const std::string_view line : Split(head, '\n')) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!EqualsIgnoreCase(Trim(line.substr(0, colon)), "content-disposition")) continue;
    return ToLower(line).find("filename") != std::string::npos;
  }
  return false;
}

// One pass: the first part, or the first one with a file name.
std::optional<uint64_t> CopyPart(const std::string& body_path, std::string_view boundary,
                                 const std::string& target, bool named) {
  Scanner scanner(body_path);
  const std::string delimiter = "\r\n--" + std::string(boundary);
  if (!scanner.UpTo("--" + std::string(boundary), [](std::string_view) {})) throw Malformed();
  for (;;) {
    if (scanner.Peek(2) == "--") return std::nullopt;
    std::string head;
    const bool whole = scanner.UpTo("\r\n\r\n", [&](std::string_view text) {
      head += text;
      if (head.size() > kLongestHead) throw Malformed();
    });
    if (!whole) throw Malformed();
    if (named && !NamesFile(head)) {
      if (!scanner.UpTo(delimiter, [](std::string_view) {})) throw Malformed();
      continue;
    }
    std::ofstream out(target, std::ios::binary | std::ios::trunc);
    uint64_t bytes = 0;
    const bool ended = scanner.UpTo(delimiter, [&](std::string_view text) {
      out.write(text.data(), static_cast<std::streamsize>(text.size()));
      bytes += text.size();
    });
    out.close();
    if (!out) throw UserError("the upload cannot be kept: is the disk full?");
    if (!ended) throw Malformed();
    return bytes;
  }
}

}  // namespace

std::optional<std::string> MultipartBoundary(std::string_view content_type) {
  if (!ToLower(content_type.substr(0, 19)).starts_with("multipart/form-data")) {
    return std::nullopt;
  }
  std::string boundary = Parameter(content_type, "boundary");
  constexpr size_t kLongestBoundary = 70;  // RFC 2046
  if (boundary.empty() || boundary.size() > kLongestBoundary) throw Malformed();
  return boundary;
}

FilePart ExtractFilePart(const std::string& body_path, std::string_view boundary,
                         const std::string& target) {
  FilePart part;
  part.file = std::make_shared<const SpoolFile>(target);
  auto bytes = CopyPart(body_path, boundary, target, true);
  if (!bytes) bytes = CopyPart(body_path, boundary, target, false);
  if (!bytes) throw Malformed();
  part.bytes = *bytes;
  return part;
}

}  // namespace thalweg
