#include "server/commands/publish.h"

#include <algorithm>
#include <optional>

#include "base/byte_record.h"
#include "base/file.h"
#include "base/text.h"
#include "jobs/rank_frames.h"
#include "mapreduce/share_frame.h"
#include "models/model_file.h"
#include "server/commands/saved_files.h"
#include "server/file_roots.h"
#include "server/model_archive.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

bool IsInteger(const std::string& level) { return ParseInt(level).has_value(); }

}  // namespace

void OnFirstRank(CommandContext& context, const std::function<void()>& work) {
  if (context.ranks.rank() == 0) work();
}

void Publication::AddModel(std::string name, std::shared_ptr<const Model> model, Json wire,
                           std::vector<std::string> parts) {
  models_.push_back({std::move(name), std::move(model), std::move(wire), std::move(parts)});
}

void Publication::AddFrame(std::string name, const Frame& frame) {
  frames_.emplace_back(std::move(name), std::make_shared<const Frame>(frame));
}

void Publication::Publish(CommandContext& context) {
  const bool first = context.ranks.rank() == 0;
  if (context.ranks.size() > 1) {
    internal::ByteWriter writer;
    writer.Number(models_.size());
    for (const NewModel& m : models_) {
      writer.Text(m.name);
      writer.Text(m.model->Bytes());
      writer.Text(FormatJson(m.wire));
      writer.Text(FormatJson(boost::json::value_from(m.parts)));
    }
    writer.Number(frames_.size());
    for (const auto& [name, frame] : frames_) writer.Text(name);
    const std::string bytes = context.ranks.Broadcast(first ? writer.bytes() : std::string(), 0);
    if (!first) TakeNames(bytes);
  }
  for (const auto& [name, frame] : frames_) {
    const std::optional<Frame> whole = first ? std::optional(*frame) : std::nullopt;
    PutWholeFrame(name, ShareOutFrame(whole, 0, context.ranks), context);
  }
  for (NewModel& m : models_) {
    context.catalog.Put(m.name, std::make_shared<TrainedModel>(m.model, m.wire, m.parts));
  }
}

void Publication::TakeNames(const std::string& bytes) {
  internal::ByteReader reader(bytes, "a publication");
  for (uint64_t n = reader.Number(); n > 0; --n) {
    NewModel m;
    m.name = reader.Text();
    m.model = ReadModel(ModelFile::FromBytes(std::string(reader.Text()), m.name));
    m.wire = ParseJson(reader.Text(), "a model");
    m.parts =
        boost::json::value_to<std::vector<std::string>>(ParseJson(reader.Text(), "model parts"));
    models_.push_back(std::move(m));
  }
  for (uint64_t n = reader.Number(); n > 0; --n) frames_.emplace_back(reader.Text(), nullptr);
}

void Publication::Export(const std::string& folder) const {
  MakeFolder(folder);
  for (const NewModel& m : models_) {
    WriteWholeFile(PathIn(folder, m.name), ArchiveBytes(TrainedModel(m.model, m.wire, m.parts)));
  }
}

void Publication::ExportWithPredictions(const std::string& model, const std::string& folder) const {
  for (const NewModel& m : models_) {
    if (m.name != model) continue;
    const Json& key = m.wire.at("output").at("cross_validation_holdout_predictions_frame_id");
    NamedFrames predictions;
    for (const auto& [name, frame] : frames_) {
      if (key.is_object() && key.at("name").as_string() == name) {
        predictions.emplace_back(name, *frame);
      }
    }
    WriteWholeFile(PathIn(folder, m.name),
                   ArchiveBytes(TrainedModel(m.model, m.wire, m.parts), predictions));
  }
}

Frame WireNames(const Frame& predictions) {
  std::vector<std::string> names = predictions.names();
  if (predictions.columns() < 3 || names[0] != "predict") return predictions;
  for (size_t i = 1; i < names.size(); ++i) {
    if (IsInteger(names[i])) names[i] = "p" + names[i];
  }
  return predictions.WithNames(std::move(names));
}

}  // namespace thalweg
