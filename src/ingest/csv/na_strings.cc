#include "ingest/csv/na_strings.h"

#include <algorithm>

#include "ingest/csv/numbers.h"

namespace thalweg::internal {

NaStrings::NaStrings(std::vector<std::string> spellings, std::vector<std::string> in_quotes)
    : spellings_(std::move(spellings)), in_quotes_(std::move(in_quotes)) {
  for (const std::string& text : spellings_) {
    longest_ = std::max(longest_, text.size());
    if (text.empty()) {
      has_empty_ = true;
      continue;
    }
    first_.set(static_cast<unsigned char>(text.front()));
    // Spelled with digits; "nan" is missing as a number as well.
    const bool digit = text.find_first_of("0123456789") != std::string::npos;
    has_number_ |= digit && (ParseNumber(text, false).kind != Number::Kind::kNone ||
                             ParseNumber(text, true).kind != Number::Kind::kNone);
  }
}

bool NaStrings::Find(std::string_view text) const {
  return std::find(spellings_.begin(), spellings_.end(), text) != spellings_.end();
}

bool NaStrings::FindQuoted(std::string_view text) const {
  return std::find(in_quotes_.begin(), in_quotes_.end(), text) != in_quotes_.end();
}

}  // namespace thalweg::internal
