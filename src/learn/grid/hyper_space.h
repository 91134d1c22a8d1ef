// What a grid varies: parameters with the values that they take, and all combinations of these.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "learn/learners.h"

namespace thalweg {

// Of a value that its parameter cannot take (outside its range, of another type): refuse the grid,
// or let the models that would have it fail, as H2O's clients expect.
enum class BadValues { kRefuse, kFailModels };

// What is tried: every value with every other, or the values of all parameters side by side, the
// first ones together, then the second ones, ….
enum class SpaceShape { kProduct, kSequence };

// Immutable. Combinations are numbered from 0, the first parameter varies fastest; they are worked
// out one by one, so that there may be any number of them below 2^62.
class HyperSpace {
 public:
  // `hyper_parameters` is an object: name to list of values, e.g. {"hidden": [[200, 200], [50]],
  // "l1": [0, 1e-5]}; a plain value stands for a list of one. Values that are there already are
  // dropped, with a warning, but not of a sequence, whose lists must be equally long. FieldErrors,
  // all at once: names that there are not or that a grid may not vary, lists without values, bad
  // values, no names at all, too many combinations.
  HyperSpace(const Learner& learner, const Json& hyper_parameters,
             BadValues bad_values = BadValues::kRefuse, SpaceShape shape = SpaceShape::kProduct);

  uint64_t size() const { return size_; }
  std::vector<std::string> names() const;
  bool Has(const std::string& name) const;
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The values of a combination, in the order of the names, as text.
  std::vector<std::string> Texts(uint64_t combination) const;
  // As an object of name to value.
  Json Values(uint64_t combination) const;
  // Sets them in the learner's parameters. FieldErrors on bad values.
  void Apply(uint64_t combination, void* params) const;
  // All of it, in the form of the argument.
  Json ToJson() const;

 private:
  struct Value {
    std::string text;
    std::shared_ptr<const Json> json;
    std::string error;  // why the parameter cannot take it; empty: it can
  };
  struct Dimension {
    const ParamSpec* spec;
    std::vector<Value> values;
  };
  template <class F>
  void ForEach(uint64_t combination, F&& f) const;

  SpaceShape shape_;
  std::vector<Dimension> dimensions_;
  uint64_t size_ = 1;
  std::vector<std::string> warnings_;
};

}  // namespace thalweg
