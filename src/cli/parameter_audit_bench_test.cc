// Files, trainings and runs of the command line for the audit.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/parameter_audit_rows_for_test.h"
#include "ingest/parse.h"
#include "models/weight_frames.h"

namespace thalweg {
namespace {

class Progress : public ProgressListener {
 public:
  void Update(const ProgressUpdate& update) override { messages.push_back(update.message); }
  std::vector<std::string> messages;
};

// Numbers with missing ones, mostly zeros, constants, many and few levels; responses of two and
// three classes and a positive number, weights, offsets, folds.
std::string Csv(size_t rows, uint64_t seed) {
  Random random(seed);
  std::string text = "x,y,rare,same,level,many,label,three,value,w,o,f\n";
  for (size_t r = 0; r < rows; ++r) {
    const double x = random.Uniform(-2, 2), y = random.Uniform(0, 50);
    const uint64_t level = random.Below(4), many = random.Below(13);
    const double value = std::exp(0.5 * x + (level == 1 ? 1 : 0) + 0.3 * random.Normal());
    text += fmt::format("{},{},{},3,{},m{},{},{},{},{},{},{}\n",
                        r % 17 == 3 ? "" : fmt::format("{:.4f}", x), y,
                        random.Bernoulli(0.1) ? random.Uniform(1, 2) : 0,
                        r % 19 == 4 ? "" : std::string(1, static_cast<char>('a' + level)), many,
                        value > 1.6 ? "yes" : "no", value < 0.7 ? "p" : (y > 25 ? "q" : "r"), value,
                        r % 3, random.Uniform(-1, 1), r % 4);
  }
  return text;
}

}  // namespace

std::string Text(const AuditSettings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += fmt::format("{}={} ", name, value);
  return text;
}

bool IsDeterministic(const AuditSettings& settings) {
  const auto is = [&](const char* name, const char* usual) {
    const auto found = settings.find(name);
    return found == settings.end() || found->second == usual;
  };
  return is("reproducible", "true") && is("max_runtime_secs", "0");
}

AuditBench::AuditBench()
    : folder_(fmt::format("{}/parameter_audit_{}", testing::TempDir(), getpid())) {
  std::filesystem::create_directories(folder_);
  WriteFiles();
}

AuditBench::~AuditBench() { std::filesystem::remove_all(folder_); }

void AuditBench::WriteFiles() {
  ThreadPool pool(1);
  WriteWholeFile(folder_ + "/training.csv", Csv(90, 1));
  WriteWholeFile(folder_ + "/validation.csv", Csv(40, 2));
  training_ = std::make_unique<Frame>(ParseFiles({folder_ + "/training.csv"}, {}, pool).frame);
  validation_ = std::make_unique<Frame>(ParseFiles({folder_ + "/validation.csv"}, {}, pool).frame);
  const Seen start = Train(Settings("epochs=1 seed=5"));
  start.model->Save(folder_ + "/start.thalweg");
  const Seen autoencoder = Train(Settings(
      "autoencoder=true response_column= ignored_columns=label,value,three,w,o,f activation=Tanh"));
  autoencoder.model->Save(folder_ + "/autoencoder.thalweg");
  WriteFrame(WeightsFrame(*start.model, 0), folder_ + "/weights.csv", pool, {});
  WriteFrame(BiasesFrame(*start.model, 0), folder_ + "/biases.csv", pool, {});
  for (const char* name : {"/weights.csv", "/biases.csv"}) {
    named_.emplace(folder_ + name, ParseFiles({folder_ + name}, {}, pool).frame);
  }
}

AuditSettings AuditBench::Parse(const std::string& text) const {
  AuditSettings settings;
  for (std::string_view word : Split(text, ' ')) {
    if (word.empty()) continue;
    const size_t at = word.find('=');
    settings[std::string(word.substr(0, at))] = Path(std::string(word.substr(at + 1)));
  }
  return settings;
}

AuditSettings AuditBench::Settings(const std::string& text) const {
  AuditSettings settings = Parse(
      "response_column=label ignored_columns=value,three,w,o,f hidden=5,4 epochs=2 seed=1 "
      "reproducible=true mini_batch_size=8");
  for (const auto& [name, value] : Parse(text)) settings[name] = value;
  return settings;
}

std::string AuditBench::Path(std::string value) const {
  for (size_t at = value.find("{}"); at != std::string::npos; at = value.find("{}")) {
    value.replace(at, 2, folder_);
  }
  return value;
}

Seen AuditBench::TrainOn(const AuditSettings& settings, const Frame& training,
                         const Frame* validation, size_t threads) const {
  Seen seen;
  seen.folder = folder_;
  std::filesystem::remove_all(folder_ + "/checkpoints");
  const Learner& learner = FindLearner("deeplearning");
  const std::shared_ptr<void> params = learner.NewParams();
  ThreadPool pool(threads);
  Progress progress;
  TrainingFrames frames{&training, validation};
  for (const auto& [name, frame] : named_) frames.named[name] = &frame;
  try {
    learner.schema().Parse({settings.begin(), settings.end()}, params.get());
    seen.outcome =
        learner.Train(params.get(), frames, pool, {.progress = &progress, .cancel = nullptr});
  } catch (const FieldErrors& errors) {
    seen.field = errors.errors()[0].field;
    seen.error = errors.what();
    return seen;
  } catch (const std::exception& error) {
    seen.error = error.what();
    return seen;
  }
  seen.progress = std::move(progress.messages);
  seen.model = dynamic_cast<const DeepLearningModel*>(seen.outcome.model.get());
  seen.bytes = seen.model->Bytes();
  return seen;
}

CommandLineRun AuditBench::RunCommand(const AuditSettings& settings) const {
  const std::string model = folder_ + "/command.thalweg";
  std::filesystem::remove(model);
  std::vector<std::string> words = {"thalweg",
                                    "train",
                                    "deeplearning",
                                    "--quiet",
                                    "--threads",
                                    "2",
                                    "--training_frame",
                                    folder_ + "/training.csv",
                                    "--validation_frame",
                                    folder_ + "/validation.csv",
                                    "--model",
                                    model};
  for (const auto& [name, value] : settings) {
    words.push_back("--" + name);
    words.push_back(value);
  }
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  CommandLineRun run;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  run.code = RunCommandLine(static_cast<int>(arguments.size()), arguments.data());
  run.printed = testing::internal::GetCapturedStdout();
  run.errors = testing::internal::GetCapturedStderr();
  if (std::filesystem::exists(model)) run.model = ReadWholeFile(model);
  return run;
}

}  // namespace thalweg
