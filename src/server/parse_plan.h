// From a client's wish to what the parser is told.
#pragma once

#include <string>
#include <vector>

#include "ingest/parse.h"
#include "server/schemas/parse_setup.h"
#include "server/source_files.h"

namespace thalweg {

// What the files are, found by looking into them. UserError where they cannot be read.
ParseGuess LookIntoFiles(const FileParseRequest& request, const SourceFiles& sources,
                         ThreadPool& pool);

struct ParsePlan {
  ParseOptions options;
  ExpectedTypes expected;
};

// UserError and IllegalArgument where options do not fit each other or the files.
ParsePlan PlanParse(const FileParseRequest& request, const SourceFiles& sources, ThreadPool& pool);

}  // namespace thalweg
