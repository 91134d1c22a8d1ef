#include "server/http/request_head.h"

#include <gtest/gtest.h>

namespace thalweg::internal {
namespace {

// 0: taken; else the status of the refusal; -1: no end of the head was found.
int StatusOf(std::string_view text) {
  const HeadEnd end = FindHeadEnd(text, 0);
  if (end.refusal) return end.refusal->status;
  if (end.size == 0) return -1;
  RequestHead head;
  const auto refusal = ParseRequestHead(text.substr(0, end.size), head);
  return refusal ? refusal->status : 0;
}

TEST(RequestHead, SplitsRequestLineAndFields) {
  const std::string text =
      "POST /3/a%20b?c=d?e HTTP/1.1\r\nhost: localhost:1\r\nX: \t a b \t\r\nEmpty:\r\n"
      "content-length: 12\r\nExpect: 100-Continue\r\n\r\nrest";
  const HeadEnd end = FindHeadEnd(text, 0);
  ASSERT_EQ(end.size, text.size() - 4);
  for (size_t from = 0; from <= end.size - 4; ++from) {
    EXPECT_EQ(FindHeadEnd(text, from).size, end.size) << from;
  }
  RequestHead head;
  ASSERT_FALSE(ParseRequestHead(text.substr(0, end.size), head));
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
}

TEST(RequestHead, FindsNoEndInAPart) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(StatusOf(text.substr(0, size)), -1) << size;
  }
  EXPECT_EQ(StatusOf(text), 0);
}

TEST(RequestHead, KnowsWhetherTheConnectionStays) {
  const auto stays = [](const std::string& text) {
    RequestHead head;
    EXPECT_FALSE(ParseRequestHead(text + "\r\n", head)) << text;
    return head.keep_alive;
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

TEST(RequestHead, RefusesWhatCouldBeReadInTwoWays) {
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
  for (const Case& c : cases) EXPECT_EQ(StatusOf(c.text), c.status) << c.name;
}

TEST(RequestHead, LimitsTheNumberOfFields) {
  std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (size_t i = 1; i < kMaxFields; ++i) text += "X: y\r\n";
  EXPECT_EQ(StatusOf(text + "\r\n"), 0);
  EXPECT_EQ(StatusOf(text + "X: y\r\n\r\n"), 431);
}

TEST(RequestHead, AbsoluteTargets) {
  RequestHead head;
  ASSERT_FALSE(ParseRequestHead("GET HTTP://h:1?q HTTP/1.1\r\nHost: x\r\n\r\n", head));
  EXPECT_EQ(head.path, "/");
  EXPECT_EQ(head.query, "q");
  EXPECT_EQ(head.host, "h:1");
  ASSERT_FALSE(ParseRequestHead("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", head));
  EXPECT_EQ(head.path, "*");
}

}  // namespace
}  // namespace thalweg::internal
