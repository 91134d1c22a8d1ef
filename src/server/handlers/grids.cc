#include "server/handlers/grids.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <unordered_map>

#include "base/text.h"
#include "server/build_order.h"
#include "server/commands/arguments.h"
#include "server/commands/grid.h"
#include "server/commands/grid_files.h"
#include "server/commands/saved_files.h"
#include "server/commands/training_order.h"
#include "server/errors.h"
#include "server/file_roots.h"
#include "server/grid_entry.h"
#include "server/handlers/cloud.h"
#include "server/handlers/model_files.h"
#include "server/schemas/job.h"
#include "server/schemas/lenient_json.h"
#include "server/schemas/meta.h"
#include "server/schemas/two_dim_table.h"
#include "server/schemas/wire_values.h"
#include "server/server_context.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

// The fields that are the search's own.
struct SearchFields {
  std::string algo;
  std::string grid_id;
  std::string folder;    // resolved
  std::string recovery;  // the same
  Json hyper_parameters = JsonObject();
  Json criteria = JsonObject();
  int64_t parallelism = 1;
};

std::string Resolve(const std::string& folder, Call& call) {
  return folder.empty() ? folder : call.server.export_roots.Resolve(folder);
}

// Takes the search's own fields out of `fields`.
SearchFields TakeSearchFields(FieldList& fields, Call& call) {
  SearchFields search;
  FieldList rest;
  for (const auto& [name, text] : fields) {
    if (name == "grid_id") {
      search.grid_id = text;
    } else if (name == "hyper_parameters") {
      search.hyper_parameters = ParseLenientJson(text, "hyper_parameters");
    } else if (name == "search_criteria") {
      search.criteria = ParseLenientJson(text, "search_criteria");
    } else if (name == "parallelism") {
      const auto value = ParseReal(text);
      if (!value || *value < 0 || *value > 1024) {
        throw IllegalArgument("parallelism: is a number of models, at least 0");
      }
      search.parallelism = static_cast<int64_t>(*value);
    } else if (name == "recovery_dir") {
      search.recovery = Resolve(text, call);
    } else if (name == "export_checkpoints_dir") {
      search.folder = Resolve(text, call);
    } else {
      if (name == "algo") search.algo = text;
      rest.emplace_back(name, text);
    }
  }
  fields = std::move(rest);
  if (!search.recovery.empty() && search.recovery == search.folder) {
    throw IllegalArgument(
        "recovery_dir and export_checkpoints_dir: name two folders; the first one is emptied when "
        "the search has ended");
  }
  return search;
}

void CheckHyperNames(const Learner& learner, const Json& hyper_parameters) {
  if (!hyper_parameters.is_object()) {
    throw IllegalArgument("hyper_parameters: is a dictionary of parameters to lists of values");
  }
  for (const auto& [name, unused] : hyper_parameters.as_object()) {
    const ParamSpec* spec = learner.schema().Find(name);
    if (spec == nullptr) {
      const std::string nearest = learner.schema().Nearest(name);
      throw IllegalArgument(
          fmt::format("Illegal argument: {} of function: grid: Unknown hyper parameter for grid "
                      "search!{}",
                      Printable(name), nearest.empty() ? "" : " Did you mean " + nearest + "?"));
    }
    if (!spec->gridable) {
      throw IllegalArgument(
          fmt::format("Illegal argument: {} of function: grid: {} is not a gridable parameter",
                      std::string(name), std::string(name)));
    }
  }
}

