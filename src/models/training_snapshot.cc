#include "models/training_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "base/json.h"

namespace thalweg {

Json TrainingSnapshot::Description() const {
  JsonArray shapes;
  for (const Matrix<float>& m : arrays) shapes.push_back(JsonArray{m.rows(), m.columns()});
  return JsonObject{{"progress", *progress}, {"shapes", shapes}};
}

void TrainingSnapshot::AddArrays(ModelFileWriter& writer) const {
  std::vector<float> elements;
  for (size_t i = 0; i < arrays.size(); ++i) {
    const Matrix<float>& m = arrays[i];
    elements.clear();
    for (size_t r = 0; r < m.rows(); ++r) {
      elements.insert(elements.end(), m.row(r), m.row(r) + m.columns());
    }
    writer.Add(fmt::format("training.{}", i),
               {static_cast<int64_t>(m.rows()), static_cast<int64_t>(m.columns())}, elements);
  }
}

std::shared_ptr<const TrainingSnapshot> TrainingSnapshot::FromFile(const ModelFile& file) {
  const Json* training = file.description().as_object().if_contains("training");
  if (training == nullptr) return nullptr;
  auto snapshot = std::make_shared<TrainingSnapshot>();
  try {
    snapshot->progress = std::make_shared<Json>(training->at("progress").as_object());
    for (const Json& item : training->at("shapes").as_array()) {
      const auto shape = boost::json::value_to<std::vector<int64_t>>(item);
      // The container knows the array's size, and refuses a shape that is not its own.
      const std::vector<float> values =
          file.Array(fmt::format("training.{}", snapshot->arrays.size()), shape);
      if (shape.size() != 2) throw std::out_of_range("an array is no matrix");
      Matrix<float> m(static_cast<size_t>(shape.at(0)), static_cast<size_t>(shape.at(1)));
      for (size_t r = 0; r < m.rows(); ++r) {
        std::copy_n(values.data() + r * m.columns(), m.columns(), m.row(r));
      }
      snapshot->arrays.push_back(std::move(m));
    }
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& error) {
    throw UserError(
        fmt::format("{}: not a usable state of training: {}", file.name(), error.what()));
  }
  return snapshot;
}

}  // namespace thalweg
