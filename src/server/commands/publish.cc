#include "server/commands/publish.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "frame/chunk_bytes.h"
#include "jobs/rank_frames.h"
#include "models/model_file.h"
#include "server/commands/saved_files.h"
#include "server/file_roots.h"
#include "server/model_archive.h"
#include "server/trained_model.h"

namespace thalweg {
namespace {

// Lengths and bytes, one after the other.
void AppendPart(std::string_view part, std::string& out) {
  const uint64_t length = part.size();
  out.append(reinterpret_cast<const char*>(&length), sizeof(length));
  out.append(part);
}

std::string_view TakePart(std::string_view& bytes) {
  uint64_t length = 0;
  std::copy_n(bytes.data(), sizeof(length), reinterpret_cast<char*>(&length));
  const std::string_view part = bytes.substr(sizeof(length), length);
  bytes.remove_prefix(sizeof(length) + length);
  return part;
}

std::string FrameBytes(const Frame& frame) {
  JsonArray starts, columns;
  for (size_t i = 0; i < frame.layout().chunks(); ++i)
    starts.push_back(frame.layout().ChunkStart(i));
  starts.push_back(frame.rows());
  for (size_t c = 0; c < frame.columns(); ++c) {
    const Column& column = frame.column(c);
    columns.push_back(JsonObject{
        {"name", frame.name(c)},
        {"type", static_cast<int>(column.type())},
        {"domain", column.domain() ? boost::json::value_from(column.domain()->levels()) : Json()}});
  }
  std::string bytes;
  AppendPart(FormatJson(JsonObject{{"starts", starts}, {"columns", columns}}), bytes);
  for (size_t c = 0; c < frame.columns(); ++c) {
    for (size_t i = 0; i < frame.layout().chunks(); ++i) {
      AppendChunkBytes(frame.column(c).chunk(i), bytes);
    }
  }
  return bytes;
}

Frame FrameFromBytes(std::string_view bytes) {
  const Json head = ParseJson(TakePart(bytes), "a frame's head");
  const auto starts = boost::json::value_to<std::vector<int64_t>>(head.at("starts"));
  std::vector<std::string> names;
  std::vector<ColumnPtr> columns;
  for (const Json& column : head.at("columns").as_array()) {
    names.emplace_back(column.at("name").as_string());
    DomainPtr domain;
    if (column.at("domain").is_array()) {
      domain = std::make_shared<Domain>(
          boost::json::value_to<std::vector<std::string>>(column.at("domain")));
    }
    std::vector<ChunkPtr> chunks;
    for (size_t i = 0; i + 1 < starts.size(); ++i) chunks.push_back(TakeChunk(bytes));
    columns.push_back(
        std::make_shared<Column>(static_cast<ColumnType>(column.at("type").to_number<int>()),
                                 std::move(chunks), std::move(domain)));
  }
  return Frame(std::make_shared<Layout>(starts), std::move(names), std::move(columns));
}

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
  if (context.ranks.size() > 1) {
    const bool first = context.ranks.rank() == 0;
    std::string bytes;
    if (first) {
      AppendPart(std::to_string(models_.size()), bytes);
      for (const NewModel& m : models_) {
        AppendPart(m.name, bytes);
        AppendPart(m.model->Bytes(), bytes);
        AppendPart(FormatJson(m.wire), bytes);
        AppendPart(FormatJson(boost::json::value_from(m.parts)), bytes);
      }
      AppendPart(std::to_string(frames_.size()), bytes);
      for (const auto& [name, frame] : frames_) {
        AppendPart(name, bytes);
        AppendPart(FrameBytes(*frame), bytes);
      }
    }
    const std::string all = context.ranks.Broadcast(bytes, 0);
    if (!first) {
      std::string_view rest = all;
      for (int64_t n = *ParseInt(TakePart(rest)); n > 0; --n) {
        NewModel m;
        m.name = TakePart(rest);
        m.model = ReadModel(ModelFile::FromBytes(std::string(TakePart(rest)), m.name));
        m.wire = ParseJson(TakePart(rest), "a model");
        m.parts = boost::json::value_to<std::vector<std::string>>(
            ParseJson(TakePart(rest), "parts of a model"));
        models_.push_back(std::move(m));
      }
      for (int64_t n = *ParseInt(TakePart(rest)); n > 0; --n) {
        std::string name(TakePart(rest));
        AddFrame(std::move(name), FrameFromBytes(TakePart(rest)));
      }
    }
  }
  for (const auto& [name, frame] : frames_) PutWholeFrame(name, *frame, context);
  for (NewModel& m : models_) {
    context.catalog.Put(m.name, std::make_shared<TrainedModel>(m.model, m.wire, m.parts));
  }
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
