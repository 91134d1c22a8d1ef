#include "server/handlers/partial_dependence.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "server/commands/partial_dependence.h"
#include "server/errors.h"
#include "server/schemas/job.h"
#include "server/schemas/wire_values.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

JsonArray Pairs(const std::string& text) {
  JsonArray pairs;
  for (const std::string& pair : ParseWireList(text)) {
    const std::vector<std::string> columns = ParseWireList(pair);
    if (columns.size() != 2) {
      throw IllegalArgument("col_pairs_2dpdp: is a list of pairs, as in [[a,b],[a,c]]");
    }
    pairs.push_back(boost::json::value_from(columns));
  }
  return pairs;
}

JsonObject Splits(const PartialDependenceRequest& r) {
  int64_t count = 0;
  for (const int64_t n : r.num_user_splits) {
    if (n < 0 || n > static_cast<int64_t>(r.user_splits.size())) {
      throw IllegalArgument("num_user_splits: are numbers of points of user_splits");
    }
    count += n;
  }
  if (r.user_cols.size() != r.num_user_splits.size() ||
      count != static_cast<int64_t>(r.user_splits.size())) {
    throw IllegalArgument("user_splits: does not have as many points as num_user_splits says");
  }
  JsonObject splits;
  size_t at = 0;
  for (size_t i = 0; i < r.user_cols.size(); ++i) {
    JsonArray values;
    for (int64_t n = 0; n < r.num_user_splits[i]; ++n) values.push_back(r.user_splits[at++]);
    splits[r.user_cols[i]] = std::move(values);
  }
  return splits;
}

// What can be told before anything is computed.
void CheckWhatIsAsked(const PartialDependenceRequest& r, const Model& model, const Frame& frame,
                      const JsonArray& pairs) {
  if (model.response().empty()) {
    throw UserError("partial dependence is of models that predict a response");
  }
  const std::vector<std::string> domain = model.domain();
  if (!r.targets.empty() && domain.size() < 3) {
    throw UserError("targets: are for models of more than two classes");
  }
  if (domain.size() > 2 && r.targets.empty()) {
    throw UserError("targets: are needed, as there are more than two classes");
  }
  for (const std::string& target : r.targets) {
    if (std::find(domain.begin(), domain.end(), target) == domain.end()) {
      throw UserError("targets: there is no class " + Printable(target));
    }
  }
  std::vector<std::string> columns = r.cols;
  for (const Json& pair : pairs) {
    for (const Json& column : pair.as_array()) columns.emplace_back(column.as_string());
  }
  for (const std::string& name : columns) {
    const auto position = frame.Find(name);
    if (!position) throw UserError("cols: the frame has no column " + Printable(name));
    const DomainPtr& levels = frame.column(*position).domain();
    const bool own_points =
        std::find(r.user_cols.begin(), r.user_cols.end(), name) != r.user_cols.end();
    if (levels && !own_points && static_cast<int64_t>(levels->size()) > r.nbins) {
      throw UserError(
          fmt::format("nbins is {}; column {} has {} levels, and needs as many at least", r.nbins,
                      name, levels->size()));
    }
  }
}

}  // namespace

Json StartPartialDependence(const PartialDependenceRequest& r, Call& call) {
  const std::shared_ptr<const Model> model = call.server.catalog().GetModel(r.model_id);
  const std::shared_ptr<const Frame> frame = call.server.catalog().GetFrame(r.frame_id);
  const JsonArray pairs = Pairs(r.col_pairs_2dpdp);
  if (r.cols.empty() && pairs.empty()) {
    throw IllegalArgument("cols: is needed, or col_pairs_2dpdp: the columns to look at");
  }
  CheckWhatIsAsked(r, *model, *frame, pairs);
  std::string weights;
  if (r.weight_column_index >= 0) {
    if (r.weight_column_index >= static_cast<int64_t>(frame->columns())) {
      throw IllegalArgument("weight_column_index: there is no such column");
    }
    weights = frame->name(static_cast<size_t>(r.weight_column_index));
  }
  const std::string dest = r.destination_key.empty() ? "_" + RandomHex(32) : r.destination_key;
  const JsonObject arguments{{"dest", dest},
                             {"model", r.model_id},
                             {"frame", r.frame_id},
                             {"cols", boost::json::value_from(r.cols)},
                             {"pairs", pairs},
                             {"nbins", r.nbins},
                             {"add_missing_na", r.add_missing_na},
                             {"row_index", r.row_index},
                             {"weights_column", weights},
                             {"targets", boost::json::value_from(r.targets)},
                             {"splits", Splits(r)}};
  const JobPtr job = call.server.jobs.Start(
      "PartialDependence", {dest, "PartialDependence"},
      [&server = call.server, arguments](Job& running) {
        server.ranks.Run("partial_dependence", arguments,
                         {.progress = &running, .cancel = &running.cancel()});
      });
  return JobJsonSoon(*job);
}

HttpResponse GetPartialDependence(const PartialDependenceName& request, Call& call) {
  const auto entry = call.server.catalog().FindAs<PartialDependenceEntry>(request.name);
  if (!entry) throw NotFound("partial dependence", request.name);
  HttpResponse response;
  response.body = entry->wire();
  return response;
}

}  // namespace thalweg