// `key`: of a job that goes on; empty: a new one.
Json StartSearch(const Json& arguments, const std::string& key, Call& call) {
  const std::string grid_id(arguments.at("grid_id").as_string());
  const std::string_view algo = arguments.at("algo").as_string();
  const std::string recovery = TextOf(arguments, "recovery_folder");
  for (const std::string& folder : {TextOf(arguments, "folder"), recovery}) {
    if (!folder.empty()) PathIn(folder, grid_id);  // or refuses it
  }
  const JobPtr job = call.server.jobs.Start(
      fmt::format("{} Grid Search", BuilderNamesOf(algo).schema),
      {grid_id, "Grid", !recovery.empty()},
      [&server = call.server, arguments = arguments](Job& running) mutable {
        arguments.as_object()["job"] = running.key();
        server.ranks.Run("grid", arguments, {.progress = &running, .cancel = &running.cancel()});
      },
      key);
  JsonObject json = SchemaObject("GridSearchSchema", "GridSearch");
  json["grid_id"] = KeyObject(KeyKind::kGrid, grid_id);
  json["hyper_parameters"] = nullptr;
  json["search_criteria"] = arguments.at("search_criteria");
  json["parallelism"] = arguments.at("parallelism");
  json["recovery_dir"] = nullptr;
  if (!recovery.empty()) json["recovery_dir"] = call.server.export_roots.Shown(recovery);
  json["job_id"] = nullptr;
  json["total_models"] = 0;
  json["job"] = JobJsonSoon(*job);
  return json;
}

// Those of the last search of a grid, whose frames and models must be there. They may come from a
// file: its folder is looked at again.
Json ArgumentsToGoOn(const std::string& grid_id, Call& call) {
  Json arguments = GetGrid(call.server.catalog(), grid_id)->record().arguments;
  const OrderReferences references = ReferencesOf(ReadTrainingOrder(arguments));
  for (const std::string& name : references.frames) call.server.catalog().GetFrame(name);
  for (const std::string& name : references.models) call.server.catalog().GetModel(name);
  JsonObject& object = arguments.as_object();
  object["folder"] = Resolve(TextOf(arguments, "folder"), call);
  object["cloud"] = GetCloud({}, call);
  return arguments;
}

std::string ValueText(const Json& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (!value.is_array()) return boost::json::serialize(value);
  std::vector<std::string> items;
  for (const Json& item : value.as_array()) items.push_back(ValueText(item));
  return items.size() == 1 ? items[0] : "[" + Join(items, ", ") + "]";
}

// `values`: of the metric, by model.
Json SummaryTable(const GridEntry::Record& grid, const std::vector<const GridModel*>& models,
                  const std::vector<double>& values, const std::string& metric, bool decreasing) {
  TwoDimTable table(
      "Hyper-Parameter Search Summary",
      fmt::format("ordered by {} {}", decreasing ? "decreasing" : "increasing", metric));
  table.AddNoRowNames(models.size());
  for (const std::string& name : grid.hyper_names) {
    JsonArray cells;
    bool numbers = true;
    for (const GridModel* model : models) {
      const Json* value = model->hyper_parameters->as_object().if_contains(name);
      cells.push_back(value == nullptr ? Json() : *value);
      numbers = numbers && cells.back().is_number();
    }
    if (!numbers) {
      for (Json& cell : cells) cell = cell.is_null() ? Json("") : Json(ValueText(cell));
    }
    table.Add(name, numbers ? "double" : "string", numbers ? "%.5f" : "%s", std::move(cells));
  }
  std::vector<std::string> names;
  JsonArray cells;
  for (size_t i = 0; i < models.size(); ++i) {
    names.push_back(models[i]->model_id);
    cells.push_back(WireNumber(values[i]));
  }
  table.AddTexts("model_ids", names);
  table.Add(metric, "double", "%.5f", std::move(cells));
  return table.ToJson();
}

}  // namespace

