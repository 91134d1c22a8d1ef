#include "models/deeplearning_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "frame/chunk_builder.h"
#include "models/frame_stretches.h"
#include "models/reconstruction.h"
#include "models/row_terms.h"
#include "models/stretch_metrics.h"

namespace thalweg {
namespace {

// 2: distributions, offsets, class factors.
constexpr int kVersion = 2;

std::vector<int64_t> Shape(const Matrix<float>& m) {
  return {static_cast<int64_t>(m.rows()), static_cast<int64_t>(m.columns())};
}

// Without padding.
std::vector<float> Elements(const Matrix<float>& m) {
  std::vector<float> values;
  for (size_t r = 0; r < m.rows(); ++r) {
    values.insert(values.end(), m.row(r), m.row(r) + m.columns());
  }
  return values;
}

Matrix<float> ReadMatrix(const ModelFile& file, const std::string& name, size_t rows,
                         size_t columns) {
  const std::vector<float> values =
      file.Array(name, {static_cast<int64_t>(rows), static_cast<int64_t>(columns)});
  Matrix<float> m(rows, columns);
  for (size_t r = 0; r < rows; ++r) std::copy_n(values.data() + r * columns, columns, m.row(r));
  return m;
}

// What version 2 added to the description of the response.
void ReadDistribution(const Json& r, int version, ResponseScale& scale) {
  const size_t levels = scale.domain.size();
  if (version < 2) {
    scale.distribution.kind = levels == 0   ? DistributionKind::kGaussian
                              : levels == 2 ? DistributionKind::kBernoulli
                                            : DistributionKind::kMultinomial;
    return;
  }
  scale.distribution = Distribution::FromJson(r.at("distribution"));
  scale.modified_huber = r.at("modified_huber").as_bool();
  scale.class_factors = boost::json::value_to<std::vector<double>>(r.at("class_factors"));
  scale.weights_column = boost::json::value_to<std::string>(r.at("weights_column"));
  scale.offset_column = boost::json::value_to<std::string>(r.at("offset_column"));
  const DistributionKind kind = scale.distribution.kind;
  const bool classes =
      kind == DistributionKind::kBernoulli || kind == DistributionKind::kMultinomial;
  if (classes != (levels > 0) || (kind == DistributionKind::kBernoulli && levels != 2) ||
      (scale.modified_huber && levels != 2)) {
    throw std::out_of_range("the distribution does not fit the response");
  }
  if (!scale.class_factors.empty() && scale.class_factors.size() != levels) {
    throw std::out_of_range("class_factors do not fit the response");
  }
  if (!scale.offset_column.empty() && levels > 2) {
    throw std::out_of_range("there are offsets for more than two classes");
  }
}

}  // namespace

ActualResponses ReadResponses(const Frame& frame, size_t column, const ResponseScale& response,
                              int64_t begin, int64_t end) {
  const Column& cells = frame.column(column);
  const auto count = static_cast<size_t>(end - begin);
  ActualResponses actual;
  if (!IsNumeric(cells.type()) ||
      (cells.type() == ColumnType::kCategorical && !response.classification())) {
    throw UserError(fmt::format("the response {} is {}; it was {} in training", frame.name(column),
                                ColumnTypeName(cells.type()),
                                response.classification() ? "enum" : "a number"));
  }
  if (!response.classification()) {
    actual.values.resize(count);
    ReadCells(frame, column, begin, actual.values);
    return actual;
  }
  const Domain domain(response.domain);
  actual.classes.resize(count, -1);
  if (cells.type() == ColumnType::kCategorical) {
    std::vector<int32_t> map;
    for (const std::string& level : cells.domain()->levels()) {
      map.push_back(static_cast<int32_t>(domain.Find(level)));
    }
    std::vector<int64_t> codes(count);
    ReadCells(frame, column, begin, codes);
    for (size_t r = 0; r < count; ++r) {
      if (codes[r] != kMissingInt) actual.classes[r] = map[static_cast<size_t>(codes[r])];
    }
    return actual;
  }
  std::vector<double> values(count);
  ReadCells(frame, column, begin, values);
  for (size_t r = 0; r < count; ++r) {
    if (std::isnan(values[r])) continue;
    actual.classes[r] = static_cast<int32_t>(domain.Find(fmt::format("{}", values[r])));
  }
  return actual;
}

DeepLearningModel::DeepLearningModel(FeatureEncoder encoder, Network network, std::string response,
                                     ResponseScale scale, const Json& parameters,
                                     std::vector<VariableImportance> importances)
    : encoder_(std::move(encoder)),
      network_(std::move(network)),
      response_(std::move(response)),
      scale_(std::move(scale)),
      parameters_(std::make_unique<Json>(parameters)),
      importances_(std::move(importances)) {
  DistributionKind& kind = scale_.distribution.kind;
  const size_t levels = scale_.domain.size();
  if (levels > 0 && kind != DistributionKind::kBernoulli &&
      kind != DistributionKind::kMultinomial) {
    kind = levels == 2 ? DistributionKind::kBernoulli : DistributionKind::kMultinomial;
  }
}

DeepLearningModel::~DeepLearningModel() = default;

std::vector<std::pair<std::string, ColumnType>> DeepLearningModel::TrainedTypes() const {
  std::vector<std::pair<std::string, ColumnType>> types;
  for (const FeatureColumn& column : encoder_.columns()) {
    if (column.type) types.emplace_back(column.name, *column.type);
  }
  // Numbers are matched by value (see ReadResponses), so that 1.0 is level 1; 007 needs its text.
  const bool text = std::any_of(scale_.domain.begin(), scale_.domain.end(), [](const auto& level) {
    const std::optional<double> number = ParseReal(level);
    return !number || fmt::format("{}", *number) != level;
  });
  if (text) types.emplace_back(response_, ColumnType::kCategorical);
  return types;
}

std::vector<double> DeepLearningModel::Offsets(const Frame& frame, int64_t begin,
                                               int64_t end) const {
  if (scale_.offset_column.empty()) return {};
  return ReadOffsets(frame, scale_.offset_column, begin, end);
}

Frame DeepLearningModel::Predict(const Frame& frame, ThreadPool& pool) const {
  if (scale_.autoencoder()) return Reconstruct(frame, pool);
  const FeatureBinding binding(encoder_, frame);
  const Layout& layout = frame.layout();
  const bool classes = scale_.classification();
  const size_t columns = classes ? 1 + scale_.domain.size() : 1;
  std::vector<std::vector<ChunkPtr>> chunks(columns, std::vector<ChunkPtr>(layout.chunks()));
  ForEachStretch(layout, [&](size_t first_chunk, size_t last_chunk, int64_t begin, int64_t end) {
    const RowStore store(binding, begin, end, {}, pool);
    const size_t rows = store.rows();
    const std::vector<double> offsets = Offsets(frame, begin, end);
    std::vector<int64_t> codes(classes ? rows : 0);
    std::vector<std::vector<double>> values(classes ? columns - 1 : 1, std::vector<double>(rows));
    ScoreRows(
        network_, scale_, store, AllRows(rows), pool,
        [&](size_t /*block*/, size_t first, ConstMatrixView<float> scores) {
          for (size_t r = 0; r < scores.rows; ++r) {
            const float* row = scores.row(r);
            for (size_t j = 0; j < scores.columns; ++j) values[j][first + r] = row[j];
            if (classes) {
              codes[first + r] = static_cast<int64_t>(scale_.Predict({row, scores.columns}));
            }
          }
        },
        offsets);
    pool.Run((last_chunk - first_chunk) * columns, [&](size_t task, size_t /*thread*/) {
      const size_t chunk = first_chunk + task / columns;
      const size_t column = task % columns;
      const auto from = static_cast<size_t>(layout.ChunkStart(chunk) - begin);
      const auto count = static_cast<size_t>(layout.ChunkRows(chunk));
      if (classes && column == 0) {
        chunks[0][chunk] = EncodeIntegers(std::span(codes).subspan(from, count));
      } else {
        const std::vector<double>& cells = values[classes ? column - 1 : 0];
        chunks[column][chunk] = EncodeReals(std::span(cells).subspan(from, count));
      }
    });
  });
  std::vector<std::string> names = {"predict"};
  std::vector<ColumnPtr> result;
  for (size_t c = 0; c < columns; ++c) {
    const bool codes = classes && c == 0;
    if (c > 0) names.push_back(scale_.domain[c - 1]);
    result.push_back(std::make_shared<Column>(
        codes ? ColumnType::kCategorical : ColumnType::kReal, std::move(chunks[c]),
        codes ? std::make_shared<Domain>(scale_.domain) : nullptr));
  }
  return Frame(frame.layout_ptr(), std::move(names), std::move(result));
}

Metrics DeepLearningModel::Score(const Frame& frame, ThreadPool& pool) const {
  return ScoreWith({}, frame, pool);
}

ActualResponses DeepLearningModel::Actual(const Frame& frame, int64_t begin, int64_t end) const {
  ActualResponses actual;
  if (!scale_.autoencoder()) {
    actual = ReadResponses(frame, frame.IndexOf(response_), scale_, begin, end);
  }
  // Rows count by their weights where the frame has them.
  if (!scale_.weights_column.empty() && frame.Find(scale_.weights_column)) {
    actual.weights = ReadWeights(frame, scale_.weights_column, begin, end);
  }
  return actual;
}

Metrics DeepLearningModel::ScoreWith(const ScoringOptions& how, const Frame& frame,
                                     ThreadPool& pool) const {
  if (scale_.autoencoder()) return ScoreReconstructions(frame, pool);
  const FeatureBinding binding(encoder_, frame);
  StretchMetrics metrics(scale_, how);
  ForEachStretch(frame.layout(), [&](size_t, size_t, int64_t begin, int64_t end) {
    const RowStore store(binding, begin, end, {}, pool);
    const ActualResponses actual = Actual(frame, begin, end);
    metrics.Begin(store.rows(), actual);
    ScoreRows(
        network_, scale_, store, AllRows(store.rows()), pool,
        [&](size_t block, size_t first, ConstMatrixView<float> scores) {
          metrics.Add(block, first, scores);
        },
        Offsets(frame, begin, end));
    metrics.End();
  });
  return metrics.Finish(pool);
}

std::vector<std::string> DeepLearningModel::predictors() const {
  std::vector<std::string> names;
  for (const FeatureColumn& column : encoder_.columns()) names.push_back(column.name);
  return names;
}

Metrics DeepLearningModel::ScorePredictions(const ScoringOptions& how, const Frame& predictions,
                                            const Frame& frame, ThreadPool& pool) const {
  if (scale_.autoencoder()) {
    std::vector<double> errors(static_cast<size_t>(frame.rows()));
    ReadCells(predictions, 0, 0, errors);
    return ReconstructionMetrics(errors, Actual(frame, 0, frame.rows()), AllRows(errors.size()));
  }
  // Probabilities come after the labels.
  const size_t skipped = scale_.classification() ? 1 : 0;
  StretchMetrics metrics(scale_, how);
  ForEachStretch(frame.layout(), [&](size_t, size_t, int64_t begin, int64_t end) {
    const auto rows = static_cast<size_t>(end - begin);
    Matrix<float> scores(rows, predictions.columns() - skipped);
    std::vector<double> cells(rows);
    for (size_t c = 0; c < scores.columns(); ++c) {
      ReadCells(predictions, c + skipped, begin, cells);
      for (size_t r = 0; r < rows; ++r) scores(r, c) = static_cast<float>(cells[r]);
    }
    const ActualResponses actual = Actual(frame, begin, end);
    metrics.Begin(rows, actual);
    metrics.AddBlocks(0, scores.view(), pool);
    metrics.End();
  });
  return metrics.Finish(pool);
}

Json DeepLearningModel::Summary() const {
  JsonArray hidden;
  for (size_t l = 0; l + 1 < network_.layers.size(); ++l) {
    hidden.push_back(network_.layers[l].biases.columns() / ChannelsOf(network_.activation));
  }
  const Json* id = parameters_->as_object().if_contains("model_id");
  return JsonObject{
      {"algo", kAlgo},
      {"model_id", id == nullptr ? Json("") : *id},
      {"response", response_},
      {"distribution", kEnumNames<DistributionKind>[static_cast<size_t>(scale_.distribution.kind)]},
      {"kind", scale_.autoencoder()      ? "autoencoder"
               : scale_.classification() ? "classification"
                                         : "regression"},
      {"predictors", encoder_.columns().size()},
      {"inputs", encoder_.shape().units()},
      {"hidden", hidden},
      {"outputs", network_.outputs()},
      {"activation", kEnumNames<Activation>[static_cast<size_t>(network_.activation)]},
      {"weights_and_biases", network_.parameters()},
      {"training_state", snapshot_ != nullptr}};
}

Json DeepLearningModel::Description() const {
  JsonArray widths;
  for (const AffineWeights& layer : network_.layers) widths.push_back(layer.biases.columns());
  JsonObject description{
      {"algo", kAlgo},
      {"version", kVersion},
      {"response", JsonObject{{"name", response_},
                              {"domain", boost::json::value_from(scale_.domain)},
                              {"threshold", scale_.threshold},
                              {"metrics", ToJson(scale_.metrics)},
                              {"distribution", scale_.distribution.ToJson()},
                              {"mean", scale_.mean},
                              {"scale", scale_.scale},
                              {"modified_huber", scale_.modified_huber},
                              {"class_factors", boost::json::value_from(scale_.class_factors)},
                              {"autoencoder", scale_.autoencoder()},
                              {"weights_column", scale_.weights_column},
                              {"offset_column", scale_.offset_column}}},
      {"columns", encoder_.ToJson()},
      {"activation", kEnumNames<Activation>[static_cast<size_t>(network_.activation)]},
      {"widths", widths},
      {"variable_importances", ImportancesToJson(importances_)},
      {"parameters", *parameters_}};
  if (snapshot_) description["training"] = snapshot_->Description();
  return description;
}

void DeepLearningModel::AddArrays(ModelFileWriter& writer) const {
  for (size_t l = 0; l < network_.layers.size(); ++l) {
    const AffineWeights& layer = network_.layers[l];
    writer.Add(fmt::format("weights.{}", l), Shape(layer.weights), Elements(layer.weights));
    writer.Add(fmt::format("biases.{}", l), Shape(layer.biases), Elements(layer.biases));
  }
  if (snapshot_) snapshot_->AddArrays(writer);
}

std::shared_ptr<const DeepLearningModel> DeepLearningModel::WithThreshold(double threshold) const {
  ResponseScale scale = scale_;
  scale.threshold = threshold;
  auto copy = std::make_shared<DeepLearningModel>(encoder_, network_, response_, std::move(scale),
                                                  *parameters_, importances_);
  copy->set_snapshot(snapshot_);
  return copy;
}

size_t DeepLearningModel::ByteSize() const {
  size_t numbers = network_.parameters();
  if (snapshot_) {
    for (const Matrix<float>& m : snapshot_->arrays) numbers += m.rows() * m.columns();
  }
  return numbers * sizeof(float);
}

void DeepLearningModel::Save(const std::string& path) const {
  ModelFileWriter writer(Description());
  AddArrays(writer);
  writer.Save(path);
}

std::string DeepLearningModel::Bytes() const {
  ModelFileWriter writer(Description());
  AddArrays(writer);
  return writer.Bytes();
}

std::shared_ptr<const DeepLearningModel> DeepLearningModel::FromFile(const ModelFile& file) {
  const auto refuse = [&](const std::string& what) {
    return UserError(fmt::format("{}: not a usable deep-learning model: {}", file.name(), what));
  };
  Network network;
  ResponseScale scale;
  std::string response;
  std::vector<size_t> widths;
  FeatureEncoder encoder;
  Json parameters;
  std::vector<VariableImportance> importances;
  try {
    const Json& d = file.description();
    const auto version = d.at("version").to_number<int>();
    if (version > kVersion) {
      throw refuse(
          fmt::format("it was written by a later version of the program (model version "
                      "{}, this program knows {})",
                      version, kVersion));
    }
    encoder = FeatureEncoder::FromJson(d.at("columns"), file.name());
    const Json& r = d.at("response");
    response = boost::json::value_to<std::string>(r.at("name"));
    scale.domain = boost::json::value_to<std::vector<std::string>>(r.at("domain"));
    // Files from before these were there went by the largest probability.
    const JsonObject& optional = r.as_object();
    if (const Json* t = optional.if_contains("threshold")) {
      scale.threshold = t->to_number<double>();
    }
    if (const Json* m = optional.if_contains("metrics")) {
      scale.metrics = ClassificationOptionsFromJson(*m);
    }
    scale.mean = r.at("mean").to_number<double>();
    scale.scale = r.at("scale").to_number<double>();
    ReadDistribution(r, version, scale);
    const Json* autoencoder = r.as_object().if_contains("autoencoder");
    if (autoencoder != nullptr && autoencoder->as_bool()) {
      scale.reconstructed = encoder.shape().units();
    }
    widths = boost::json::value_to<std::vector<size_t>>(d.at("widths"));
    const auto name = boost::json::value_to<std::string>(d.at("activation"));
    const auto& names = kEnumNames<Activation>;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) throw refuse("unknown activation " + name);
    network.activation = static_cast<Activation>(found - names.begin());
    const Json* table = d.as_object().if_contains("variable_importances");
    if (table != nullptr) importances = ImportancesFromJson(*table);
    parameters = d.at("parameters");
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& error) {
    throw refuse(error.what());
  }
  const size_t outputs = scale.outputs();
  const size_t channels = ChannelsOf(network.activation);
  if (widths.empty() || widths.back() != outputs) throw refuse("widths of layers do not fit");
  network.input = encoder.shape();
  size_t inputs = network.input.units();
  for (size_t l = 0; l < widths.size(); ++l) {
    AffineWeights layer;
    layer.weights = ReadMatrix(file, fmt::format("weights.{}", l), inputs, widths[l]);
    layer.biases = ReadMatrix(file, fmt::format("biases.{}", l), 1, widths[l]);
    network.layers.push_back(std::move(layer));
    inputs = widths[l] / channels;
  }
  auto model = std::make_shared<DeepLearningModel>(std::move(encoder), std::move(network),
                                                   std::move(response), std::move(scale),
                                                   parameters, std::move(importances));
  model->set_snapshot(TrainingSnapshot::FromFile(file));
  return model;
}

}  // namespace thalweg
