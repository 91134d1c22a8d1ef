#include "server/http/body_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "server/http/gzip.h"

namespace thalweg::internal {

namespace {

// The body's bytes as they shall be: counts and stores them.
class Store {
 public:
  virtual ~Store() = default;
  virtual BodyRefusal Write(std::string_view bytes) = 0;
  virtual void Finish(HttpRequest& request) = 0;
};

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(ByteBudget::Share* share) : share_(share) {}

  BodyRefusal Write(std::string_view bytes) override {
    if (share_ != nullptr && !share_->Take(bytes.size())) {
      return {503, "too many request bodies are in memory; try again later"};
    }
    body_ += bytes;
    return {};
  }
  void Finish(HttpRequest& request) override { request.body = std::move(body_); }

 private:
  ByteBudget::Share* share_;
  std::string body_;
};

class FileStore final : public Store {
 public:
  FileStore(int descriptor, const std::string& path)
      : descriptor_(descriptor), file_(std::make_shared<const SpoolFile>(path)) {}
  ~FileStore() override { close(descriptor_); }
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  BodyRefusal Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return Refusal(errno);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }
  void Finish(HttpRequest& request) override { request.body_file = file_; }

  static BodyRefusal Refusal(int error) {
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
      return {507, "there is no room left on the server's disk for this upload"};
    }
    return {500, std::string("the upload cannot be written to the server's disk: ") +
                     std::strerror(error)};
  }

 private:
  int descriptor_;
  std::shared_ptr<const SpoolFile> file_;
};

class StoringSink final : public BodySink {
 public:
  StoringSink(const BodySinkOptions& options, std::unique_ptr<Store> store)
      : max_body_(options.max_body), store_(std::move(store)) {
    if (options.gzip) inflater_ = std::make_unique<Inflater>();
  }

  BodyRefusal Append(std::string_view bytes) override {
    if (inflater_ == nullptr) return Put(bytes);
    BodyRefusal refusal;
    const bool good = inflater_->Append(bytes, [&](std::string_view piece) {
      refusal = Put(piece);
      return refusal.status == 0;
    });
    if (refusal.status != 0) return refusal;
    if (!good) return {inflater_->too_large() ? 413 : 400, inflater_->error()};
    return {};
  }

  BodyRefusal Finish(HttpRequest& request) override {
    if (inflater_ != nullptr && !inflater_->whole()) {
      return {400, "the request's compressed body is cut short"};
    }
    store_->Finish(request);
    request.body_bytes = bytes_;
    return {};
  }

 private:
  BodyRefusal Put(std::string_view bytes) {
    if (bytes.size() > max_body_ - bytes_) {
      return {413,
              "the request's body is larger than " + HumanBytes(static_cast<double>(max_body_))};
    }
    bytes_ += bytes.size();
    return store_->Write(bytes);
  }

  const uint64_t max_body_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Inflater> inflater_;
  uint64_t bytes_ = 0;
};

}  // namespace

bool ByteBudget::Share::Take(uint64_t bytes) {
  if (budget_ == nullptr) return true;
  const uint64_t before = budget_->taken_.fetch_add(bytes);
  if (before + bytes > budget_->limit_) {
    budget_->taken_ -= bytes;
    return false;
  }
  taken_ += bytes;
  return true;
}

void ByteBudget::Share::Release() {
  if (budget_ != nullptr) budget_->taken_ -= taken_;
  taken_ = 0;
}

std::unique_ptr<BodySink> NewBodySink(const BodySinkOptions& options, BodyRefusal& refusal) {
  std::unique_ptr<Store> store;
  if (options.spool_path.empty()) {
    store = std::make_unique<MemoryStore>(options.share);
  } else {
    const int descriptor = open(options.spool_path.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      refusal = FileStore::Refusal(errno);
      return nullptr;
    }
    store = std::make_unique<FileStore>(descriptor, options.spool_path);
  }
  return std::make_unique<StoringSink>(options, std::move(store));
}

}  // namespace thalweg::internal
