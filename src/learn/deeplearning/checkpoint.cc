#include "learn/deeplearning/checkpoint.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "learn/deeplearning/optimizer_choice.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

std::string ExportName(const DeepLearningParams& params) {
  return (params.model_id.empty() ? "deeplearning" : params.model_id) + ".thalweg";
}

// What must stay: the net's shape, the meaning of its inputs and outputs, the optimizer's state.
constexpr const char* kFixed[] = {"response_column",
                                  "ignored_columns",
                                  "standardize",
                                  "activation",
                                  "use_all_factor_levels",
                                  "ignore_const_cols",
                                  "hidden",
                                  "missing_values_handling",
                                  "categorical_encoding",
                                  "sparse",
                                  "max_categorical_features",
                                  "adaptive_rate",
                                  "loss",
                                  "distribution",
                                  "tweedie_power",
                                  "quantile_alpha",
                                  "huber_alpha",
                                  "autoencoder",
                                  "optimizer",
                                  "batch_norm",
                                  "weights_column",
                                  "offset_column"};
// What has no effect once there are weights.
constexpr const char* kOfTheStart[] = {"initial_weight_distribution", "initial_weight_scale",
                                       "initial_weights", "initial_biases",
                                       "pretrained_autoencoder"};

[[noreturn]] void Refuse(const std::string& message) {
  throw FieldErrors(std::vector<FieldError>{{"checkpoint", message}});
}

// The matrices to keep: the net's, then the optimizer's.
std::vector<Matrix<float>*> StateOf(Net<float>& net, Optimizer<float>& optimizer) {
  std::vector<Matrix<float>*> state = net.State();
  for (Matrix<float>* m : optimizer.State()) state.push_back(m);
  return state;
}

}  // namespace

std::shared_ptr<const DeepLearningModel> LoadCheckpoint(const std::string& path,
                                                        const TrainingFrames& frames) {
  std::shared_ptr<const DeepLearningModel> model;
  try {
    const auto named = frames.models.find(path);
    model = std::dynamic_pointer_cast<const DeepLearningModel>(
        named != frames.models.end() ? named->second : LoadModel(path));
  } catch (const UserError& error) {
    Refuse(error.what());
  }
  if (!model) Refuse(path + " is a model of another kind");
  if (model->snapshot() == nullptr) {
    Refuse(path +
           " is for predictions alone: it was saved without the state of training; go on from one "
           "trained with keep_training_state, or from a file of export_checkpoints_dir");
  }
  return model;
}

std::shared_ptr<const DeepLearningModel> KeptByLeader(const KeptModel* kept, Communicator* ranks) {
  std::shared_ptr<const Model> model;
  std::string bytes;
  if (kept != nullptr && (ranks == nullptr || ranks->rank() == 0)) {
    model = kept->model;
    bytes = kept->bytes;
  }
  if (ranks != nullptr && ranks->size() > 1) {
    bytes = ranks->Broadcast(model ? model->Bytes() : std::move(bytes), 0);
  }
  if (!model && !bytes.empty()) model = ReadModel(ModelFile::FromBytes(bytes, "the model so far"));
  return std::dynamic_pointer_cast<const DeepLearningModel>(model);
}

DeepLearningParams Continue(DeepLearningParams params, const DeepLearningModel& model) {
  const ParamSchema& schema = SchemaOf<DeepLearningParams>();
  DeepLearningParams before;
  std::vector<FieldError> errors;
  for (const auto& [name, value] : model.parameters().as_object()) {
    const ParamSpec* spec = schema.Find(name);
    if (spec != nullptr && !value.is_null()) spec->FromJson(value, &before);
  }
  DeepLearningParams now = params;
  ResolveOptimizer(now);
  // Their order means nothing.
  for (DeepLearningParams* p : {&now, &before}) {
    std::sort(p->ignored_columns.begin(), p->ignored_columns.end());
  }
  const auto check = [&](const char* name, const char* why) {
    const ParamSpec* spec = schema.Find(name);
    if (spec == nullptr || spec->Format(&now) == spec->Format(&before)) return;
    errors.push_back({name, fmt::format("is {} and was {} in the checkpoint; {}",
                                        spec->Format(&now), spec->Format(&before), why)});
  };
  for (const char* name : kFixed) check(name, "a model that goes on keeps it");
  for (const char* name : kOfTheStart) check(name, "it has no effect on a model that goes on");
  if (!errors.empty()) throw FieldErrors(std::move(errors));
  if (params.seed < 0) params.seed = before.seed;
  if (params.mini_batch_size == 0) params.mini_batch_size = before.mini_batch_size;
  return params;
}

