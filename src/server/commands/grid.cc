#include "server/commands/grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/json.h"
#include "base/wall_clock.h"
#include "learn/grid/grid_search.h"
#include "server/commands/arguments.h"
#include "server/commands/grid_files.h"
#include "server/commands/publish.h"
#include "server/commands/saved_files.h"
#include "server/commands/training_order.h"
#include "server/file_roots.h"
#include "server/grid_entry.h"
#include "server/schemas/parameters.h"
#include "server/schemas/wire_values.h"

namespace thalweg {
namespace {

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

// A search on a thread of its own. Its models are handed, one after the other, to the thread that
// has made this: that of the command, which may talk to the other ranks.
class SearchThread {
 public:
  struct Found {
    const GridModel* model = nullptr;
    const TrainingOutcome* outcome = nullptr;
  };

  SearchThread(GridRequest& request, const TrainingFrames& frames, CommandContext& context)
      : thread_([this, &request, &frames, &context] { Search(request, frames, context); }) {}
  ~SearchThread() {
    {
      std::lock_guard lock(mutex_);
      given_up_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }
  SearchThread(const SearchThread&) = delete;
  SearchThread& operator=(const SearchThread&) = delete;

  // The next model, valid until the next call; nothing when the search has ended. Throws what it
  // threw.
  std::optional<Found> Next() {
    std::unique_lock lock(mutex_);
    if (taken_) found_.reset();
    taken_ = false;
    changed_.notify_all();
    changed_.wait(lock, [&] { return found_ || ended_; });
    taken_ = found_.has_value();
    if (taken_) return found_;
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
  }
  // When there are no more.
  const GridOutcome& outcome() const { return outcome_; }

 private:
  void Search(GridRequest& request, const TrainingFrames& frames, CommandContext& context) {
    request.on_model = [this](const GridModel& model, const TrainingOutcome& outcome) {
      std::unique_lock lock(mutex_);
      found_ = Found{&model, &outcome};
      changed_.notify_all();
      changed_.wait(lock, [&] { return !found_ || given_up_; });
      if (given_up_) throw UserError("the models of the search cannot be kept");
    };
    try {
      outcome_ = SearchGrid(request, frames, context.pool, context.work, &context.ranks);
    } catch (...) {
      failure_ = std::current_exception();
    }
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Found> found_;
  bool taken_ = false;  // what is found has been given out
  bool given_up_ = false;
  bool ended_ = false;
  GridOutcome outcome_;
  std::exception_ptr failure_;
  std::thread thread_;
};

// What rank 0 has of the grid, and new models and frames, to all ranks. False from the last call
// of rank 0 on.
bool Share(const std::shared_ptr<GridEntry::Record>& record, bool goes_on, Publication& news,
           CommandContext& context) {
  news.Publish(context);
  if (context.ranks.size() == 1) {
    context.catalog.Put(record->grid_id, std::make_shared<GridEntry>(*record));
    return goes_on;
  }
  std::string text;
  OnFirstRank(context, [&] {
    text = FormatJson(JsonObject{{"goes_on", goes_on}, {"grid", ToJson(*record)}});
  });
  const Json json = ParseJson(context.ranks.Broadcast(text, 0), "a grid");
  GridEntry::Record grid = GridRecordFromJson(json.at("grid"), "a grid");
  const std::string name = grid.grid_id;
  context.catalog.Put(name, std::make_shared<GridEntry>(std::move(grid)));
  return json.at("goes_on").as_bool();
}

// The part of another rank than 0: it trains models, on a thread of its own, and gets what rank 0
// shares.
void FollowSearch(const GridRequest& request, const TrainingFrames& frames,
                  CommandContext& context) {
  std::exception_ptr failure;
  std::thread serving([&] {
    try {
      ServeGrid(request, frames, context.pool, context.work, context.ranks);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  try {
    for (bool goes_on = true; goes_on;) {
      Publication news;
      goes_on = Share(nullptr, true, news, context);
    }
  } catch (...) {
    context.ranks.Fail(std::current_exception());
    serving.join();
    throw;
  }
  serving.join();
  if (failure) std::rethrow_exception(failure);
}

// What a search is to do, but for the combinations that it does not have to.
GridRequest RequestOf(const TrainingOrder& order, const Json& arguments) {
  GridRequest request;
  request.learner = order.learner;
  request.params = order.params.get();
  request.criteria = ReadCriteria(arguments.at("search_criteria"));
  request.options.grid_id = TextOf(arguments, "grid_id");
  request.options.parallelism = arguments.at("parallelism").to_number<int64_t>();
  request.any_name = true;
  return request;
}

// Models that the grid has already count as found.
void GoOnFrom(const GridEntry::Record& before, const TrainingOrder& order,
              GridEntry::Record& record, GridRequest& request) {
  record.models = before.models;
  for (const GridModel& model : record.models) {
    request.first_number = std::max(request.first_number, model.number);
  }
  const TrainingOrder other = ReadTrainingOrder(before.arguments);
  if (other.learner != order.learner ||
      Common(other, before.hyper_names) != Common(order, record.hyper_names)) {
    return;
  }
  request.skip = [models = record.models](const Json& values) {
    return std::any_of(models.begin(), models.end(),
                       [&](const GridModel& m) { return SameValue(*m.hyper_parameters, values); });
  };
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
  OrderFrames frames = ReadOrderFrames(order, context);
  frames.frames.kept = context.kept;
  const std::string grid_id = TextOf(arguments, "grid_id");
  const std::string folder = TextOf(arguments, "folder");
  const std::string recovery = TextOf(arguments, "recovery_folder");
  const auto before = context.catalog.FindAs<GridEntry>(grid_id);
  if (!recovery.empty()) {
    OnFirstRank(context, [&] { MakeFolder(recovery); });
    context.ranks.Barrier();
    WriteReferences(grid_id, order, recovery, context);
    if (before) WriteGridModels(before->record(), true, recovery, context);
  }
  if (context.ranks.rank() != 0) {
    FollowSearch(RequestOf(order, arguments), frames.frames, context);
    return nullptr;
  }
  const HyperSpace space(
      *order.learner, DeclaredValues(*order.learner, arguments.at("hyper_parameters")),
      BadValues::kFailModels, ShapeOf(ReadCriteria(arguments.at("search_criteria"))));
  const auto record = std::make_shared<GridEntry::Record>();
  record->grid_id = grid_id;
  record->arguments = arguments;
  record->arguments.as_object().erase("cloud");  // of this search alone
  record->hyper_names = space.names();
  GridRequest request = RequestOf(order, arguments);
  request.space = &space;
  if (before) GoOnFrom(before->record(), order, *record, request);
  const Json described = DescribeOrder(order, frames, context.pool);
  const auto save_record = [&] {
    if (!folder.empty()) WriteGridRecord(*record, folder);
    if (!recovery.empty()) WriteGridRecord(*record, recovery);
  };
  if (!folder.empty()) MakeFolder(folder);
  save_record();
  if (!recovery.empty()) WriteRecoveryMark({grid_id, TextOf(arguments, "job")}, recovery);
  Publication nothing;
  Share(record, true, nothing, context);
  SearchThread search(request, frames.frames, context);
  while (const auto found = search.Next()) {
    const GridModel& model = *found->model;
    const std::shared_ptr<void> asked = order.learner->CopyParams(order.asked.get());
    order.learner->schema().FromJson(*model.hyper_parameters, asked.get());
    Publication news;
    PublishTraining(*order.learner, asked.get(), *found->outcome,
                    {.model_id = model.model_id,
                     .training_frame = order.training_frame,
                     .validation_frame = order.validation_frame,
                     .start_ms = WallClockMs() - static_cast<int64_t>(1000 * model.seconds),
                     .resolve_auto = order.resolve_auto,
                     .reproducibility = described},
                    news);
    record->models.push_back(model);
    record->models.back().number += request.first_number;
    if (!folder.empty()) news.Export(folder);
    if (!recovery.empty()) news.ExportWithPredictions(model.model_id, recovery);
    save_record();
    Share(record, true, news, context);
  }
  record->failures = search.outcome().failures;
  record->warnings = search.outcome().warnings;
  save_record();
  if (!recovery.empty() && !context.work.cancelled()) ClearRecovery(*record, order, recovery);
  Share(record, false, nothing, context);
  return nullptr;
}

}  // namespace thalweg