HttpResponse SearchGridNow(const FieldList& given, Call& call) {
  FieldList fields = given;
  const SearchFields search = TakeSearchFields(fields, call);
  BuilderNamesOf(search.algo);
  const Learner& learner = FindLearner(search.algo);
  CheckHyperNames(learner, search.hyper_parameters);
  ReadCriteria(search.criteria);  // says what is wrong with them
  // What is varied is given for each model.
  std::erase_if(fields, [&](const auto& field) {
    return search.hyper_parameters.as_object().contains(field.first);
  });
  BuildOrder order = ReadBuildOrder(fields, call);
  // Errors that a varied parameter may put right are each model's own.
  for (const FieldError& error : order.request.errors) {
    throw IllegalArgument(error.field + ": " + error.message);
  }
  if (order.request.training_frame.empty()) {
    throw IllegalArgument("training_frame: is needed: the frame to learn from");
  }
  JsonObject arguments = TrainArguments(order, call);
  arguments["grid_id"] = search.grid_id.empty()
                             ? fmt::format("Grid_{}_{}_{}_{}", BuilderNamesOf(search.algo).schema,
                                           order.request.training_frame, call.server.start_ms,
                                           call.server.next_number++)
                             : search.grid_id;
  arguments["hyper_parameters"] = search.hyper_parameters;
  arguments["search_criteria"] = search.criteria;
  arguments["parallelism"] = search.parallelism;
  arguments["folder"] = search.folder;
  arguments["recovery_folder"] = search.recovery;
  return JsonResponse(StartSearch(arguments, "", call));
}

HttpResponse ResumeGrid(const FieldList& given, Call& call) {
  FieldList fields = given;
  const SearchFields search = TakeSearchFields(fields, call);
  Json arguments = ArgumentsToGoOn(search.grid_id, call);
  JsonObject& object = arguments.as_object();
  for (const auto& [name, text] : given) {
    if (name == "parallelism") object["parallelism"] = search.parallelism;
  }
  if (!search.folder.empty()) object["folder"] = search.folder;
  object["recovery_folder"] = search.recovery;
  return JsonResponse(StartSearch(arguments, "", call));
}

Json ShowGrid(const GetGridRequest& request, Call& call) {
  Catalog& catalog = call.server.catalog();
  const auto entry = GetGrid(catalog, request.grid_id);
  const GridEntry::Record& grid = entry->record();
  std::string metric;
  try {
    metric = FindGridMetric(request.sort_by, grid, catalog);
  } catch (const UserError& error) {
    throw IllegalArgument(error.what());
  }
  const bool decreasing = ParseWireBool(request.decreasing).value_or(false);
  std::vector<std::pair<double, const GridModel*>> ranked;
  // Held: they may be removed meanwhile.
  std::unordered_map<const GridModel*, std::shared_ptr<const TrainedModel>> trained;
  for (const GridModel& model : grid.models) {
    auto found = catalog.FindAs<TrainedModel>(model.model_id);
    if (!found) continue;
    trained[&model] = std::move(found);
    ranked.emplace_back(GridMetricOf(metric, model, catalog).value_or(std::nan("")), &model);
  }
  const auto place = [&](double value) {
    if (std::isnan(value)) return std::numeric_limits<double>::infinity();
    return decreasing ? -value : value;
  };
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&](const auto& a, const auto& b) { return place(a.first) < place(b.first); });
  std::vector<const GridModel*> models;
  std::vector<double> values;
  for (const auto& [value, model] : ranked) {
    values.push_back(value);
    models.push_back(model);
  }

  JsonObject json = SchemaObject("GridSchemaV99", "Grid");
  json["grid_id"] = KeyObject(KeyKind::kGrid, request.grid_id);
  json["sort_by"] = metric;
  json["decreasing"] = decreasing;
  JsonArray ids;
  JsonObject metrics;
  for (const GridModel* model : models) {
    ids.push_back(KeyObject(KeyKind::kModel, model->model_id));
    const Json wire = trained.at(model)->WireJson();
    for (const char* kind : {"training_metrics", "validation_metrics", "cross_validation_metrics",
                             "cross_validation_metrics_summary"}) {
      if (!metrics.contains(kind)) metrics[kind] = JsonArray();
      metrics[kind].as_array().push_back(wire.at("output").at(kind));
    }
  }
  json["model_ids"] = std::move(ids);
  for (auto& [kind, list] : metrics) json[kind] = std::move(list);
  json["hyper_names"] = boost::json::value_from(grid.hyper_names);
  JsonArray failed, raw, details, stacks;
  for (const GridFailure& failure : grid.failures) {
    JsonObject params = SchemaObject(
        std::string(BuilderNamesOf(grid.arguments.at("algo").as_string()).schema) + "ParametersV3");
    if (failure.hyper_parameters) {
      for (const auto& [name, own] : failure.hyper_parameters->as_object()) params[name] = own;
    }
    failed.push_back(std::move(params));
    raw.push_back(boost::json::value_from(failure.values));
    details.emplace_back(failure.reason);
    stacks.emplace_back("water.exceptions.H2OModelBuilderIllegalArgumentException: " +
                        failure.reason);
  }
  json["failed_params"] = std::move(failed);
  json["failed_raw_params"] = std::move(raw);
  json["failure_details"] = std::move(details);
  json["failure_stack_traces"] = std::move(stacks);
  json["warning_details"] = boost::json::value_from(grid.warnings);
  const std::string_view folder = grid.arguments.at("folder").as_string();
  json["export_checkpoints_dir"] =
      folder.empty() ? Json() : Json(call.server.export_roots.Shown(folder));
  json["summary_table"] = SummaryTable(grid, models, values, metric, decreasing);
  json["scoring_history"] = nullptr;
  return json;
}

