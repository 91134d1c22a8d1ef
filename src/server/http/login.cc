#include "server/http/login.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "server/http/base64.h"

namespace thalweg {

namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kKeyBytes = 32;
// What a file may ask for: bounds memory and time.
constexpr uint64_t kMaxMemory = uint64_t{256} << 20;

struct Scrypt {
  int64_t log_cost = 15;
  int64_t block = 8;
  int64_t parallel = 3;
  std::string salt;
  std::string key;
};

std::string Derive(std::string_view password, const Scrypt& scrypt) {
  std::string key(scrypt.key.size(), '\0');
  const int good = EVP_PBE_scrypt(
      password.data(), password.size(), reinterpret_cast<const unsigned char*>(scrypt.salt.data()),
      scrypt.salt.size(), uint64_t{1} << scrypt.log_cost, static_cast<uint64_t>(scrypt.block),
      static_cast<uint64_t>(scrypt.parallel), 2 * kMaxMemory,
      reinterpret_cast<unsigned char*>(key.data()), key.size());
  Check(good == 1, "a password can be hashed");
  return key;
}

// "ln=15" -> 15
std::optional<int64_t> Parameter(std::string_view text, std::string_view name) {
  if (!text.starts_with(name)) return {};
  return ParseInt(text.substr(name.size()));
}

std::optional<Scrypt> ParseScrypt(std::string_view hash) {
  const auto parts = Split(hash, '$');
  if (parts.size() != 5 || !parts[0].empty() || parts[1] != "scrypt") return {};
  const auto parameters = Split(parts[2], ',');
  if (parameters.size() != 3) return {};
  const auto log_cost = Parameter(parameters[0], "ln=");
  const auto block = Parameter(parameters[1], "r=");
  const auto parallel = Parameter(parameters[2], "p=");
  auto salt = internal::DecodeBase64(parts[3]);
  auto key = internal::DecodeBase64(parts[4]);
  if (!log_cost || !block || !parallel || !salt || !key) return {};
  if (*log_cost < 10 || *log_cost > 20 || *block < 1 || *block > 32 || *parallel < 1 ||
      *parallel > 16 || (uint64_t{128} << *log_cost) * static_cast<uint64_t>(*block) > kMaxMemory) {
    return {};
  }
  if (salt->size() < 8 || salt->size() > 64 || key->size() < 16 || key->size() > 64) return {};
  return Scrypt{*log_cost, *block, *parallel, std::move(*salt), std::move(*key)};
}

bool IsMd5(std::string_view hash) {
  if (!hash.starts_with("MD5:") || hash.size() != 36) return false;
  return hash.find_first_not_of("0123456789abcdefABCDEF", 4) == std::string_view::npos;
}

std::string Md5Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  Check(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) == 1,
        "MD5 can be computed");
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

bool Equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string HashPassword(std::string_view password) {
  if (password.empty()) throw UserError("an empty password cannot be hashed");
  Scrypt scrypt;
  scrypt.salt.resize(kSaltBytes);
  scrypt.key.resize(kKeyBytes);
  Check(RAND_bytes(reinterpret_cast<unsigned char*>(scrypt.salt.data()), kSaltBytes) == 1,
        "random bytes can be had");
  return "$scrypt$ln=" + std::to_string(scrypt.log_cost) + ",r=" + std::to_string(scrypt.block) +
         ",p=" + std::to_string(scrypt.parallel) + "$" + internal::EncodeBase64(scrypt.salt) + "$" +
         internal::EncodeBase64(Derive(password, scrypt));
}

LoginFile::LoginFile(const std::string& path) {
  const std::string text = ReadWholeFile(path);
  int64_t number = 0;
  bool weak = false;
  for (const std::string_view raw : Split(text, '\n')) {
    ++number;
    const std::string_view line = Trim(raw);
    if (line.empty() || line.front() == '#') continue;
    const std::string where = path + ", line " + std::to_string(number) + ": ";
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || Trim(line.substr(0, colon)).empty()) {
      throw UserError(where + "not NAME:HASH");
    }
    const std::string name(Trim(line.substr(0, colon)));
    std::string hash(Trim(line.substr(colon + 1)));
    if (hash.starts_with("MD5:"))
      hash = Trim(hash.substr(0, hash.find(',')));  // drop Jetty's roles
    if (!ParseScrypt(hash) && !IsMd5(hash)) {
      throw UserError(where + "the hash is none that is known; make it with thalweg hash-password");
    }
    for (const auto& [other, unused] : hashes_) {
      if (other == name) throw UserError(where + "the name " + Printable(name) + " comes twice");
    }
    weak = weak || IsMd5(hash);
    if (nobody_.empty() || IsMd5(nobody_)) nobody_ = hash;
    hashes_.emplace_back(name, hash);
  }
  if (hashes_.empty()) throw UserError(path + " names nobody who may log in");
  if (weak) {
    warnings_.push_back(path +
                        " has MD5 hashes, which are guessed fast once the file is stolen; "
                        "make new ones with thalweg hash-password");
  }
}

bool LoginFile::Check(std::string_view name, std::string_view password) const {
  std::string_view hash = nobody_;
  bool known = false;
  for (const auto& [user, stored] : hashes_) {
    if (user == name) {
      hash = stored;
      known = true;
    }
  }
  if (IsMd5(hash)) return Equal(Md5Hex(password), ToLower(hash.substr(4))) && known;
  const auto scrypt = ParseScrypt(hash);
  return Equal(Derive(password, *scrypt), scrypt->key) && known;
}

}  // namespace thalweg
