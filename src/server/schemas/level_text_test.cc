#include "server/schemas/level_text.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "frame/chunk_builder.h"
#include "server/schemas/meta.h"

namespace thalweg {
namespace {

ColumnPtr ColumnOf(std::vector<std::string> levels) {
  return std::make_shared<const Column>(ColumnType::kCategorical,
                                        std::vector<ChunkPtr>{EncodeIntegers({})},
                                        std::make_shared<const Domain>(std::move(levels)));
}

TEST(LevelText, IsWhatTheJsonWriterWrites) {
  std::vector<std::string> levels = {"",        "plain",    "a\"b",      "back\\slash",
                                     "tab\t",   "\x01\x1f", "\x7f",      "ä€😀",
                                     "bad\xff", "\xc3",     "line\nend", "/"};
  for (size_t n = 0; n <= levels.size(); ++n) {
    const std::vector<std::string> some(levels.begin(), levels.begin() + n);
    std::string text;
    AppendLevelText(*ColumnOf(some)->domain(), text);
    JsonArray array;
    for (const std::string& level : some) array.emplace_back(level);
    EXPECT_EQ(text, FormatWireJson(array));
  }
}

TEST(LevelText, LooksAtEveryCharacter) {
  // Each byte at each place of strings of up to 20.
  for (size_t size = 1; size <= 20; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string level(size, 'x');
        level[at] = static_cast<char>(byte);
        std::string text;
        AppendLevelText(*ColumnOf({level})->domain(), text);
        ASSERT_EQ(text, FormatWireJson(JsonArray{Json(level)})) << size << " " << at << " " << byte;
      }
    }
  }
}

TEST(LevelText, GoesToItsColumnsOnly) {
  const auto numbers =
      std::make_shared<const Column>(ColumnType::kReal, std::vector<ChunkPtr>{EncodeReals({})});
  const std::vector<ColumnPtr> columns = {numbers, ColumnOf({"x\"domain\":null", "y"}), numbers,
                                          ColumnOf({"z"}), ColumnOf({})};
  JsonArray list;
  JsonArray wanted;
  for (size_t i = 0; i < columns.size(); ++i) {
    // A name that looks like what is replaced.
    JsonObject column{{"label", "\"domain\":null"}, {"domain", nullptr}, {"data", JsonArray{i}}};
    list.push_back(column);
    if (columns[i]->domain()) {
      column["domain"] = boost::json::value_from(columns[i]->domain()->levels());
    }
    wanted.push_back(column);
  }
  const Json bare = JsonObject{{"columns", list}, {"domain", nullptr}};
  const Json full = JsonObject{{"columns", wanted}, {"domain", nullptr}};
  EXPECT_EQ(WithLevels(FormatWireJson(bare), columns), FormatWireJson(full));
  EXPECT_EQ(WithLevels(FormatWireJson(bare), std::vector<ColumnPtr>{numbers}),
            FormatWireJson(bare));
}

}  // namespace
}  // namespace thalweg
