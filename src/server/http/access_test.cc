#include "server/http/access.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/http/request_parser.h"

namespace thalweg::internal {
namespace {

struct Case {
  const char* name;
  const char* head;  // after the request line's method
  int status;        // 0: let in
};

int StatusOf(const std::string& text) {
  RequestParser parser(10'000);
  parser.Next(text + "\r\n");
  EXPECT_TRUE(parser.head_done() && !parser.refusal()) << text;
  const RequestHead& head = parser.head();
  const AccessRules rules("10.0.0.5", {"gpu.example.org", "2001:db8::1", "[2001:db8::2]"});
  const auto refusal = rules.Check(head, "192.168.1.7");
  return refusal ? refusal->status : 0;
}

TEST(AccessRules, KnowsItsHosts) {
  for (const char* host : {"localhost", "localhost:54321", "LOCALHOST.:1", "127.0.0.1:8080",
                           "127.1.2.3", "[::1]:54321", "10.0.0.5:54321", "gpu.example.org",
                           "[2001:db8::1]", "[2001:DB8::2]:1", "192.168.1.7:5"}) {
    EXPECT_EQ(StatusOf(std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n"), 0) << host;
  }
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                           "192.168.1.8", "example.org", "xgpu.example.org"}) {
    EXPECT_EQ(StatusOf(std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n"), 421) << host;
  }
  for (const char* host :
       {"", "a b", "localhost:x", "localhost:123456", "[::1", "a@localhost", "localhost/", "a,b"}) {
    EXPECT_EQ(StatusOf(std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n"), 400) << host;
  }
}

TEST(AccessRules, TheTargetsHostCounts) {
  EXPECT_EQ(StatusOf("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n"), 421);
  EXPECT_EQ(StatusOf("GET http://localhost:1/ HTTP/1.1\r\nHost: evil.example\r\n"), 0);
  EXPECT_EQ(StatusOf("GET / HTTP/1.0\r\n"), 0);
}

TEST(AccessRules, PagesOfOtherSitesChangeNothing) {
  const std::vector<Case> cases = {
      {"no browser", "", 0},
      {"same origin", "Origin: http://localhost:54321\r\n", 0},
      {"other port", "Origin: http://localhost:8000\r\n", 403},
      {"other name of this machine", "Origin: http://127.0.0.1:54321\r\n", 403},
      {"allowed host", "Origin: https://gpu.example.org\r\n", 0},
      {"other site", "Origin: https://evil.example\r\n", 403},
      {"sandboxed page", "Origin: null\r\n", 403},
      {"file", "Origin: file://\r\n", 403},
      {"fetch metadata", "Sec-Fetch-Site: cross-site\r\n", 403},
      {"sibling site", "Sec-Fetch-Site: same-site\r\n", 403},
      {"own page", "Sec-Fetch-Site: same-origin\r\n", 0},
      {"typed by the user", "Sec-Fetch-Site: none\r\n", 0},
      {"foreign referer", "Referer: http://evil.example/x\r\n", 403},
      {"own referer", "Referer: http://localhost:54321/flow/index.html\r\n", 0},
  };
  for (const Case& c : cases) {
    for (const char* method : {"POST", "DELETE", "PUT"}) {
      EXPECT_EQ(
          StatusOf(std::string(method) + " /3/x HTTP/1.1\r\nHost: localhost:54321\r\n" + c.head),
          c.status)
          << c.name;
    }
  }
}

TEST(AccessRules, PagesOfOtherSitesEmbedNothing) {
  const std::vector<Case> cases = {
      {"link to a page", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n", 0},
      {"image", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n", 403},
      {"script of a sibling", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\n", 403},
      {"own fetch", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n", 0},
      {"allowed host's page",
       "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nOrigin: https://gpu.example.org\r\n",
       0},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(StatusOf(std::string("GET /3/x HTTP/1.1\r\nHost: localhost:54321\r\n") + c.head),
              c.status)
        << c.name;
  }
  EXPECT_EQ(StatusOf("GET /3/ImportFiles?path=a HTTP/1.1\r\nHost: localhost\r\n"
                     "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"),
            403);
}

}  // namespace
}  // namespace thalweg::internal
