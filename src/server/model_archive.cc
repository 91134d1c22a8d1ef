#include "server/model_archive.h"

#include <fmt/format.h>

#include <cstring>

#include "base/checksum.h"
#include "base/json.h"
#include "base/wall_clock.h"
#include "learn/learners.h"
#include "models/model_file.h"
#include "server/schemas/meta.h"
#include "server/schemas/model.h"

namespace thalweg {
namespace {

constexpr std::string_view kMagic = "THALWEGM";
constexpr size_t kHead = 24;

void AppendNumber(uint64_t number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

uint64_t NumberAt(const std::string& bytes, size_t at) {
  uint64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

// All that is known of a model that was trained elsewhere.
Json DescribeForeign(const Model& model, const std::string& name) {
  const Learner& learner = FindLearner(model.algo());
  TrainingOutcome outcome;
  outcome.model = std::shared_ptr<const Model>(&model, [](const Model*) {});
  outcome.parameters = std::make_shared<const Json>(model.parameters());
  outcome.scoring_history = std::make_shared<const Json>(JsonArray());
  const int64_t now = WallClockMs();
  Json wire = ModelToWire(learner, outcome, {.name = name, .start_ms = now, .end_ms = now});
  JsonObject& output = wire.as_object()["output"].as_object();
  output["training_metrics"] = nullptr;
  output["scoring_history"] = nullptr;
  return wire;
}

// What others of this server read of every model, when they list metrics or models: a file that
// lacks it must not spoil their answers. Throws.
void CheckWire(const Json& wire) {
  const Json& output = wire.at("output");
  for (const char* kind : {"training_metrics", "validation_metrics", "cross_validation_metrics"}) {
    const Json& metrics = output.at(kind);
    if (!metrics.is_object()) continue;
    const Json& frame = metrics.at("frame");
    if (frame.is_object()) frame.at("name").as_string();
  }
  output.at("run_time").to_number<double>();
}

}  // namespace

std::string ArchiveBytes(const TrainedModel& model, const NamedFrames& frames) {
  JsonObject json{{"wire", model.WireJson()}, {"parts", boost::json::value_from(model.parts())}};
  ArchivedFrames archived;
  if (!frames.empty()) {
    archived = ArchiveFrames(frames);
    json["frames"] = archived.heads;
    json["cells_length"] = archived.cells.size();
    json["cells_checksum"] = Checksum(archived.cells);
  }
  const std::string record = FormatWireJson(json);
  std::string bytes(kMagic);
  AppendNumber(record.size(), bytes);
  AppendNumber(Checksum(record), bytes);
  bytes += record;
  bytes += archived.cells;
  bytes += model.model()->Bytes();
  return bytes;
}

ArchivedModel ReadArchive(std::string bytes, const std::string& source,
                          const std::string& otherwise) {
  if (!bytes.starts_with(kMagic)) {
    const std::shared_ptr<const Model> model =
        ReadModel(ModelFile::FromBytes(std::move(bytes), source));
    const Json* id = model->parameters().as_object().if_contains("model_id");
    std::string name = id != nullptr && id->is_string() ? std::string(id->as_string()) : "";
    if (name.empty()) name = otherwise;
    return {name, std::make_shared<TrainedModel>(model, DescribeForeign(*model, name))};
  }
  const auto refuse = [&](const char* what) {
    return UserError(fmt::format("{}: not a usable model: {}", source, what));
  };
  if (bytes.size() < kHead) throw refuse("it is cut off");
  const uint64_t length = NumberAt(bytes, 8);
  if (length > bytes.size() - kHead) throw refuse("it is cut off");
  const std::string record = bytes.substr(kHead, length);
  if (Checksum(record) != NumberAt(bytes, 16)) throw refuse("it is damaged");
  try {
    const Json json = ParseJson(record, source);
    const Json& wire = json.at("wire");
    CheckWire(wire);
    NamedFrames frames;
    size_t cells = 0;
    if (const Json* heads = json.as_object().if_contains("frames")) {
      cells = json.at("cells_length").to_number<uint64_t>();
      if (cells > bytes.size() - kHead - length) throw refuse("it is cut off");
      const std::string_view all = std::string_view(bytes).substr(kHead + length, cells);
      if (Checksum(all) != json.at("cells_checksum").to_number<uint64_t>()) {
        throw refuse("it is damaged");
      }
      frames = ReadArchivedFrames(*heads, all);
    }
    auto model = ReadModel(ModelFile::FromBytes(bytes.substr(kHead + length + cells), source));
    return {std::string(wire.at("model_id").at("name").as_string()),
            std::make_shared<TrainedModel>(
                std::move(model), wire,
                boost::json::value_to<std::vector<std::string>>(json.at("parts"))),
            std::move(frames)};
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& error) {
    throw refuse(error.what());
  }
}

}  // namespace thalweg
