#include "server/commands/grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "base/wall_clock.h"
#include "learn/grid/grid_search.h"
#include "server/commands/arguments.h"
#include "server/commands/publish.h"
#include "server/commands/training_order.h"
#include "server/file_roots.h"
#include "server/grid_entry.h"
#include "server/model_archive.h"
#include "server/schemas/parameters.h"
#include "server/schemas/wire_values.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

// Values in the clients' spelling to those that are declared.
Json DeclaredValues(const Learner& learner, const Json& hyper_parameters) {
  JsonObject declared;
  for (const auto& [name, values] : hyper_parameters.as_object()) {
    const ParamSpec* spec = learner.schema().Find(name);
    JsonArray list;
    for (const Json& value : values.is_array() ? values.as_array() : JsonArray{values}) {
      Json own = value;
      if (spec != nullptr && spec->type() == ParamType::kEnum && value.is_string()) {
        if (const auto level = FindWireLevel(spec->access.levels, value.as_string())) own = *level;
      }
      // A list of one number for [3], as some clients write it.
      const bool wants_list = spec != nullptr && (spec->type() == ParamType::kIntList ||
                                                  spec->type() == ParamType::kRealList);
      if (wants_list && !own.is_array()) own = JsonArray{own};
      list.push_back(std::move(own));
    }
    declared[name] = std::move(list);
  }
  return declared;
}

// Numbers by their values, whatever their form.
bool SameValue(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.is_array() && b.is_array()) {
    const JsonArray& x = a.as_array();
    const JsonArray& y = b.as_array();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), SameValue);
  }
  if (a.is_object() && b.is_object()) {
    if (a.as_object().size() != b.as_object().size()) return false;
    for (const auto& [name, value] : a.as_object()) {
      const Json* other = b.as_object().if_contains(name);
      if (other == nullptr || !SameValue(value, *other)) return false;
    }
    return true;
  }
  return a == b;
}

// What models of two searches must have in common to be the same: all but what is varied.
Json Common(const TrainingOrder& order, const std::vector<std::string>& varied) {
  Json parameters = order.learner->schema().ToJson(order.params.get());
  JsonObject& object = parameters.as_object();
  for (const std::string& name : varied) object.erase(name);
  // Clients send columns in any order.
  if (Json* ignored = object.if_contains("ignored_columns")) {
    JsonArray& names = ignored->as_array();
    std::sort(names.begin(), names.end(),
              [](const Json& a, const Json& b) { return a.as_string() < b.as_string(); });
  }
  object["validation"] = !order.validation_frame.empty();
  return parameters;
}

void SaveRecord(const GridEntry::Record& record, const std::string& folder) {
  WriteWholeFile(PathIn(folder, record.grid_id), FormatJson(ToJson(record)) + "\n");
}

}  // namespace

SearchCriteria ReadCriteria(const Json& json) {
  SearchCriteria criteria;
  if (!json.is_object()) return criteria;
  const ParamSchema& schema = SchemaOf<SearchCriteria>();
  std::vector<FieldError> errors;
  for (const auto& [name, value] : json.as_object()) {
    const ParamSpec* spec = schema.Find(name);
    if (spec == nullptr) {
      errors.push_back({"search_criteria", fmt::format("has no {}", std::string(name))});
      continue;
    }
    try {
      const std::string text =
          value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
      SetWireField(*spec, text, &criteria);
    } catch (const UserError& error) {
      errors.push_back({"search_criteria." + std::string(name), error.what()});
    }
  }
  if (!errors.empty()) throw FieldErrors(std::move(errors));
  return criteria;
}

