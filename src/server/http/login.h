// Passwords as hashes, and the file that lists who may log in.
//
// A hash is scrypt (RFC 7914) in the PHC text form: $scrypt$ln=15,r=8,p=3$SALT$KEY, both parts in
// base64 without padding; ln is the binary logarithm of the cost. 32 MB and about 0.2 s each, so
// that a stolen file is slow to guess from.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg {

// A fresh salt each time.
std::string HashPassword(std::string_view password);

// Lines NAME:HASH; empty lines and those that begin with # are skipped. Also taken, with a warning:
// the lines "NAME: MD5:hex" of the files that Jetty's login (H2O's -hash_login) reads. Thread rule:
// const members by any thread.
class LoginFile {
 public:
  // UserError with the line where the file cannot be read or used; no hash is ever part of it.
  explicit LoginFile(const std::string& path);

  // Slow by design, and as slow for a name that is not there.
  bool Check(std::string_view name, std::string_view password) const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::vector<std::pair<std::string, std::string>> hashes_;
  std::string nobody_;  // the hash that is computed for unknown names: as slow as the others
  std::vector<std::string> warnings_;
};

}  // namespace thalweg
