#include "server/http/request_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace thalweg::internal {
namespace {

constexpr size_t kMaxHead = 64 << 10;

struct Outcome {
  int status = 0;  // 0: taken; else of the refusal
  bool head_done = false;
  bool done = false;
  RequestHead head;
  std::string body;
  std::string rest;
};

// Gives the parser the text in pieces of so many bytes, as a connection does.
Outcome Read(std::string_view text, size_t piece) {
  RequestParser parser(kMaxHead);
  Outcome outcome;
  size_t begin = 0;
  size_t end = 0;
  while (!parser.done() && outcome.status == 0) {
    const RequestParser::Step step =
        begin < end ? parser.Next(text.substr(begin, end - begin)) : RequestParser::Step{};
    if (parser.refusal()) outcome.status = parser.refusal()->status;
    outcome.body += step.data;
    begin += step.consumed;
    if (step.consumed > 0) continue;
    if (end == text.size()) break;
    end = std::min(end + piece, text.size());
  }
  outcome.head_done = parser.head_done();
  outcome.done = parser.done();
  outcome.head = parser.head();
  outcome.rest = text.substr(begin);
  return outcome;
}

TEST(RequestParser, SplitsRequestLineAndFields) {
  const std::string text =
      "POST /3/a%20b?c=d?e HTTP/1.1\r\nhost: localhost:1\r\nX: \t a b \t\r\nEmpty:\r\n"
      "content-length: 12\r\nExpect: 100-Continue\r\n\r\nhello world.rest";
  for (const size_t piece : {1, 2, 3, 7, 50, 1000}) {
    const Outcome outcome = Read(text, piece);
    ASSERT_TRUE(outcome.done) << piece;
    const RequestHead& head = outcome.head;
    EXPECT_EQ(head.method, HttpMethod::kPost);
    EXPECT_EQ(head.path, "/3/a%20b");
    EXPECT_EQ(head.query, "c=d?e");
    EXPECT_EQ(head.host, "localhost:1");
    EXPECT_EQ(FindField(head.headers, "x"), "a b");
    EXPECT_EQ(FindField(head.headers, "EMPTY"), "");
    EXPECT_EQ(head.content_length, 12U);
    EXPECT_TRUE(head.expect_continue);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(head.chunked);
    EXPECT_EQ(outcome.body, "hello world.");
    EXPECT_EQ(outcome.rest, "rest");
  }
}

TEST(RequestParser, FindsNoEndInAPart) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (size_t size = 0; size < text.size(); ++size) {
    const Outcome outcome = Read(text.substr(0, size), 1000);
    EXPECT_FALSE(outcome.head_done) << size;
    EXPECT_EQ(outcome.status, 0) << size;
  }
  EXPECT_TRUE(Read(text, 1000).done);
}