Json ListGrids(const NoFields&, Call& call) {
  JsonArray grids;
  for (const auto& [name, entry] : call.server.catalog().List(EntryKind::kGrid)) {
    JsonObject grid = SchemaObject("GridSchemaV99", "Grid");
    grid["grid_id"] = KeyObject(KeyKind::kGrid, name);
    JsonArray ids;
    for (const std::string& id : entry->parts()) ids.push_back(KeyObject(KeyKind::kModel, id));
    grid["model_ids"] = std::move(ids);
    grids.push_back(std::move(grid));
  }
  JsonObject json = SchemaObject("GridsV99", "Grids");
  json["grids"] = std::move(grids);
  return json;
}

Json ExportGrid(const GridExportRequest& request, Call& call) {
  const std::string folder = call.server.export_roots.Resolve(request.grid_directory);
  call.server.ranks.Run("save_grid",
                        JsonObject{{"grid_id", request.grid_id},
                                   {"folder", folder},
                                   {"references", request.save_params_references},
                                   {"predictions", request.export_cross_validation_predictions}},
                        {});
  return KeyObject(KeyKind::kGrid, request.grid_id);
}

Json ImportGrid(const GridImportRequest& request, Call& call) {
  const Json result =
      call.server.ranks.Run("load_grid",
                            JsonObject{{"path", ResolveSaved(request.grid_path, call)},
                                       {"references", request.load_params_references}},
                            {});
  return KeyObject(KeyKind::kGrid, result.at("grid_id").as_string());
}

Json ResumeRecovery(const RecoveryRequest& request, Call& call) {
  JsonObject json = SchemaObject("ResumeV3");
  json["recovery_dir"] = nullptr;
  if (request.recovery_dir.empty()) return json;
  json["recovery_dir"] = request.recovery_dir;
  const std::string folder = call.server.export_roots.Resolve(request.recovery_dir);
  const RecoveryMark mark = ReadRecoveryMark(folder);
  if (mark.grid_id.empty()) return json;
  const JobPtr job = call.server.jobs.Find(mark.job);
  if (job && !job->ended()) {
    throw IllegalArgument(
        fmt::format("recovery_dir: the search of {} is still going on", Printable(mark.grid_id)));
  }
  call.server.ranks.Run(
      "load_grid", JsonObject{{"path", PathIn(folder, mark.grid_id)}, {"references", true}}, {});
  Json arguments = ArgumentsToGoOn(mark.grid_id, call);
  arguments.as_object()["recovery_folder"] = folder;
  StartSearch(arguments, mark.job, call);
  return json;
}

}  // namespace thalweg
