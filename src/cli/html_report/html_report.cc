#include "cli/html_report/html_report.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "base/checksum.h"
#include "base/json.h"
#include "cli/command_line.h"
#include "cli/html_report/embedded.h"
#include "models/deeplearning_model.h"
#include "models/explain/weight_summary.h"

namespace thalweg {
namespace {

// Integers that a script's numbers do not hold (seeds) as text.
Json WithTexts(const Json& parameters) {
  JsonObject result = parameters.as_object();
  for (auto& [name, value] : result) {
    if (value.is_int64() && std::abs(value.as_int64()) > int64_t{1} << 53) {
      value = std::to_string(value.as_int64());
    }
  }
  return result;
}

}  // namespace

Json HtmlReportData(const Model& model, const Json& report, const std::string& file) {
  const Json summary = model.Summary();
  const std::string response = model.response();
  JsonObject data{{"title", response.empty() ? std::string("Autoencoder")
                                             : fmt::format("Prediction of {}", response)},
                  {"file", file},
                  {"version", kProgramVersion},
                  {"model", summary},
                  {"report", report},
                  {"importances", ImportancesToJson(model.variable_importances())},
                  {"parameters", WithTexts(model.parameters())}};
  if (const auto* net = dynamic_cast<const DeepLearningModel*>(&model)) {
    data["layers"] = LayersToJson(net->network());
  }
  return data;
}

std::string JsonForHtml(const Json& value) {
  const std::string text = boost::json::serialize(value);
  std::string safe;
  safe.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (text[i] == '<' || text[i] == '>' || text[i] == '&') {
      safe += fmt::format("\\u{:04x}", static_cast<int>(text[i]));
    } else if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) {
      safe += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      safe += text[i];
    }
  }
  return safe;
}

std::string HtmlReport(const Json& data) {
  const std::string json = JsonForHtml(data);
  const std::string nonce = fmt::format("{:016x}", Checksum(json));
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'nonce-{}'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>thalweg</title>\n<style>\n",
      nonce);
  page += internal::PageStyle();
  page += "</style>\n</head>\n<body>\n<main id=\"main\"></main>\n";
  page += "<script type=\"application/json\" id=\"data\">" + json + "</script>\n";
  const auto script = [&](std::string_view text) {
    page += fmt::format("<script nonce=\"{}\">\n", nonce);
    page += text;
    page += "\n</script>\n";
  };
  script(internal::ChartLibrary());
  script(internal::PageScript());
  return page + "</body>\n</html>\n";
}

}  // namespace thalweg
