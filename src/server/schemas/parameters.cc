#include "server/schemas/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "server/errors.h"
#include "server/schemas/meta.h"
#include "server/schemas/wire_values.h"

namespace thalweg {
namespace {

// Where the wire says something else of a parameter than its declaration does.
struct WireParam {
  std::string_view name;
  std::string_view type = {};            // empty: by the declared type
  std::string_view default_text = {};    // empty: the declared one
  std::vector<const char*> frames = {};  // it is a column of these
  std::vector<const char*> not_beside = {};
};

const std::vector<WireParam>& WireParams() {
  static const std::vector<WireParam> params = {
      {"response_column",
       "VecSpecifier",
       {},
       {"training_frame", "validation_frame"},
       {"weights_column", "ignored_columns", "offset_column", "fold_column"}},
      {"weights_column",
       "VecSpecifier",
       {},
       {"training_frame", "validation_frame"},
       {"response_column", "ignored_columns", "offset_column", "fold_column"}},
      {"offset_column",
       "VecSpecifier",
       {},
       {"training_frame", "validation_frame"},
       {"response_column", "weights_column", "ignored_columns", "fold_column"}},
      {"fold_column",
       "VecSpecifier",
       {},
       {"training_frame"},
       {"response_column", "weights_column", "ignored_columns", "offset_column"}},
      {"ignored_columns",
       {},
       {},
       {"training_frame", "validation_frame"},
       {"response_column", "weights_column", "offset_column", "fold_column"}},
      {"checkpoint", "Key<Model>"},
      {"pretrained_autoencoder", "Key<Model>"},
      {"initial_weights", "Key<Frame>[]"},
      {"initial_biases", "Key<Frame>[]"},
      {"train_samples_per_iteration", "long"},
      {"seed", "long"},
      {"score_training_samples", "long"},
      {"score_validation_samples", "long"},
      {"max_after_balance_size", "float"},
      {"class_sampling_factors", "float[]"},
      {"max_w2", "float"},
      {"mini_batch_size", {}, "1"},
      {"rate", {}, "0.005"},
      {"shuffle_training_data", {}, "false"},
  };
  return params;
}

const WireParam& WireParamOf(std::string_view name) {
  static const WireParam none{};
  const auto& params = WireParams();
  const auto found = std::find_if(params.begin(), params.end(),
                                  [&](const WireParam& p) { return p.name == name; });
  return found == params.end() ? none : *found;
}

// Those that are no parameter of a learner, but of every builder.
constexpr std::string_view kOwn[] = {"model_id", "training_frame", "validation_frame"};

// "3.0" and "1e3" to "3" and "1000"; other texts stay.
std::string WholeNumber(std::string_view text) {
  const auto value = ParseReal(Trim(text));
  if (!value || std::abs(*value) > 9e15 || *value != std::floor(*value)) return std::string(text);
  if (ParseInt(Trim(text))) return std::string(text);
  return fmt::format("{:.0f}", *value);
}

Json ColumnSpecifier(const Json& name) {
  JsonObject column = SchemaObject("ColSpecifierV3", "VecSpecifier");
  column["column_name"] = name;
  column["is_member_of_frames"] = nullptr;
  return column;
}

JsonObject Describe(std::string_view name, std::string_view help, std::string_view type,
                    std::string_view level, bool gridable) {
  JsonObject json = SchemaObject("ModelParameterSchemaV3");
  json["name"] = name;
  json["label"] = name;
  json["help"] = help;
  json["required"] = false;
  json["type"] = type;
  json["default_value"] = nullptr;
  json["actual_value"] = nullptr;
  json["input_value"] = nullptr;
  json["level"] = level;
  json["values"] = JsonArray();
  json["is_member_of_frames"] = JsonArray();
  json["is_mutually_exclusive_with"] = JsonArray();
  json["gridable"] = gridable;
  return json;
}

Json Value(const ParamSpec& spec, const ParameterValues& values) {
  const Json* instead = values.instead.if_contains(spec.name);
  if (instead != nullptr) return *instead;
  return ParameterValueToWire(spec, values.params);
}

}  // namespace

const BuilderNames& BuilderNamesOf(std::string_view algo) {
  static const std::vector<BuilderNames> names = {
      {"deeplearning",
       "Deep Learning",
       "DeepLearning",
       {"Regression", "Binomial", "Multinomial", "AutoEncoder"}}};
  for (const BuilderNames& n : names) {
    if (n.algo == algo) return n;
  }
  throw NoSuchThing(fmt::format("there is no algorithm '{}' here; there are: {}", Printable(algo),
                                Join(LearnerNames(), ", ")));
}

std::shared_ptr<void> WireDefaults(const Learner& learner) {
  std::shared_ptr<void> params = learner.NewParams();
  for (const WireParam& wire : WireParams()) {
    const ParamSpec* spec = learner.schema().Find(wire.name);
    if (spec != nullptr && !wire.default_text.empty()) spec->Parse(wire.default_text, params.get());
  }
  return params;
}

void SetWireField(const ParamSpec& spec, std::string_view text, void* params) {
  switch (spec.type()) {
    case ParamType::kInt:
      ParseWireField(spec, WholeNumber(text), params);
      return;
    case ParamType::kIntList: {
      std::vector<std::string> items = ParseWireList(text);
      for (std::string& item : items) item = WholeNumber(item);
      spec.Parse("[" + Join(items, ",") + "]", params);
      return;
    }
    case ParamType::kRealList:
      spec.Parse("[" + Join(ParseWireList(text), ",") + "]", params);
      return;
    case ParamType::kString:
      ParseWireField(spec, text == "null" ? std::string_view() : text, params);
      return;
    case ParamType::kStringList: {
      // Frames may be left out of a list of them.
      JsonArray values;
      for (const std::string& item : ParseWireList(text)) {
        values.emplace_back(item == "null" || item == "None" ? std::string() : item);
      }
      spec.FromJson(values, params);
      return;
    }
    default:
      ParseWireField(spec, text, params);
  }
}

BuildRequest ParseBuildRequest(const Learner& learner, const FieldList& fields, bool newer_client) {
  BuildRequest request;
  request.params = WireDefaults(learner);
  for (const auto& [name, text] : fields) {
    if (name == "model_id") {
      request.model_id = text;
    } else if (name == "training_frame") {
      request.training_frame = text;
    } else if (name == "validation_frame") {
      request.validation_frame = text;
    } else if (const ParamSpec* spec = learner.schema().Find(name)) {
      try {
        SetWireField(*spec, text, request.params.get());
        request.fields.emplace_back(name, text);
      } catch (const UserError& error) {
        request.errors.push_back({name, error.what()});
      }
    } else {
      const std::string nearest = learner.schema().Nearest(name);
      if (newer_client && nearest.empty()) {
        request.warnings.push_back(
            {name, fmt::format("{} is a parameter of a newer client that is not known here; it has "
                               "no effect",
                               Printable(name))});
        continue;
      }
      throw IllegalArgument("Unknown parameter: " + Printable(name) +
                            (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
    }
  }
  return request;
}

Json ParameterValueToWire(const ParamSpec& spec, const void* params) {
  Json value = spec.ToJson(params);
  const std::string_view type = WireParamOf(spec.name).type;
  if (value.is_string() && value.as_string().empty()) return nullptr;
  if (value.is_array() && value.as_array().empty() && spec.default_text.empty()) return nullptr;
  if (type == "VecSpecifier") return ColumnSpecifier(value);
  if (type == "Key<Model>") return KeyObject(KeyKind::kModel, value.as_string());
  if (type == "Key<Frame>[]") {
    JsonArray keys;
    for (const Json& name : value.as_array()) {
      keys.push_back(KeyOrNull(KeyKind::kFrame, name.as_string()));
    }
    return keys;
  }
  if (value.is_double()) return WireNumber(value.as_double());
  return value;
}

JsonArray ParametersToWire(const Learner& learner, const ParameterValues& actual,
                           const ParameterValues* input) {
  JsonArray list;
  const auto add_own = [&](size_t i, const char* help, KeyKind kind,
                           std::string ParameterValues::*member) {
    JsonObject json = Describe(kOwn[i], help, kind == KeyKind::kModel ? "Key<Model>" : "Key<Frame>",
                               "critical", i == 2);
    json["actual_value"] = KeyOrNull(kind, actual.*member);
    if (input != nullptr) json["input_value"] = KeyOrNull(kind, input->*member);
    list.push_back(std::move(json));
  };
  add_own(0, "Name of the model; one is made where none is given.", KeyKind::kModel,
          &ParameterValues::model_id);
  add_own(1, "Frame of the training rows.", KeyKind::kFrame, &ParameterValues::training_frame);
  add_own(2, "Frame of rows to measure the error on, not to train on.", KeyKind::kFrame,
          &ParameterValues::validation_frame);
  const std::shared_ptr<void> defaults = WireDefaults(learner);
  for (const ParamSpec& spec : learner.schema().specs()) {
    if (std::find(std::begin(kOwn), std::end(kOwn), spec.name) != std::end(kOwn)) continue;
    const WireParam& wire = WireParamOf(spec.name);
    JsonObject json =
        Describe(spec.name, spec.help, wire.type.empty() ? ParamTypeName(spec.type()) : wire.type,
                 ParamLevelName(spec.level), spec.gridable);
    json["default_value"] = ParameterValueToWire(spec, defaults.get());
    json["actual_value"] = Value(spec, actual);
    if (input != nullptr) json["input_value"] = Value(spec, *input);
    json["values"] = boost::json::value_from(spec.access.levels);
    for (const char* frame : wire.frames) {
      json["is_member_of_frames"].as_array().emplace_back(frame);
    }
    for (const char* other : wire.not_beside) {
      json["is_mutually_exclusive_with"].as_array().emplace_back(other);
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace thalweg
