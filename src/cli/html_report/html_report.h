// A model and its training as one HTML page that needs nothing else: style, script, charting
// library and data are in it, and its content policy forbids all loading.
//
// Data is one JSON text in an element that is not executed, with <, >, & and U+2028/2029 escaped,
// so that no name or level can end it; the script puts it into text nodes and canvases only. A
// script runs only with the nonce of the page, which follows from its content.
#pragma once

#include <string>

#include "base/json_fwd.h"
#include "models/model.h"

namespace thalweg {

// `report` is what TrainingReport made, or null. `file` names the model for the reader.
Json HtmlReportData(const Model& model, const Json& report, const std::string& file);

std::string HtmlReport(const Json& data);

// JSON that is safe inside a script element; reads back as the same value.
std::string JsonForHtml(const Json& value);

}  // namespace thalweg
