#include "server/http/server.h"

#include <gtest/gtest.h>

#include "server/http/client_for_test.h"

namespace thalweg {
namespace {

using internal::TestClient;
using internal::TestHandler;
using internal::TestServer;

TEST(HttpServer, AnswersRequestsOnOneConnection) {
  TestServer server;
  TestClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /quick?a=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = client.Receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /quick ?a=1 body 0 bytes: ");
  }
}

TEST(HttpServer, TakesBodiesInMemoryAndInFiles) {
  TestServer server;
  TestClient client(server.port());
  for (const char* path : {"/work", "/quick", "/file"}) {
    client.Send(std::string("POST ") + path +
                " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(client.Receive().body, std::string("POST ") + path + " ? body 5 bytes: hello");
    client.Send(std::string("POST ") + path +
                " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: t\r\n\r\n");
    EXPECT_EQ(client.Receive().body, std::string("POST ") + path + " ? body 5 bytes: hello");
  }
  EXPECT_EQ(server.SpoolFiles(), 0U);
}

TEST(HttpServer, StreamsAnswers) {
  TestServer server;
  TestClient client(server.port());
  client.Send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto answer = client.Receive();
  EXPECT_EQ(answer.Field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.body, TestHandler::StreamText());
}

}  // namespace
}  // namespace thalweg