Json GridCommand(const Json& arguments, CommandContext& context) {
  const TrainingOrder order = ReadTrainingOrder(arguments);
  const OrderFrames frames = ReadOrderFrames(order, context);
  const std::string grid_id = TextOf(arguments, "grid_id");
  const std::string folder = TextOf(arguments, "folder");
  const bool alone = context.ranks.size() == 1;
  Publication out;
  std::shared_ptr<GridEntry::Record> record;
  OnFirstRank(context, [&] {
    const SearchCriteria criteria = ReadCriteria(arguments.at("search_criteria"));
    const HyperSpace space(*order.learner,
                           DeclaredValues(*order.learner, arguments.at("hyper_parameters")),
                           BadValues::kFailModels, ShapeOf(criteria));
    record = std::make_shared<GridEntry::Record>();
    record->grid_id = grid_id;
    record->arguments = arguments;
    record->hyper_names = space.names();
    GridRequest request;
    request.learner = order.learner;
    request.params = order.params.get();
    request.space = &space;
    request.criteria = criteria;
    request.options.grid_id = grid_id;
    request.options.parallelism = arguments.at("parallelism").to_number<int64_t>();
    request.any_name = true;
    if (const auto before = context.catalog.FindAs<GridEntry>(grid_id)) {
      record->models = before->record().models;
      for (const GridModel& model : record->models) {
        request.first_number = std::max(request.first_number, model.number);
      }
      const TrainingOrder other = ReadTrainingOrder(before->record().arguments);
      if (other.learner == order.learner &&
          Common(other, before->record().hyper_names) == Common(order, record->hyper_names)) {
        request.skip = [models = record->models](const Json& values) {
          return std::any_of(models.begin(), models.end(), [&](const GridModel& m) {
            return SameValue(*m.hyper_parameters, values);
          });
        };
      }
    }
    const uint64_t first = request.first_number;
    const auto show = [&] {
      context.catalog.Put(grid_id, std::make_shared<GridEntry>(*record));
      if (!folder.empty()) SaveRecord(*record, folder);
    };
    if (!folder.empty()) fs::create_directories(folder);
    if (alone) show();
    request.on_model = [&](const GridModel& model, const TrainingOutcome& outcome) {
      const std::shared_ptr<void> asked = order.learner->CopyParams(order.asked.get());
      order.learner->schema().FromJson(*model.hyper_parameters, asked.get());
      Publication own;
      Publication& to = alone ? own : out;
      const int64_t now = WallClockMs();
      PublishTraining(*order.learner, asked.get(), outcome,
                      {.model_id = model.model_id,
                       .training_frame = order.training_frame,
                       .validation_frame = order.validation_frame,
                       .start_ms = now - static_cast<int64_t>(1000 * model.seconds),
                       .resolve_auto = order.resolve_auto},
                      to);
      record->models.push_back(model);
      record->models.back().number += first;
      if (!folder.empty()) to.Export(folder);
      if (alone) {
        own.Publish(context);
        show();
      }
    };
    const GridOutcome outcome = SearchGrid(request, frames.frames, context.pool, context.work);
    record->failures = outcome.failures;
    record->warnings = outcome.warnings;
    if (alone) {
      show();
    } else if (!folder.empty()) {
      SaveRecord(*record, folder);
    }
  });
  if (!alone) {
    out.Publish(context);
    const std::string json =
        context.ranks.Broadcast(record == nullptr ? std::string() : FormatJson(ToJson(*record)), 0);
    context.catalog.Put(grid_id, std::make_shared<GridEntry>(
                                     GridRecordFromJson(ParseJson(json, "a grid"), "a grid")));
  }
  return nullptr;
}

void SaveGrid(const std::string& grid_id, const Catalog& catalog, const std::string& folder) {
  const auto grid = GetGrid(catalog, grid_id);
  std::error_code error;
  fs::create_directories(folder, error);
  for (const GridModel& model : grid->record().models) {
    const auto trained = catalog.FindAs<TrainedModel>(model.model_id);
    if (trained) WriteWholeFile(PathIn(folder, model.model_id), ArchiveBytes(*trained));
  }
  SaveRecord(grid->record(), folder);
}

Json LoadGridCommand(const Json& arguments, CommandContext& context) {
  const std::string path = TextOf(arguments, "path");
  Publication out;
  std::string bytes;
  OnFirstRank(context, [&] {
    const std::string shown = fs::path(path).filename().string();
    bytes = ReadWholeFile(path);
    const GridEntry::Record record = GridRecordFromJson(ParseJson(bytes, shown), shown);
    for (const GridModel& model : record.models) {
      const std::string file = PathIn(fs::path(path).parent_path().string(), model.model_id);
      const ArchivedModel archived =
          ReadArchive(ReadWholeFile(file), model.model_id, model.model_id);
      out.AddModel(model.model_id, archived.model->model(), archived.model->WireJson(),
                   archived.model->parts());
    }
  });
  out.Publish(context);
  bytes = context.ranks.Broadcast(bytes, 0);
  GridEntry::Record record = GridRecordFromJson(ParseJson(bytes, "a grid"), "a grid");
  const std::string grid_id = record.grid_id;
  context.catalog.Put(grid_id, std::make_shared<GridEntry>(std::move(record)));
  return JsonObject{{"grid_id", grid_id}};
}

}  // namespace thalweg
