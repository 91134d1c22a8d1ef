#include "cli/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/table.h"

namespace thalweg {
namespace {

// Criteria worth a line; the others are shares and counts whose maxima say nothing.
constexpr size_t kShownMaxima = 10;
constexpr size_t kShownHitRatios = 5;

std::string Indented(const std::string& text) {
  std::string indented;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin) + 1;
    indented += "  " + text.substr(begin, end - begin);
    begin = end;
  }
  return indented;
}

std::string MaximaText(const ThresholdTable& table) {
  std::vector<std::vector<std::string>> rows;
  for (size_t k = 0; k < kShownMaxima; ++k) {
    const Maximum& maximum = table.maxima[k];
    rows.push_back({fmt::format("max {}", Criteria()[k].name), fmt::format("{:.6g}", maximum.value),
                    fmt::format("{:.6g}", maximum.threshold)});
  }
  return Indented(FormatTable({{"maximum"}, {"value", true}, {"at threshold", true}}, rows));
}

}  // namespace

std::string MetricsText(const std::string& title, const Metrics& metrics) {
  std::string text = fmt::format("{} ({} rows)\n", title, WithThousands(metrics.rows));
  const auto line = [&](const std::string& name, const std::optional<double>& value) {
    if (!value) return;
    // Not a number: not defined for these rows, such as the rmsle of negative values.
    text += fmt::format("  {:<22}  {}\n", name,
                        std::isnan(*value) ? "not defined" : fmt::format("{:.6g}", *value));
  };
  if (metrics.classification_error) {
    text += fmt::format("  {:<22}  {:.2f} %\n", "error", 100 * *metrics.classification_error);
  }
  line("AUC", metrics.auc);
  line("PR-AUC", metrics.pr_auc);
  line("Gini", metrics.gini);
  line("Kolmogorov-Smirnov", metrics.kolmogorov_smirnov);
  line("logloss", metrics.logloss);
  line("mean per-class error", metrics.mean_per_class_error);
  line("mse", metrics.mse);
  line("rmse", metrics.rmse);
  line("mae", metrics.mae);
  line("rmsle", metrics.rmsle);
  line("mean residual deviance", metrics.mean_residual_deviance);
  line("r2", metrics.r2);
  for (size_t k = 1; k < std::min(metrics.hit_ratios.size(), kShownHitRatios); ++k) {
    line(fmt::format("among the first {}", k + 1), metrics.hit_ratios[k]);
  }
  if (metrics.binomial && !metrics.binomial->thresholds.rows.empty()) {
    text += MaximaText(metrics.binomial->thresholds);
  }
  return text;
}

}  // namespace thalweg
