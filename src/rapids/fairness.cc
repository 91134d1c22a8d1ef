// How a model of two classes treats groups of people: its predictions, by the levels of the columns
// that describe them, beside those of a group of reference.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "mapreduce/frame_parts.h"
#include "models/adapt_frame.h"
#include "models/metrics/roc.h"
#include "models/metrics/thresholds.h"
#include "rapids/chunks.h"
#include "rapids/fisher_exact.h"
#include "rapids/primitives.h"
#include "rapids/temporaries.h"

namespace thalweg::internal {
namespace {

// Of combinations of levels, as many as H2O takes.
constexpr double kMostGroups = 1e6;

// A row: what it was given, and what it really is, the favourable class or not.
struct Outcome {
  double probability = 0;
  bool selected = false;
  bool positive = false;
};

struct Group {
  std::vector<int64_t> codes;  // of the protected columns
  std::vector<Outcome> rows;
};

// What is told of a group; a column of the overview each.
struct Measure {
  const char* name;
  double (*value)(const Group& group);
  bool compared = true;  // with the group of reference
};

double Count(const Group& group, bool selected, bool positive) {
  return static_cast<double>(std::count_if(
      group.rows.begin(), group.rows.end(),
      [&](const Outcome& row) { return row.selected == selected && row.positive == positive; }));
}
double TruePositives(const Group& g) { return Count(g, true, true); }
double FalsePositives(const Group& g) { return Count(g, true, false); }
double TrueNegatives(const Group& g) { return Count(g, false, false); }
double FalseNegatives(const Group& g) { return Count(g, false, true); }
double Total(const Group& g) { return static_cast<double>(g.rows.size()); }
double Selected(const Group& g) { return TruePositives(g) + FalsePositives(g); }
double Positives(const Group& g) { return TruePositives(g) + FalseNegatives(g); }
double Negatives(const Group& g) { return Total(g) - Positives(g); }

// By descending score, rows of one score together.
std::vector<ScoreCell> CellsOf(const Group& group) {
  std::vector<Outcome> rows = group.rows;
  std::sort(rows.begin(), rows.end(),
            [](const Outcome& a, const Outcome& b) { return a.probability > b.probability; });
  std::vector<ScoreCell> cells;
  for (const Outcome& row : rows) {
    if (cells.empty() || cells.back().score != row.probability) {
      cells.push_back({.score = row.probability});
    }
    (row.positive ? cells.back().positives : cells.back().negatives) += 1;
  }
  return cells;
}

double AreaUnderRoc(const Group& g) { return Auc(CellsOf(g)); }

double LogLoss(const Group& group) {
  constexpr double kSmallest = 1e-15;
  double sum = 0;
  for (const Outcome& row : group.rows) {
    sum -= std::log(std::max(row.positive ? row.probability : 1 - row.probability, kSmallest));
  }
  return sum / Total(group);
}

// In the order of H2O's columns; relativeSize, which is of all groups, stands behind total.
constexpr Measure kMeasures[] = {
    {"tp", TruePositives},
    {"fp", FalsePositives},
    {"tn", TrueNegatives},
    {"fn", FalseNegatives},
    {"total", Total, false},
    {"accuracy", [](const Group& g) { return (TruePositives(g) + TrueNegatives(g)) / Total(g); }},
    {"precision", [](const Group& g) { return TruePositives(g) / Selected(g); }},
    {"f1", [](const Group& g) { return 2 * TruePositives(g) / (Selected(g) + Positives(g)); }},
    {"tpr", [](const Group& g) { return TruePositives(g) / Positives(g); }},
    {"tnr", [](const Group& g) { return TrueNegatives(g) / Negatives(g); }},
    {"fpr", [](const Group& g) { return FalsePositives(g) / Negatives(g); }},
    {"fnr", [](const Group& g) { return FalseNegatives(g) / Positives(g); }},
    {"auc", AreaUnderRoc},
    {"aucpr", [](const Group& g) { return AveragePrecision(CellsOf(g)); }},
    {"gini", [](const Group& g) { return 2 * AreaUnderRoc(g) - 1; }},
    {"selected", Selected},
    {"selectedRatio", [](const Group& g) { return Selected(g) / Total(g); }},
    {"logloss", LogLoss},
};

// What the arguments ask for.
struct Question {
  NamedModel model;
  FramePtr frame;
  std::vector<size_t> columns;  // protected ones
  std::vector<int64_t> reference;
  int64_t favourable = 0;  // in the model's domain
};

std::string LevelsOf(const Question& question, const Group& group) {
  std::vector<std::string> levels;
  for (size_t i = 0; i < question.columns.size(); ++i) {
    const Domain& domain = *question.frame->column(question.columns[i]).domain();
    levels.push_back(domain.levels()[static_cast<size_t>(group.codes[i])]);
  }
  return Join(levels, ",");
}

Question ReadQuestion(const Arguments& arguments) {
  Question question;
  const auto* model = arguments[0].As<NamedModel>();
  if (model == nullptr) arguments.Fail(0, "is no model");
  question.model = *model;
  const std::vector<std::string> domain = model->model->domain();
  if (domain.size() != 2) arguments.Fail(0, "is no model of two classes");
  question.frame = arguments.FrameAt(1);
  if (arguments.Nothing(2)) arguments.Fail(2, "names no column");
  double groups = 1;
  for (const std::string& name : arguments.Texts(2)) {
    question.columns.push_back(question.frame->IndexOf(name));
    const Column& column = question.frame->column(question.columns.back());
    if (column.type() != ColumnType::kCategorical) {
      arguments.Fail(2, fmt::format("has {}, which must be a categorical column", Printable(name)));
    }
    groups *= static_cast<double>(column.domain()->size());
  }
  if (groups > kMostGroups) {
    arguments.Fail(2, fmt::format("has {} combinations of levels; there may be {}", groups,
                                  static_cast<int64_t>(kMostGroups)));
  }
  if (!arguments.Nothing(3)) {
    const std::vector<std::string> levels = arguments.Texts(3);
    if (levels.size() != question.columns.size()) {
      arguments.Fail(
          3, fmt::format("must have a level for each of {} columns", question.columns.size()));
    }
    for (size_t i = 0; i < levels.size(); ++i) {
      const Column& column = question.frame->column(question.columns[i]);
      question.reference.push_back(column.domain()->Find(levels[i]));
      if (question.reference.back() < 0) {
        arguments.Fail(3, fmt::format("has {}, which is no level of {}", Printable(levels[i]),
                                      question.frame->name(question.columns[i])));
      }
    }
  }
  const auto favourable = std::find(domain.begin(), domain.end(), arguments.Text(4));
  if (favourable == domain.end()) {
    arguments.Fail(4, fmt::format("is {}; the classes are {}", Printable(arguments.Text(4)),
                                  Join(domain, " and ")));
  }
  question.favourable = favourable - domain.begin();
  return question;
}

std::vector<double> CellsAt(const Frame& frame, size_t column) {
  std::vector<double> cells(static_cast<size_t>(frame.rows()));
  ReadCells(frame, column, 0, std::span(cells));
  return cells;
}

// Codes of the model's domain, -1 where missing or unknown.
std::vector<int64_t> Responses(const Question& question) {
  const Model& model = *question.model.model;
  const size_t position = question.frame->IndexOf(model.response());
  const Column& column = question.frame->column(position);
  const Domain domain(model.domain());
  std::vector<int64_t> codes;
  for (const double cell : CellsAt(*question.frame, position)) {
    if (std::isnan(cell)) {
      codes.push_back(-1);
    } else if (column.type() == ColumnType::kCategorical) {
      codes.push_back(domain.Find(column.domain()->levels()[static_cast<size_t>(cell)]));
    } else {
      codes.push_back(domain.Find(fmt::format("{}", cell)));
    }
  }
  return codes;
}

// A row and the number of its group, in which the first column's levels run the fastest.
struct Numbered {
  int64_t group = 0;
  Outcome row;
};

// The rows that are here. Rows without a group or a response do not count.
std::vector<Numbered> OutcomesOf(const Question& question, Evaluator& evaluator) {
  const Model& model = *question.model.model;
  std::vector<std::string> warnings;
  const Frame predictions = model.Predict(
      AdaptFrame(model, *question.frame, evaluator.pool(), warnings), evaluator.pool());
  const std::vector<double> labels = CellsAt(predictions, 0);
  const std::vector<double> probabilities =
      CellsAt(predictions, static_cast<size_t>(1 + question.favourable));
  const std::vector<int64_t> actual = Responses(question);
  std::vector<std::vector<double>> codes;
  for (const size_t column : question.columns) codes.push_back(CellsAt(*question.frame, column));
  std::vector<Numbered> outcomes;
  for (size_t r = 0; r < actual.size(); ++r) {
    int64_t number = 0;
    bool known = actual[r] >= 0 && !std::isnan(probabilities[r]);
    for (size_t i = codes.size(); known && i-- > 0;) {
      known = !std::isnan(codes[i][r]);
      const Domain& domain = *question.frame->column(question.columns[i]).domain();
      if (known) {
        number = number * static_cast<int64_t>(domain.size()) + static_cast<int64_t>(codes[i][r]);
      }
    }
    if (!known) continue;
    outcomes.push_back({number,
                        {.probability = probabilities[r],
                         .selected = static_cast<int64_t>(labels[r]) == question.favourable,
                         .positive = actual[r] == question.favourable}});
  }
  return outcomes;
}

// The groups that occur. Each rank predicts its rows; what comes of them goes to all.
std::vector<Group> GroupsOf(const Question& question, Evaluator& evaluator) {
  std::vector<Numbered> outcomes;
  if (question.frame->layout().ranks() == 1) {
    outcomes = OutcomesOf(question, evaluator);
  } else {
    Question own = question;
    own.frame = std::make_shared<const Frame>(OwnPart(*question.frame, evaluator.context().ranks));
    outcomes = OutcomesOf(own, evaluator);
    const std::string mine(reinterpret_cast<const char*>(outcomes.data()),
                           outcomes.size() * sizeof(Numbered));
    outcomes.clear();
    for (const std::string& theirs : FromAllRanks(mine, evaluator)) {
      const size_t before = outcomes.size();
      outcomes.resize(before + theirs.size() / sizeof(Numbered));
      if (!theirs.empty()) {
        std::memcpy(static_cast<void*>(outcomes.data() + before), theirs.data(), theirs.size());
      }
    }
  }
  std::map<int64_t, Group> groups;
  for (const Numbered& outcome : outcomes) {
    Group& group = groups[outcome.group];
    int64_t rest = outcome.group;
    for (size_t i = 0; i < question.columns.size() && group.rows.empty(); ++i) {
      const auto levels =
          static_cast<int64_t>(question.frame->column(question.columns[i]).domain()->size());
      group.codes.push_back(rest % levels);
      rest /= levels;
    }
    group.rows.push_back(outcome.row);
  }
  std::vector<Group> list;
  for (auto& [unused, group] : groups) list.push_back(std::move(group));
  return list;
}

// Columns of a small frame in the making.
class Columns {
 public:
  Columns(size_t rows, Evaluator& evaluator)
      : layout_(NewLayout(static_cast<int64_t>(rows))), evaluator_(evaluator) {}
  void Add(std::string name, std::span<const double> cells) {
    names_.push_back(std::move(name));
    columns_.push_back(NumbersColumn(*layout_, cells, evaluator_));
  }
  void AddCodes(std::string name, std::span<const int64_t> codes, DomainPtr domain) {
    names_.push_back(std::move(name));
    columns_.push_back(
        IntegersColumn(*layout_, codes, ColumnType::kCategorical, std::move(domain), evaluator_));
  }
  FramePtr Make() { return std::make_shared<const Frame>(layout_, names_, columns_); }

