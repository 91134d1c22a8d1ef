#include "ingest/csv/level_dictionary.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "frame/types.h"
#include "ingest/csv/domain_join.h"
#include "ingest/csv/na_strings.h"

namespace thalweg::internal {
namespace {

// Texts that share beginnings, of many lengths around eight, with NUL bytes.
std::string RandomLevel(Random& random) {
  std::string text = random.Below(3) == 0 ? "prefix__" : "";
  const size_t length = random.Below(20);
  for (size_t i = 0; i < length; ++i) text += "ab\0\xff"[random.Below(4)];
  return text;
}

// As the parser gives them: with readable bytes behind.
int64_t Code(LevelDictionary& dictionary, const std::string& text) {
  const std::string padded = text + "xxxxxxxx";
  return dictionary.Code(std::string_view(padded).substr(0, text.size()));
}

TEST(LevelDictionary, AgreesWithMap) {
  Random random(1);
  LevelDictionary dictionary;
  std::map<std::string, int64_t> model;
  for (int i = 0; i < 100000; ++i) {
    const std::string text = RandomLevel(random);
    const auto [found, added] = model.emplace(text, static_cast<int64_t>(model.size()));
    ASSERT_EQ(Code(dictionary, text), found->second) << i;
  }
  ASSERT_EQ(dictionary.levels().size(), model.size());
  for (const auto& [text, code] : model) {
    EXPECT_EQ(dictionary.levels()[static_cast<size_t>(code)], text);
  }
}

TEST(JoinDomains, AgreesWithSet) {
  Random random(2);
  const NaStrings na({"", "a", "NA"});
  for (int round = 0; round < 50; ++round) {
    std::vector<LevelDictionary> dictionaries(1 + random.Below(4));
    std::vector<ThreadLevels> threads;
    std::set<std::string> model;
    for (LevelDictionary& dictionary : dictionaries) {
      const size_t count = random.Below(200);
      ThreadLevels& thread = threads.emplace_back();
      thread.dictionary = &dictionary;
      for (size_t i = 0; i < count; ++i) {
        const std::string text = RandomLevel(random);
        const size_t size = dictionary.levels().size();
        const int64_t code = Code(dictionary, text);
        if (!na.Contains(text)) {
          model.insert(text);
        } else if (dictionary.levels().size() > size) {
          thread.missing.push_back(code);
        }
      }
    }
    threads.emplace_back();
    ThreadPool pool(2);
    const DomainJoin join = JoinDomains(threads, model.size(), pool);
    ASSERT_FALSE(join.too_many);
    ASSERT_EQ(join.levels, std::vector<std::string>(model.begin(), model.end()));
    for (size_t d = 0; d < dictionaries.size(); ++d) {
      const auto& levels = dictionaries[d].levels();
      ASSERT_EQ(join.codes[d].size(), levels.size());
      for (size_t code = 0; code < levels.size(); ++code) {
        const int64_t joined = join.codes[d][code];
        if (na.Contains(levels[code])) {
          EXPECT_EQ(joined, kMissingInt);
        } else {
          EXPECT_EQ(join.levels[static_cast<size_t>(joined)], levels[code]);
        }
      }
    }
    if (!model.empty()) {
      EXPECT_TRUE(JoinDomains(threads, model.size() - 1, pool).too_many);
    }
  }
}

}  // namespace
}  // namespace thalweg::internal
