#include "server/http/base64.h"

#include <gtest/gtest.h>

namespace thalweg::internal {
namespace {

TEST(Base64, ReadsBackWithAndWithoutPadding) {
  EXPECT_EQ(DecodeBase64("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "Aladdin:open sesame");
  EXPECT_EQ(EncodeBase64("Aladdin:open sesame"), "QWxhZGRpbjpvcGVuIHNlc2FtZQ");
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, RefusesOthers) {
  for (const char* text : {"A", "AB C", "AB-_", "A===", "====", "AB=C", "ABCDE"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace thalweg::internal
