#include "server/http/authenticator.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/error.h"
#include "base/text.h"
#include "server/http/base64.h"

namespace thalweg::internal {

namespace {

constexpr size_t kMaxRecalled = 1024;

}  // namespace

Authenticator::Authenticator(const std::string& login_file, const std::string& token) {
  Check(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1, "random bytes can be had");
  if (!login_file.empty()) file_ = std::make_unique<LoginFile>(login_file);
  if (!token.empty()) token_ = KeyedDigest(token);
}

Authenticator::Digest Authenticator::KeyedDigest(std::string_view text) const {
  Digest digest;
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  Check(HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes, text.size(),
             digest.data(), &size) != nullptr,
        "SHA-256 can be computed");
  return digest;
}

std::optional<Authenticator::Credentials> Authenticator::Read(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (!EqualsIgnoreCase(authorization.substr(0, kScheme.size()), kScheme)) return {};
  const auto text = DecodeBase64(Trim(authorization.substr(kScheme.size())));
  if (!text) return {};
  const size_t colon = text->find(':');
  if (colon == std::string::npos || text->find('\0') != std::string::npos) return {};
  return Credentials{text->substr(0, colon), text->substr(colon + 1)};
}

std::optional<std::string> Authenticator::Recall(std::string_view authorization) {
  if (token_) {
    const auto credentials = Read(authorization);
    if (!credentials) return {};
    const Digest digest = KeyedDigest(credentials->password);
    if (CRYPTO_memcmp(digest.data(), token_->data(), digest.size()) == 0) return credentials->user;
  }
  const Digest digest = KeyedDigest(authorization);
  const std::lock_guard lock(mutex_);
  const auto found = good_.find(digest);
  if (found == good_.end()) return {};
  return found->second;
}

bool Authenticator::Verify(std::string_view authorization) {
  const auto credentials = Read(authorization);
  if (!credentials || file_ == nullptr) return false;
  if (!file_->Check(credentials->user, credentials->password)) return false;
  const Digest digest = KeyedDigest(authorization);
  const std::lock_guard lock(mutex_);
  if (good_.size() >= kMaxRecalled) good_.clear();
  good_[digest] = credentials->user;
  return true;
}

}  // namespace thalweg::internal
