#include "server/http/gzip.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "server/http/content_coding.h"

namespace thalweg::internal {
namespace {

std::string Text(size_t size) {
  Random random(1);
  std::string text;
  while (text.size() < size) text += std::to_string(random.Below(1000)) + ",";
  return text;
}

TEST(Gzip, ReadsBackInAnyPieces) {
  const std::string text = Text(300'000);
  Deflater deflater;
  std::string body;
  // Two members, one after the other, as two files that were put together.
  for (int member = 0; member < 2; ++member) {
    for (size_t at = 0; at < text.size(); at += 70'000) {
      deflater.Append(std::string_view(text).substr(at, 70'000), at + 70'000 >= text.size(), body);
    }
  }
  EXPECT_LT(body.size(), text.size());
  for (const size_t piece : {1UL, 1000UL, body.size()}) {
    Inflater inflater;
    std::string out;
    for (size_t at = 0; at < body.size(); at += piece) {
      EXPECT_TRUE(inflater.Append(std::string_view(body).substr(at, piece), [&](auto bytes) {
        out += bytes;
        return true;
      }));
    }
    EXPECT_TRUE(inflater.whole());
    EXPECT_EQ(out, text + text);
  }
}

TEST(Gzip, EveryPieceCanBeReadAtOnce) {
  Deflater deflater;
  Inflater inflater;
  for (int i = 0; i < 10; ++i) {
    std::string body;
    deflater.Append("line " + std::to_string(i), false, body);
    std::string out;
    inflater.Append(body, [&](auto bytes) {
      out += bytes;
      return true;
    });
    EXPECT_EQ(out, "line " + std::to_string(i));
  }
  EXPECT_FALSE(inflater.whole());
}

TEST(Gzip, RefusesWhatIsNone) {
  const auto put = [](std::string_view) { return true; };
  Inflater inflater;
  EXPECT_FALSE(inflater.Append("hello, world", put));
  Deflater deflater;
  std::string body;
  deflater.Append(Text(1000), true, body);
  body[body.size() - 5] = static_cast<char>(body[body.size() - 5] ^ 1);  // of the checksum
  Inflater broken;
  EXPECT_FALSE(broken.Append(body, put));
}

TEST(ContentCoding, WhoAcceptsGzip) {
  for (const char* field : {"gzip", "br, GZIP", "gzip;q=0.5", "x-gzip", "*", "identity, *;q=0.1"}) {
    EXPECT_TRUE(AcceptsGzip(field)) << field;
  }
  for (const char* field :
       {"", "br", "gzip;q=0", "gzip; q=0.0", "*;q=0", "gzip;q=0, *", "gzipped"}) {
    EXPECT_FALSE(AcceptsGzip(field)) << field;
  }
}

TEST(ContentCoding, WhatIsWorthIt) {
  HttpResponse response;
  EXPECT_FALSE(WorthCompressing(response));
  response.body.assign(5000, 'x');
  EXPECT_TRUE(WorthCompressing(response));
  for (const char* type : {"image/png", "application/octet-stream", "application/zip"}) {
    response.content_type = type;
    EXPECT_FALSE(WorthCompressing(response)) << type;
  }
  response.content_type = "application/octet-stream;charset=utf-8";
  EXPECT_TRUE(WorthCompressing(response));
  response.headers.emplace_back("content-encoding", "zstd");
  EXPECT_FALSE(WorthCompressing(response));
}

}  // namespace
}  // namespace thalweg::internal
