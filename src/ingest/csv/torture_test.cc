// The cases of tests/data/csv/torture.json, each with chunks of many sizes, several numbers of
// threads and ranks, mapped and streamed.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/json.h"
#include "ingest/csv/frame_text_for_test.h"
#include "ingest/csv/memory_input_for_test.h"
#include "ingest/csv/parse_over_ranks_for_test.h"

namespace thalweg {
namespace {

struct TortureCase {
  std::string name;
  std::vector<std::string> files;
  ParseOptions options;
  // Names and types, then rows of cells, "null" where missing; or part of the error.
  std::string expected;
  std::string error;
  std::vector<std::string> warnings;
  std::vector<std::string> hints;
  std::vector<std::string> rejected;
  std::vector<std::string> why;
};

std::vector<std::string> Texts(const JsonObject& object, std::string_view key) {
  std::vector<std::string> texts;
  if (const Json* value = object.if_contains(key)) {
    for (const Json& text : value->as_array()) texts.emplace_back(text.as_string());
  }
  return texts;
}

TortureCase CaseOf(const JsonObject& object) {
  TortureCase result;
  result.name = std::string(object.at("name").as_string());
  const Json& input = object.at("input");
  if (const JsonArray* files = input.if_array()) {
    for (const Json& file : *files) result.files.emplace_back(file.as_string());
  } else {
    result.files.emplace_back(input.as_string());
  }
  if (const Json* options = object.if_contains("options")) {
    SchemaOf<ParseOptions>().FromJson(*options, &result.options);
  }
  if (const Json* error = object.if_contains("error")) {
    result.error = std::string(error->as_string());
  } else {
    for (const Json& column : object.at("columns").as_array()) {
      result.expected += std::string(column.as_string()) + "|";
    }
    result.expected += "\n";
    for (const Json& row : object.at("rows").as_array()) {
      for (const Json& cell : row.as_array()) {
        result.expected +=
            cell.is_null() ? "null|" : internal::Quoted(std::string(cell.as_string())) + "|";
      }
      result.expected += "\n";
    }
  }
  result.warnings = Texts(object, "warnings");
  result.hints = Texts(object, "hints");
  result.rejected = Texts(object, "rejected");
  result.why = Texts(object, "why");
  return result;
}

std::vector<TortureCase> Cases() {
  const std::string path = std::string(THALWEG_SOURCE_DIR) + "/tests/data/csv/torture.json";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const Json json = ParseJson(text, path);
  std::vector<TortureCase> cases;
  for (const Json& element : json.as_array()) cases.push_back(CaseOf(element.as_object()));
  return cases;
}

bool SomeContains(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(), [&part](const std::string& text) {
    return text.find(part) != std::string::npos;
  });
}

void RunCase(const TortureCase& test, int ranks, size_t threads, int64_t chunk_bytes,
             size_t read_bytes) {
  SCOPED_TRACE(test.name + ", ranks " + std::to_string(ranks) + ", threads " +
               std::to_string(threads) + ", chunk_bytes " + std::to_string(chunk_bytes) +
               ", read_bytes " + std::to_string(read_bytes));
  std::vector<CsvInput> inputs;
  for (size_t i = 0; i < test.files.size(); ++i) {
    inputs.push_back(
        internal::MemoryInput("file" + std::to_string(i + 1), test.files[i], read_bytes));
  }
  ParseOptions options = test.options;
  options.chunk_bytes = chunk_bytes;
  // Ranks begin at wrong places as often as can be.
  const internal::OverRanks how{.ranks = ranks, .threads = threads, .look_back_bytes = 0};
  if (!test.error.empty()) {
    try {
      internal::ParseOverRanks(inputs, options, how);
      ADD_FAILURE() << "no error";
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find(test.error), std::string::npos) << error.what();
    }
    return;
  }
  try {
    const ParseResult result = internal::ParseOverRanks(inputs, options, how);
    EXPECT_EQ(internal::FrameText(result.frame), test.expected);
    EXPECT_EQ(result.report.rows, result.frame.rows());
    EXPECT_EQ(result.report.warnings.empty(), test.warnings.empty());
    for (const std::string& warning : test.warnings) {
      EXPECT_TRUE(SomeContains(result.report.warnings, warning))
          << warning << " is not in " << ::testing::PrintToString(result.report.warnings);
    }
    EXPECT_EQ(result.report.hints.empty(), test.hints.empty());
    for (const std::string& hint : test.hints) {
      EXPECT_TRUE(SomeContains(result.report.hints, hint))
          << hint << " is not in " << ::testing::PrintToString(result.report.hints);
    }
    std::vector<std::string> rejected;
    for (const RejectedCell& cell : result.report.rejected) {
      rejected.push_back(cell.file + " row " + std::to_string(cell.row) + " line " +
                         std::to_string(cell.line) + " " + cell.column + ": " + cell.text + ": " +
                         cell.reason);
    }
    EXPECT_EQ(rejected, test.rejected);
    std::vector<std::string> why;
    for (const ColumnReport& column : result.report.columns) why.push_back(column.why);
    for (const std::string& part : test.why) {
      EXPECT_TRUE(SomeContains(why, part))
          << part << " is not in " << ::testing::PrintToString(why);
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

TEST(CsvTorture, EveryCaseWithEveryChunking) {
  const std::vector<TortureCase> cases = Cases();
  ASSERT_GE(cases.size(), 60u);
  size_t runs = 0;
  for (const TortureCase& test : cases) {
    const auto before =
        ::testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
    const auto failed = [before] {
      return ::testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count() >
             before;
    };
    for (const int64_t chunk_bytes : {0, 1, 2, 3, 5, 7, 16, 64}) {
      for (const size_t read_bytes : {0, 1, 5, 1000}) {
        if (failed()) continue;
        RunCase(test, 1, 1 + static_cast<size_t>(chunk_bytes) % 3, chunk_bytes, read_bytes);
        // Ranks are threads, which sanitizers start slowly: some sizes, each with some ranks.
        constexpr int kRanks[] = {2, 3, 5};
        const bool over_ranks = (chunk_bytes == 1 || chunk_bytes == 5 || chunk_bytes == 16) &&
                                (read_bytes == 0 || read_bytes == 5);
        if (over_ranks && !failed()) {
          RunCase(test, kRanks[++runs % 3], 1, chunk_bytes, read_bytes);
        }
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
