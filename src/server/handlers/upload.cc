#include "server/handlers/upload.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "server/errors.h"
#include "server/file_entry.h"
#include "server/http/multipart.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

// Not to be guessed, as who knows the name can parse the file.
std::string NewUploadName() { return "upload_" + RandomHex(32); }

std::string NewSpoolPath(ServerContext& server) {
  return fmt::format("{}/part-{}", server.spool_folder, server.next_number++);
}

struct SentFile {
  std::shared_ptr<const SpoolFile> file;
  uint64_t bytes = 0;
};

// The part of a form that is a file, or else the first one.
const MultipartPart& FilePartOf(const std::vector<MultipartPart>& parts) {
  if (parts.empty()) throw UserError("the form that was sent has no part: send a file");
  const auto named = std::find_if(parts.begin(), parts.end(),
                                  [](const MultipartPart& part) { return !part.filename.empty(); });
  return named == parts.end() ? parts.front() : *named;
}

// The sent file, wherever it lies in the request.
SentFile TakeFile(Call& call) {
  const HttpRequest& http = call.http;
  SentFile sent{http.body_file, http.body_bytes};
  if (sent.file == nullptr) {
    const std::string path = NewSpoolPath(call.server);
    sent.file = std::make_shared<const SpoolFile>(path);
    sent.bytes = http.body.size();
    std::ofstream out(path, std::ios::binary);
    out.write(http.body.data(), static_cast<std::streamsize>(http.body.size()));
    if (!out.flush()) throw UserError("the upload cannot be kept: is the disk full?");
  }
  const auto boundary = MultipartBoundary(http.Header("Content-Type"));
  if (!boundary) return sent;
  const std::vector<MultipartPart> parts = ParseMultipart(*sent.file, *boundary);
  const MultipartPart& part = FilePartOf(parts);
  return {ExtractPart(*sent.file, part, NewSpoolPath(call.server)), part.bytes};
}

uint64_t KeepUpload(const std::string& name, Call& call) {
  const SentFile sent = TakeFile(call);
  call.server.catalog().Put(name, std::make_shared<FileEntry>(sent.file, sent.bytes));
  return sent.bytes;
}

}  // namespace

Json PostFile(const UploadRequest& request, Call& call) {
  const std::string name =
      request.destination_frame.empty() ? NewUploadName() : request.destination_frame;
  const uint64_t bytes = KeepUpload(name, call);
  return JsonObject{{"destination_frame", name}, {"total_bytes", bytes}};
}

Json PutKey(const PutKeyRequest& request, Call& call) {
  const std::string name =
      request.destination_key.empty() ? NewUploadName() : request.destination_key;
  if (!request.overwrite && call.server.catalog().Find(name) != nullptr) {
    throw IllegalArgument(Printable(name, 1000) + " is there already");
  }
  const uint64_t bytes = KeepUpload(name, call);
  return JsonObject{{"destination_key", name}, {"total_bytes", bytes}};
}

}  // namespace thalweg
