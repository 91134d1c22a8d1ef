#include "models/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/error.h"
#include "base/json.h"

namespace thalweg {
namespace {

std::string Example() {
  ModelFileWriter writer(JsonObject{{"algo", "deeplearning"}, {"levels", JsonArray{"a", "b"}}});
  writer.Add("weights", {2, 3}, std::array<float, 6>{1, 2, 3, 4, 5, 6});
  writer.Add("empty", {0}, {});
  writer.Add("bias", {3}, std::array<float, 3>{-0.0F, 1e-40F, 3});
  return writer.Bytes();
}

TEST(ModelFileTest, RoundTrip) {
  const ModelFile file = ModelFile::FromBytes(Example(), "test");
  EXPECT_EQ(file.description().at("algo").as_string(), "deeplearning");
  EXPECT_THAT(file.Array("weights", {2, 3}), testing::ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(file.Array("empty", {0}), testing::IsEmpty());
  EXPECT_EQ(file.Array("bias", {3})[1], 1e-40F);
  EXPECT_THROW(file.Array("weights", {3, 2}), UserError);
  EXPECT_THROW(file.Array("none", {3, 2}), UserError);
}

TEST(ModelFileTest, EveryTruncationIsRefused) {
  const std::string whole = Example();
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(ModelFile::FromBytes(whole.substr(0, length), "test"), UserError) << length;
  }
  EXPECT_THROW(ModelFile::FromBytes(whole + '\0', "test"), UserError);
}

TEST(ModelFileTest, EveryChangedByteIsRefused) {
  const std::string whole = Example();
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int change : {1, 0x80, 0xff}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ change);
      EXPECT_THROW(ModelFile::FromBytes(changed, "test"), UserError) << i;
    }
  }
}

TEST(ModelFileTest, ErrorsSayWhatIsWrong) {
  std::string newer = Example();
  newer[8] = 9;
  try {
    ModelFile::FromBytes(newer, "m.thalweg");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("m.thalweg"));
    EXPECT_THAT(error.what(), testing::HasSubstr("version 9"));
  }
  EXPECT_THROW(ModelFile::Load("/nonexistent/m"), UserError);
}

TEST(ModelFileTest, UnwritablePathIsAUserError) {
  ModelFileWriter writer(JsonObject{});
  EXPECT_THROW(writer.Save("/nonexistent/folder/m"), UserError);
}

}  // namespace
}  // namespace thalweg
