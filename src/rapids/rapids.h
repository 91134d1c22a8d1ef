// Rapids, the expression language of H2O's clients: what the server calls.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "jobs/commands.h"

namespace thalweg {

// What an expression came to.
struct RapidsFrameResult {
  std::string name;  // empty: nothing holds it
  std::shared_ptr<const Frame> frame;
};
struct RapidsFunctionResult {
  std::string text;
};
struct RapidsMapResult {
  std::vector<std::string> keys;
  std::vector<RapidsFrameResult> frames;
};
using RapidsResult =
    std::variant<double, std::vector<double>, std::string, std::vector<std::string>,
                 RapidsFrameResult, RapidsFunctionResult, RapidsMapResult>;

// Runs an expression on every rank. `session` (may be empty) owns the temporaries that it names
// with tmp=. UserError where the text is not an expression, a function is not known, or arguments
// do not fit: the message names the function and the argument.
RapidsResult EvaluateRapids(std::string_view text, const std::string& session,
                            CommandContext& context);
// Removes the temporaries of a session from this rank's catalog.
void EndRapidsSession(const std::string& session, Catalog& catalog);

}  // namespace thalweg
