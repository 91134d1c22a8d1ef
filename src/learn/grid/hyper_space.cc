#include "learn/grid/hyper_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg {
namespace {

constexpr uint64_t kMostCombinations = uint64_t{1} << 62;

// What is wrong with a name, or empty.
std::string WhyNot(const ParamSchema& schema, const std::string& name) {
  const ParamSpec* spec = schema.Find(name);
  if (spec == nullptr) {
    const std::string nearest = schema.Nearest(name);
    return "no such parameter" + (nearest.empty() ? "" : "; did you mean " + nearest + "?");
  }
  if (!spec->gridable) return "cannot be varied by a grid: give it once, for all models";
  return "";
}

// Not through text where that loses something: a name may contain a comma.
void Set(const ParamSpec& spec, const std::string& text, const Json& json, void* params) {
  if (spec.type() == ParamType::kStringList) {
    spec.FromJson(json, params);
  } else {
    spec.Parse(text, params);
  }
}

}  // namespace

HyperSpace::HyperSpace(const Learner& learner, const Json& hyper_parameters, BadValues bad_values,
                       SpaceShape shape)
    : shape_(shape) {
  std::vector<FieldError> errors;
  const auto refuse_all = [&](const char* message) {
    throw FieldErrors(std::vector<FieldError>{{"hyper_parameters", message}});
  };
  const JsonObject* object = hyper_parameters.if_object();
  if (object == nullptr) {
    refuse_all("must be an object of names to lists of values, e.g. {\"l1\": [0, 1e-5]}");
  }
  if (object->empty()) refuse_all("name no parameter to vary");
  const std::shared_ptr<void> scratch = learner.NewParams();
  for (const auto& [key, member] : *object) {
    const std::string name(key);
    if (const std::string why = WhyNot(learner.schema(), name); !why.empty()) {
      errors.push_back({Printable(name), why});
      continue;
    }
    Dimension dimension{.spec = learner.schema().Find(name), .values = {}};
    const ParamSpec& spec = *dimension.spec;
    const JsonArray one(1, member);
    const JsonArray& values = member.is_array() ? member.as_array() : one;
    if (values.empty()) errors.push_back({name, "has no values"});
    std::unordered_set<std::string> seen;
    size_t number = 0;
    for (const Json& value : values) {
      ++number;
      Value kept;
      try {
        if (value.is_null()) throw UserError("is null; a value is expected");
        spec.FromJson(value, scratch.get());
        kept.text = spec.Format(scratch.get());
        kept.json = std::make_shared<Json>(spec.ToJson(scratch.get()));
      } catch (const UserError& error) {
        if (bad_values == BadValues::kRefuse) {
          errors.push_back({name, values.size() == 1
                                      ? error.what()
                                      : fmt::format("value {}: {}", number, error.what())});
          continue;
        }
        kept.error = error.what();
        kept.json = std::make_shared<Json>(value);
        kept.text =
            value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
      }
      if (!seen.insert(kept.text).second && shape == SpaceShape::kProduct) {
        warnings_.push_back(fmt::format("{}: value {}, {}, is there already; it is left out", name,
                                        number,
                                        Printable(kept.text.empty() ? "(empty)" : kept.text)));
        continue;
      }
      dimension.values.push_back(std::move(kept));
    }
    if (!dimension.values.empty()) dimensions_.push_back(std::move(dimension));
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
  if (shape == SpaceShape::kSequence) {
    size_ = dimensions_[0].values.size();
    for (const Dimension& dimension : dimensions_) {
      if (dimension.values.size() == size_) continue;
      throw FieldErrors(std::vector<FieldError>{
          {dimension.spec->name,
           fmt::format("has {} values, and {} has {}: a sequence takes as many of each",
                       dimension.values.size(), dimensions_[0].spec->name, size_)}});
    }
    return;
  }
  for (const Dimension& dimension : dimensions_) {
    if (dimension.values.size() > kMostCombinations / size_) {
      refuse_all("have more than 4.6e18 combinations; give fewer values");
    }
    size_ *= dimension.values.size();
  }
}

std::vector<std::string> HyperSpace::names() const {
  std::vector<std::string> names;
  for (const Dimension& dimension : dimensions_) names.push_back(dimension.spec->name);
  return names;
}

bool HyperSpace::Has(const std::string& name) const {
  return std::any_of(dimensions_.begin(), dimensions_.end(),
                     [&](const Dimension& d) { return d.spec->name == name; });
}

template <class F>
void HyperSpace::ForEach(uint64_t combination, F&& f) const {
  for (const Dimension& dimension : dimensions_) {
    f(*dimension.spec, dimension.values[combination % dimension.values.size()]);
    if (shape_ == SpaceShape::kProduct) combination /= dimension.values.size();
  }
}

std::vector<std::string> HyperSpace::Texts(uint64_t combination) const {
  std::vector<std::string> texts;
  ForEach(combination, [&](const ParamSpec&, const Value& value) { texts.push_back(value.text); });
  return texts;
}

Json HyperSpace::Values(uint64_t combination) const {
  JsonObject object;
  ForEach(combination,
          [&](const ParamSpec& spec, const Value& value) { object[spec.name] = *value.json; });
  return object;
}

void HyperSpace::Apply(uint64_t combination, void* params) const {
  std::vector<FieldError> errors;
  ForEach(combination, [&](const ParamSpec& spec, const Value& value) {
    if (value.error.empty()) {
      Set(spec, value.text, *value.json, params);
    } else {
      errors.push_back({spec.name, value.error});
    }
  });
  if (!errors.empty()) throw FieldErrors(std::move(errors));
}

Json HyperSpace::ToJson() const {
  JsonObject object;
  for (const Dimension& dimension : dimensions_) {
    JsonArray values;
    for (const Value& value : dimension.values) values.push_back(*value.json);
    object[dimension.spec->name] = std::move(values);
  }
  return object;
}

}  // namespace thalweg