TEST(RequestParser, KnowsWhetherTheConnectionStays) {
  const auto stays = [](const std::string& text) {
    const Outcome outcome = Read(text + "\r\n", 1000);
    EXPECT_TRUE(outcome.done) << text;
    return outcome.head.keep_alive;
  };
  EXPECT_TRUE(stays("GET / HTTP/1.1\r\nHost: a\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.0\r\n"));
  EXPECT_TRUE(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n"));
}

struct Case {
  const char* name;
  std::string text;
  int status;
};

TEST(RequestParser, RefusesWhatCouldBeReadInTwoWays) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::vector<Case> cases = {
      {"bare line feed", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"bare line feed in the fields", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
      {"bare carriage return", get + "X: a\rb\r\n\r\n", 400},
      {"folded field", get + "X: a\r\n b\r\n\r\n", 400},
      {"folded by tab", get + "X: a\r\n\tb\r\n\r\n", 400},
      {"blank before the colon", get + "X : a\r\n\r\n", 400},
      {"blank in the name", get + "X Y: a\r\n\r\n", 400},
      {"no colon", get + "X\r\n\r\n", 400},
      {"no name", get + ": a\r\n\r\n", 400},
      {"zero byte in a value", get + std::string("X: a\0b\r\n\r\n", 10), 400},
      {"zero byte in a name", get + std::string("X\0: a\r\n\r\n", 9), 400},
      {"zero byte in the target", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28), 400},
      {"control character", get + "X: a\x01\r\n\r\n", 400},
      {"length and chunked", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"chunked and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
      {"two equal lengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
      {"list of lengths", post + "Content-Length: 3, 3\r\n\r\n", 400},
      {"signed length", post + "Content-Length: +3\r\n\r\n", 400},
      {"negative length", post + "Content-Length: -3\r\n\r\n", 400},
      {"hexadecimal length", post + "Content-Length: 0x3\r\n\r\n", 400},
      {"empty length", post + "Content-Length:\r\n\r\n", 400},
      {"length beyond 64 bits", post + "Content-Length: 18446744073709551617\r\n\r\n", 400},
      {"unknown coding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"coding in disguise", post + "Transfer-Encoding: xchunked\r\n\r\n", 501},
      {"identity", post + "Transfer-Encoding: identity\r\n\r\n", 501},
      {"two codings", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", 400},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", get + "Host: b\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"blank twice", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"blank at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"star", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"method of small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"TLS", "\x16\x03\x01\x02", 400},
      {"blank first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"connection of no words", get + "Connection: 0 close\r\n\r\n", 400},
      {"other expectation", get + "Expect: wonders\r\n\r\n", 417},
  };
  for (const Case& c : cases) {
    for (const size_t piece : {1, 5, 1000})
      EXPECT_EQ(Read(c.text, piece).status, c.status) << c.name;
  }
}

TEST(RequestParser, LimitsTheNumberOfFields) {
  std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (size_t i = 1; i < RequestParser::kMaxFields; ++i) text += "X: y\r\n";
  EXPECT_EQ(Read(text + "\r\n", 1000).status, 0);
  EXPECT_EQ(Read(text + "X: y\r\n\r\n", 1000).status, 431);
}

TEST(RequestParser, LimitsTheSizeOfTheHead) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (const size_t piece : {1000, 1 << 20}) {
    EXPECT_EQ(Read(get + "X: " + std::string(kMaxHead - 50, 'x') + "\r\n\r\n", piece).status, 0);
    EXPECT_EQ(Read(get + "X: " + std::string(kMaxHead, 'x') + "\r\n\r\n", piece).status, 431);
    EXPECT_EQ(Read(get + "X: " + std::string(kMaxHead, 'x'), piece).status, 431);
    EXPECT_EQ(Read("GET /" + std::string(kMaxHead, 'x'), piece).status, 414);
    EXPECT_EQ(Read("GET /" + std::string(kMaxHead, 'x') + " HTTP/1.1\r\n\r\n", piece).status, 414);
  }
}

TEST(RequestParser, AbsoluteTargets) {
  RequestHead head = Read("GET HTTP://h:1?q HTTP/1.1\r\nHost: x\r\n\r\n", 1000).head;
  EXPECT_EQ(head.path, "/");
  EXPECT_EQ(head.query, "q");
  EXPECT_EQ(head.host, "h:1");
  const Outcome star = Read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 1000);
  ASSERT_TRUE(star.done);
  EXPECT_EQ(star.head.path, "*");
}

// "!" where it is refused, "..." at the end where more is awaited; what is left after a bar.
std::string ReadChunked(const std::string& text, size_t piece) {
  const Outcome outcome =
      Read("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + text, piece);
  if (outcome.status != 0) return outcome.status == 400 ? "!" : std::to_string(outcome.status);
  return outcome.done ? outcome.body + "|" + outcome.rest : outcome.body + "...";
}

TEST(RequestParser, TakesChunksInAnyPieces) {
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
    for (const size_t piece : {1, 2, 3, 100}) EXPECT_EQ(ReadChunked(text, piece), expected) << text;
  }
}

TEST(RequestParser, RefusesMalformedChunks) {
  for (const std::string text : {"x\r\n\r\n",
                                 "\r\n\r\n",
                                 "-1\r\n",
                                 "+1\r\n",
                                 "0x1\r\n\r\n",
                                 " 1\r\n",
                                 "1 \r\n",
                                 "1\n\r\n",
                                 "1\rx",
                                 "1\r\nab\r\n\r\n",
                                 "1\r\na\n\r\n\r\n",
                                 "1\r\na\rx\r\n",
                                 "1;a\nb\r\n",
                                 "0\r\nT: u\nx\r\n\r\n",
                                 "0\r\n\rx\r\n\r\n",
                                 "0\r\nhello\r\n\r\n",
                                 "0\r\n: x\r\n\r\n",
                                 "0\r\nT u: x\r\n\r\n",
                                 "0\r\n fold\r\n\r\n",
                                 "0\r\nT: u\r\n fold\r\n\r\n",
                                 "0\r\nContent-Length: 3\r\n\r\n",
                                 "0\r\nTransfer-Encoding: chunked\r\n\r\n",
                                 "1000000000000000\r\n",
                                 "fffffffffffffffff\r\n"}) {
    for (const size_t piece : {1, 100})
      EXPECT_EQ(ReadChunked(text + "\r\n\r\n", piece), "!") << text;
  }
}

TEST(RequestParser, BoundsWhatCarriesNothing) {
  EXPECT_EQ(ReadChunked("1;" + std::string(20'000, 'x') + "\r\n", 100), "!");
  EXPECT_EQ(ReadChunked("1;" + std::string(20'000, 'x'), 100), "!");
  std::string trailer = "0\r\n";
  for (int i = 0; i < 3'000; ++i) trailer += "Trailer: x\r\n";
  EXPECT_EQ(ReadChunked(trailer, 100), "!");
  EXPECT_EQ(ReadChunked(trailer + "\r\n", 1 << 20), "!");
  std::string extensions;
  for (int i = 0; i < 2'000; ++i) extensions += "1;eeeeeeeeeee\r\nx\r\n";
  EXPECT_EQ(ReadChunked(extensions, 100), "!");
}

}  // namespace
}  // namespace thalweg::internal