std::shared_ptr<const TrainingSnapshot> TakeSnapshot(const TrainingProgress& progress,
                                                     const Json& scores, bool reproducible,
                                                     Net<float>& net, Optimizer<float>& optimizer) {
  JsonObject json{{"samples", progress.samples},
                  {"epochs", progress.epochs},
                  {"rows", progress.rows},
                  {"counted_alike", progress.counted_alike},
                  {"iterations", progress.iterations},
                  {"returns", progress.returns},
                  {"scores", scores}};
  if (!reproducible) json["seconds"] = progress.seconds;
  auto snapshot = std::make_shared<TrainingSnapshot>();
  snapshot->progress = std::make_shared<Json>(std::move(json));
  for (const Matrix<float>* m : StateOf(net, optimizer)) snapshot->arrays.push_back(*m);
  return snapshot;
}

TrainingProgress RestoreSnapshot(const TrainingSnapshot& snapshot, Net<float>& net,
                                 Optimizer<float>& optimizer) {
  const std::vector<Matrix<float>*> state = StateOf(net, optimizer);
  bool fits = state.size() == snapshot.arrays.size();
  for (size_t i = 0; fits && i < state.size(); ++i) {
    const Matrix<float>& kept = snapshot.arrays[i];
    fits = state[i]->rows() == kept.rows() && state[i]->columns() == kept.columns();
  }
  if (!fits) {
    Refuse(
        "its state of training does not fit the net and the optimizer; whether there is momentum "
        "(momentum_start, momentum_stable) cannot change");
  }
  for (size_t i = 0; i < state.size(); ++i) {
    const Matrix<float>& kept = snapshot.arrays[i];
    for (size_t r = 0; r < kept.rows(); ++r) {
      std::copy_n(kept.row(r), kept.columns(), state[i]->row(r));
    }
  }
  try {
    const Json& json = *snapshot.progress;
    TrainingProgress progress;
    progress.samples = json.at("samples").to_number<uint64_t>();
    progress.epochs = json.at("epochs").to_number<double>();
    progress.rows = json.at("rows").to_number<uint64_t>();
    progress.counted_alike = json.at("counted_alike").as_bool();
    progress.iterations = json.at("iterations").to_number<int64_t>();
    const Json* seconds = json.as_object().if_contains("seconds");
    if (seconds != nullptr) progress.seconds = seconds->to_number<double>();
    const Json* returns = json.as_object().if_contains("returns");
    if (returns != nullptr) progress.returns = returns->to_number<int>();
    return progress;
  } catch (const std::exception& error) {
    Refuse(fmt::format("its state of training cannot be used: {}", error.what()));
  }
}

void ExportCheckpoint(const DeepLearningModel& model, const DeepLearningParams& params) {
  const fs::path path = fs::path(params.export_checkpoints_dir) / ExportName(params);
  model.Save(path.string());
}

void PrepareExport(const DeepLearningParams& params) {
  const std::string& folder = params.export_checkpoints_dir;
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) {
    throw FieldErrors(std::vector<FieldError>{
        {"export_checkpoints_dir", fmt::format("{}: {}", folder, error.message())}});
  }
  // See AtomicFile: <name>.tmp-<process>-<number>.
  const std::string prefix = ExportName(params) + ".tmp-";
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const std::string rest = name.substr(prefix.size());
    const std::optional<int64_t> process = ParseInt(rest.substr(0, rest.find('-')));
    if (process && kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH) {
      fs::remove(entry.path(), error);
    }
  }
}

}  // namespace thalweg
