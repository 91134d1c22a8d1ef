#include "server/http/chunked_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace thalweg::internal {
namespace {

// "!" where it is refused, "…" at the end where more is awaited; what is left after a bar.
std::string Decode(std::string_view text, size_t piece) {
  ChunkedDecoder decoder;
  std::string body;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, piece);
    const ChunkedDecoder::Step step = decoder.Next(part);
    body += step.data;
    if (decoder.bad()) return "!";
    text.remove_prefix(step.consumed);
    if (decoder.done()) return body + "|" + std::string(text);
  }
  return body + "...";
}

TEST(ChunkedDecoder, TakesAnyPieces) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0\r\n\r\nrest", "|rest"},
      {"5\r\nhello\r\n00\r\n\r\n", "hello|"},
      {"a;n=v;q=\"x\"\r\n0123456789\r\n3\r\nabc\r\n0;last\r\nT: u\r\nV: w\r\n\r\nGET",
       "0123456789abc|GET"},
      {"000000000000005\r\nhello", "hello..."},
      {"5\r\nhel", "hel..."},
      {"", "..."},
  };
  for (const auto& [text, expected] : cases) {
    for (const size_t piece : {1, 2, 3, 100}) EXPECT_EQ(Decode(text, piece), expected) << text;
  }
}

TEST(ChunkedDecoder, RefusesWhatIsMalformed) {
  for (const std::string text : {"x\r\n",
                                 "\r\n",
                                 "-1\r\n",
                                 "+1\r\n",
                                 "0x1\r\n",
                                 " 1\r\n",
                                 "1 \r\n",
                                 "1\n",
                                 "1\rx",
                                 "1\r\nab",
                                 "1\r\na\n",
                                 "1\r\na\rx",
                                 "1;a\nb\r\n",
                                 "0\r\nT: u\nx",
                                 "0\r\n\rx",
                                 "0\r\nhello\r\n",
                                 "0\r\n: x\r\n",
                                 "0\r\nT u: x\r\n",
                                 "0\r\n fold\r\n",
                                 "0000000000000005\r\n",
                                 "fffffffffffffffff\r\n"}) {
    for (const size_t piece : {1, 100}) EXPECT_EQ(Decode(text, piece), "!") << text;
  }
}

TEST(ChunkedDecoder, BoundsWhatCarriesNothing) {
  EXPECT_EQ(Decode("1;" + std::string(20'000, 'x') + "\r\n", 100), "!");
  std::string trailer = "0\r\n";
  for (int i = 0; i < 2'000; ++i) trailer += "Trailer: x\r\n";
  EXPECT_EQ(Decode(trailer, 100), "!");
  std::string extensions;
  for (int i = 0; i < 2'000; ++i) extensions += "1;eeeeeeeeeee\r\nx\r\n";
  EXPECT_EQ(Decode(extensions, 100), "!");
}

}  // namespace
}  // namespace thalweg::internal
