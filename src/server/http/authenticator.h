// Basic authentication (RFC 7617) of requests, against a login file, a token, or both.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/login.h"

namespace thalweg::internal {

// Thread rule: any thread.
class Authenticator {
 public:
  // Empty ones do not count; one at least is given. UserError as LoginFile.
  Authenticator(const std::string& login_file, const std::string& token);

  struct Credentials {
    std::string user;
    std::string password;
  };
  // Of an Authorization field; nothing where it has none that can be read.
  static std::optional<Credentials> Read(std::string_view authorization);

  // The user of credentials that are known to be good, without the cost of a hash: those that
  // passed Verify lately, or the token.
  std::optional<std::string> Recall(std::string_view authorization);
  // Slow (a password hash): not on an I/O thread.
  bool Verify(std::string_view authorization);

  const LoginFile* file() const { return file_.get(); }

 private:
  using Digest = std::array<unsigned char, 32>;
  Digest KeyedDigest(std::string_view text) const;

  std::unique_ptr<LoginFile> file_;
  // What was found good, as a digest under a key of this process: no password is kept.
  Digest key_;
  std::optional<Digest> token_;
  std::mutex mutex_;
  std::map<Digest, std::string> good_;
};

}  // namespace thalweg::internal