 private:
  LayoutPtr layout_;
  Evaluator& evaluator_;
  std::vector<std::string> names_;
  std::vector<ColumnPtr> columns_;
};

// As in H2O, exact for small groups (225 rows there) and by the likelihoods of large ones (33,500
// rows with more than 4,900 of each kind); where it passes from one to the other is not known.
double ChanceOf(int64_t a, int64_t b, int64_t c, int64_t d) {
  constexpr int64_t kLarge = 1000;
  return std::min({a, b, c, d}) > kLarge ? LikelihoodRatioTest(a, b, c, d) : FisherTest(a, b, c, d);
}

FramePtr Overview(const Question& question, const std::vector<Group>& groups,
                  const Group& reference, Evaluator& evaluator) {
  Columns columns(groups.size(), evaluator);
  for (size_t i = 0; i < question.columns.size(); ++i) {
    std::vector<int64_t> codes;
    for (const Group& group : groups) codes.push_back(group.codes[i]);
    const size_t position = question.columns[i];
    columns.AddCodes(question.frame->name(position), codes,
                     question.frame->column(position).domain());
  }
  double rows = 0;
  for (const Group& group : groups) rows += Total(group);
  std::vector<std::pair<std::string, std::vector<double>>> compared;
  for (const Measure& measure : kMeasures) {
    std::vector<double> values, ratios;
    for (const Group& group : groups) {
      values.push_back(measure.value(group));
      ratios.push_back(values.back() / measure.value(reference));
    }
    columns.Add(measure.name, values);
    if (measure.compared) {
      compared.emplace_back(std::string("AIR_") + measure.name, ratios);
    } else {
      for (double& value : values) value /= rows;
      columns.Add("relativeSize", values);
    }
  }
  for (const auto& [name, ratios] : compared) columns.Add(name, ratios);
  std::vector<double> chances;
  for (const Group& group : groups) {
    chances.push_back(ChanceOf(static_cast<int64_t>(Selected(group)),
                               static_cast<int64_t>(Total(group) - Selected(group)),
                               static_cast<int64_t>(Selected(reference)),
                               static_cast<int64_t>(Total(reference) - Selected(reference))));
  }
  columns.Add("p.value", chances);
  return columns.Make();
}

FramePtr Thresholds(const Group& group, Evaluator& evaluator) {
  const ThresholdTable table = MakeThresholdTable(CellsOf(group));
  Columns columns(table.rows.size(), evaluator);
  std::vector<double> cells;
  const auto add = [&](std::string_view name, const auto& value) {
    cells.clear();
    for (const ThresholdCounts& row : table.rows) cells.push_back(value(row));
    columns.Add(std::string(name), cells);
  };
  add("Threshold", [](const ThresholdCounts& row) { return row.threshold; });
  for (const Criterion& criterion : Criteria()) add(criterion.name, criterion.value);
  double number = 0;
  add("idx", [&](const ThresholdCounts& /*row*/) { return number++; });
  return columns.Make();
}

}  // namespace

Value FairnessMetrics(const Arguments& arguments, Evaluator& evaluator) {
  const Question question = ReadQuestion(arguments);
  const std::vector<Group> groups = GroupsOf(question, evaluator);
  if (groups.empty()) arguments.Fail(1, "has no row with a response and a level of each column");
  auto reference = std::max_element(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return a.rows.size() < b.rows.size();
  });
  if (!question.reference.empty()) {
    reference = std::find_if(groups.begin(), groups.end(),
                             [&](const Group& group) { return group.codes == question.reference; });
    if (reference == groups.end()) arguments.Fail(3, "is a group without any row");
  }
  // The frames are the client's, which removes them; their names are those of rank 0.
  const std::string stem =
      "fairness_metrics_" + evaluator.context().ranks.Broadcast(RandomHex(16), 0);
  FrameMap map;
  const auto add = [&](std::string key, const FramePtr& frame) {
    const std::string name = fmt::format("{}_{}", stem, map.keys.size());
    const FramePtr own = evaluator.OwnPart(frame);
    PutTemporary(evaluator.catalog(), name, own, evaluator.session());
    map.keys.push_back(std::move(key));
    map.frames.push_back({own, name});
  };
  add("overview", Overview(question, groups, *reference, evaluator));
  for (const Group& group : groups) {
    add("thresholds_and_metrics_" + LevelsOf(question, group), Thresholds(group, evaluator));
  }
  return map;
}

}  // namespace thalweg::internal
