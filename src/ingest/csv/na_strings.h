// The spellings of missing cells in one column.
#pragma once

#include <array>
#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::internal {

// Thread rule: immutable.
class NaStrings {
 public:
  // `in_quotes`: those of them that mean a missing cell in quotes, too.
  explicit NaStrings(std::vector<std::string> spellings, std::vector<std::string> in_quotes = {});

  // The text exactly as it is.
  bool Contains(std::string_view text) const {
    if (text.empty()) return has_empty_;
    if (text.size() > longest_ || !first_[static_cast<unsigned char>(text.front())]) return false;
    return Find(text);
  }
  // Of a cell that was in quotes.
  bool ContainsQuoted(std::string_view text) const {
    return !in_quotes_.empty() && FindQuoted(text);
  }
  bool has_empty() const { return has_empty_; }
  // Some spelling is a number, so that numbers have to be asked, too.
  bool has_number() const { return has_number_; }
  const std::vector<std::string>& spellings() const { return spellings_; }

 private:
  bool Find(std::string_view text) const;
  bool FindQuoted(std::string_view text) const;

  std::vector<std::string> spellings_;
  std::vector<std::string> in_quotes_;
  std::bitset<256> first_;
  size_t longest_ = 0;
  bool has_empty_ = false;
  bool has_number_ = false;
};

}  // namespace thalweg::internal
