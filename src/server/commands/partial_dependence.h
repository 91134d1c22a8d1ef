// Partial dependence, as a command of the ranks.
#pragma once

#include <string>

#include "base/json_fwd.h"
#include "jobs/catalog.h"
#include "jobs/commands.h"

namespace thalweg {

// What came of it: a PartialDependenceV3 object as text.
class PartialDependenceEntry : public Entry {
 public:
  explicit PartialDependenceEntry(std::string wire) : wire_(std::move(wire)) {}
  EntryKind kind() const override { return EntryKind::kOther; }
  size_t ByteSize() const override { return wire_.size(); }
  const std::string& wire() const { return wire_; }

 private:
  std::string wire_;
};

// Arguments: dest, model, frame, cols, pairs (array of arrays of two), nbins, add_missing_na,
// row_index (-1: all rows), weights_column (or empty), targets, splits (an object of column to
// array of values: codes of levels, or numbers). Leaves a PartialDependenceEntry under `dest`.
Json PartialDependenceCommand(const Json& arguments, CommandContext& context);

}  // namespace thalweg
