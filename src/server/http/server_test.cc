// The way of requests and answers.
#include "server/http/server.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "server/http/client_for_test.h"
#include "server/http/gzip.h"

namespace thalweg {
namespace {

using internal::Ask;
using internal::TestAnswer;
using internal::TestClient;
using internal::TestHandler;
using internal::TestServer;
using testing::HasSubstr;

std::string Request(const std::string& line, const std::string& fields = "",
                    const std::string& body = "") {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
}

TEST(HttpServer, AnswersRequestsOnOneConnection) {
  TestServer server;
  TestClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.Send(Request("GET /quick?a=1"));
    const TestAnswer answer = client.Receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /quick ?a=1 body 0 bytes: ");
    EXPECT_EQ(answer.Field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.Field("Cache-Control"), "no-store");
    EXPECT_EQ(answer.Field("Server"), "");
    EXPECT_THAT(std::string(answer.Field("Date")), testing::EndsWith(" GMT"));
  }
  const HttpServer::Counts counts = server.server().counts();
  EXPECT_EQ(counts.requests, 3U);
  EXPECT_EQ(counts.accepted, 1U);
  EXPECT_EQ(counts.connections, 1U);
  EXPECT_EQ(counts.bytes_in, 3 * Request("GET /quick?a=1").size());
}

TEST(HttpServer, TakesBodiesInMemoryAndInFiles) {
  TestServer server;
  TestClient client(server.port());
  for (const std::string path : {"/work", "/quick", "/file"}) {
    client.Send(Request("POST " + path, "Content-Length: 5\r\n", "hello"));
    EXPECT_EQ(client.Receive().body, "POST " + path + " ? body 5 bytes: hello");
    client.Send(Request("POST " + path, "Transfer-Encoding: chunked\r\n",
                        "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: t\r\n\r\n"));
    EXPECT_EQ(client.Receive().body, "POST " + path + " ? body 5 bytes: hello");
    client.Send(Request("POST " + path, "Content-Length: 0\r\n"));
    EXPECT_EQ(client.Receive().body, "POST " + path + " ? body 0 bytes: ");
  }
  EXPECT_EQ(server.SpoolFiles(), 0U);
}

TEST(HttpServer, TakesRequestsByteByByte) {
  TestServer server;
  TestClient client(server.port());
  const std::string request =
      Request("POST /work", "Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n") +
      "\r\n" + Request("GET /quick");
  for (const char byte : request) {
    client.Send({&byte, 1});
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  EXPECT_EQ(client.Receive().body, "POST /work ? body 5 bytes: hello");
  EXPECT_EQ(client.Receive().body, "GET /quick ? body 0 bytes: ");
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  TestClient client(server.port());
  std::string requests;
  for (int i = 0; i < 2'000; ++i) {
    const char* path = i % 100 == 0 ? "/work" : i % 3 == 0 ? "/work" : "/quick";
    if (i % 700 == 7) path = "/file";
    requests +=
        Request("POST " + std::string(i % 1000 == 0 ? "/sleep" : path) + "?" + std::to_string(i),
                "Content-Length: 3\r\n", "abc");
    if (i > 200 && i % 100 == 0) requests += Request("GET /quick?x");
  }
  std::thread sender([&] { client.Send(requests); });
  for (int i = 0; i < 2'000; ++i) {
    EXPECT_THAT(client.Receive().body, HasSubstr("?" + std::to_string(i) + " body 3 bytes: abc"));
    if (i > 200 && i % 100 == 0) {
      EXPECT_THAT(client.Receive().body, HasSubstr("?x"));
    }
  }
  sender.join();
}

// A client that sends without reading: the server stops reading, too, and holds little.
TEST(HttpServer, PipelinedRequestsExertBackPressure) {
  TestServer server;
  TestClient client(server.port());
  std::string requests;
  for (int i = 0; i < 30; ++i) requests += Request("GET /large");
  std::thread sender([&] {
    client.Send(requests);
    for (int i = 0; i < 3'000; ++i)
      client.Send(Request("GET /quick", "X: " + std::string(8'000, 'x') + "\r\n"));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(server.server().counts().bytes_in, 2U << 20);
  EXPECT_LT(server.server().counts().requests, 30U);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(client.Receive().body.size(), 8U << 20);
  for (int i = 0; i < 3'000; ++i) EXPECT_EQ(client.Receive().status, 200);
  sender.join();
}

TEST(HttpServer, LongWorkDelaysNoStatusCall) {
  TestServer server;
  std::vector<std::unique_ptr<TestClient>> busy;
  for (int i = 0; i < 20; ++i) {
    busy.push_back(std::make_unique<TestClient>(server.port()));
    busy.back()->Send(Request("GET /sleep"));
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask(server.port(), Request("GET /quick")).status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(280));
  for (const auto& client : busy) EXPECT_EQ(client->Receive().status, 200);
}

TEST(HttpServer, StreamsAnswers) {
  TestServer server;
  TestClient client(server.port());
  client.Send(Request("GET /stream") + Request("GET /quick"));
  const TestAnswer answer = client.Receive();
  EXPECT_EQ(answer.Field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.body, TestHandler::StreamText());
  EXPECT_EQ(client.Receive().status, 200);
}

TEST(HttpServer, AStreamThatFailsEndsTheConnection) {
  TestServer server;
  TestClient client(server.port());
  client.Send(Request("GET /broken"));
  const TestAnswer answer = client.Receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.whole);
}

TEST(HttpServer, AHandlerThatThrowsHarmsNobody) {
  TestServer server;
  TestClient client(server.port());
  client.Send(Request("GET /throw") + Request("GET /quick"));
  EXPECT_EQ(client.Receive().status, 500);
  EXPECT_EQ(client.Receive().status, 200);
}

TEST(HttpServer, HeadHasNoBody) {
  TestServer server;
  TestClient client(server.port());
  for (const char* path : {"/quick", "/work", "/stream"}) {
    client.Send(Request("HEAD " + std::string(path)) + Request("GET /quick"));
    const TestAnswer head = client.Receive(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(client.Receive().body, "GET /quick ? body 0 bytes: ");
  }
}

TEST(HttpServer, SpeaksHttp10) {
  TestServer server;
  {
    TestClient client(server.port());
    client.Send("GET /quick HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.Receive().Field("Connection"), "close");
    EXPECT_TRUE(client.Closed());
  }
  {
    TestClient client(server.port());
    client.Send("GET /quick HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.Receive().Field("Connection"), "keep-alive");
    client.Send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const TestAnswer answer = client.Receive();
    EXPECT_EQ(answer.Field("Transfer-Encoding"), "");
    EXPECT_EQ(answer.body, TestHandler::StreamText());
  }
}

TEST(HttpServer, ClosesWhereTheClientAsksForIt) {
  TestServer server;
  TestClient client(server.port());
  client.Send(Request("GET /quick", "Connection: close\r\n"));
  EXPECT_EQ(client.Receive().Field("Connection"), "close");
  EXPECT_TRUE(client.Closed());
}

TEST(HttpServer, SaysContinueToThoseWhoWait) {
  TestServer server;
  TestClient client(server.port());
  client.Send(Request("POST /file", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.Receive().status, 100);
  client.Send("hello");
  EXPECT_THAT(client.Receive().body, HasSubstr("hello"));
  client.Send(Request("POST /tiny", "Content-Length: 11\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.Receive().status, 413);
  EXPECT_TRUE(client.Closed());
}

TEST(HttpServer, RefusedBodiesAreDroppedWhereShort) {
  TestServer server;
  TestClient client(server.port());
  client.Send(Request("POST /no", "Content-Length: 3\r\n", "abc") +
              Request("POST /tiny", "Content-Length: 11\r\n", "hello world") +
              Request("GET /quick"));
  EXPECT_EQ(client.Receive().status, 404);
  EXPECT_EQ(client.Receive().status, 413);
  EXPECT_EQ(client.Receive().status, 200);
}

TEST(HttpServer, CompressesTextForThoseWhoAcceptIt) {
  TestServer server(HttpServerOptions{.gzip_loopback = true});
  const auto inflate = [](const std::string& body) {
    internal::Inflater inflater;
    std::string text;
    EXPECT_TRUE(inflater.Append(body, [&](std::string_view piece) {
      text += piece;
      return true;
    }));
    EXPECT_TRUE(inflater.whole());
    return text;
  };
  for (int i = 0; i < 2; ++i) {
    TestAnswer answer = Ask(server.port(), Request("GET /large", "Accept-Encoding: br, gzip\r\n"));
    EXPECT_EQ(answer.Field("Content-Encoding"), "gzip");
    EXPECT_EQ(answer.Field("Vary"), "Accept-Encoding");
    EXPECT_EQ(inflate(answer.body), std::string(8 << 20, 'x'));
    answer = Ask(server.port(), Request("GET /stream", "Accept-Encoding: gzip\r\n"));
    EXPECT_EQ(answer.Field("Content-Encoding"), "gzip");
    EXPECT_EQ(inflate(answer.body), TestHandler::StreamText());
  }
  for (const char* fields : {"", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: br\r\n"}) {
    const TestAnswer answer = Ask(server.port(), Request("GET /large", fields));
    EXPECT_EQ(answer.Field("Content-Encoding"), "") << fields;
    EXPECT_EQ(answer.body.size(), 8U << 20);
  }
  const TestAnswer small = Ask(server.port(), Request("GET /quick", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(small.Field("Content-Encoding"), "");
  TestServer plain;
  EXPECT_EQ(Ask(plain.port(), Request("GET /large", "Accept-Encoding: gzip\r\n"))
                .Field("Content-Encoding"),
            "");
}

TEST(HttpServer, TakesCompressedBodies) {
  TestServer server;
  internal::Deflater deflater;
  std::string body;
  deflater.Append(std::string(100'000, 'a'), true, body);
  for (const char* path : {"/work", "/file"}) {
    const std::string line = "POST " + std::string(path);
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    TestAnswer answer =
        Ask(server.port(), Request(line, "Content-Encoding: gzip\r\n" + length, body));
    EXPECT_THAT(answer.body, HasSubstr("body 100000 bytes: aaaa"));
    answer = Ask(server.port(), Request(line, "Content-Encoding: br\r\n" + length, body));
    EXPECT_EQ(answer.status, 415);
    answer = Ask(server.port(), Request(line, "Content-Encoding: gzip\r\nContent-Length: 5\r\n",
                                        body.substr(0, 5)));
    EXPECT_EQ(answer.status, 400);
    answer = Ask(server.port(),
                 Request(line, "Content-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"));
    EXPECT_EQ(answer.status, 400);
  }
  EXPECT_EQ(server.SpoolFiles(), 0U);
}

TEST(HttpServer, CompressedBodiesThatGrowTooMuchAreRefused) {
  TestServer server;
  internal::Deflater deflater;
  std::string bomb;
  const std::string zeros(1 << 20, '\0');
  for (int i = 0; i < 200; ++i) deflater.Append(zeros, i == 199, bomb);
  ASSERT_LT(bomb.size(), 1U << 20);
  for (const char* path : {"/work", "/file"}) {
    const TestAnswer answer = Ask(
        server.port(),
        Request("POST " + std::string(path),
                "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(bomb.size()) + "\r\n",
                bomb));
    EXPECT_EQ(answer.status, 413);
  }
  EXPECT_EQ(server.SpoolFiles(), 0U);
}

TEST(HttpServer, ThePortMovesUpWhereItIsTaken) {
  TestHandler handler;
  TestServer first;
  HttpServerOptions options;
  options.port = first.port();
  HttpServer second(options, handler);
  second.Start();
  EXPECT_GT(second.port(), first.port());
  EXPECT_EQ(Ask(second.port(), Request("GET /quick")).status, 200);
  options.port_tries = 1;
  EXPECT_THROW(HttpServer(options, handler), UserError);
  options.address = "no.such.host.invalid";
  EXPECT_THROW(HttpServer(options, handler), UserError);
}

TEST(HttpServer, HostAndOriginAreChecked) {
  TestServer server;
  EXPECT_EQ(Ask(server.port(), "GET /quick HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 421);
  EXPECT_EQ(Ask(server.port(), Request("POST /quick", "Origin: http://evil.example\r\n")).status,
            403);
  EXPECT_EQ(server.server().counts().requests, 0U);
  EXPECT_EQ(server.server().counts().refused, 2U);
}

TEST(HttpServer, HtmlComesWithAPolicyAndFieldsCannotBeInjected) {
  TestServer server;
  const TestAnswer answer = Ask(server.port(), Request("GET /html"));
  EXPECT_THAT(std::string(answer.Field("Content-Security-Policy")), HasSubstr("frame-ancestors"));
  const TestAnswer injected = Ask(server.port(), Request("GET /inject"));
  EXPECT_EQ(injected.Field("Injected"), "");
  EXPECT_EQ(injected.Field("X-Name"), "a  Injected: yes");
}

TEST(HttpServer, StopFinishesAnswersUnderWay) {
  TestServer server;
  TestClient idle(server.port());
  idle.Send(Request("GET /quick"));
  EXPECT_EQ(idle.Receive().status, 200);
  TestClient busy(server.port());
  busy.Send(Request("GET /sleep"));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  server.server().Stop(std::chrono::seconds(5));
  const TestAnswer answer = busy.Receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("Connection"), "close");
  EXPECT_TRUE(idle.Closed());
  EXPECT_THROW(TestClient(server.port()), std::runtime_error);
}

TEST(HttpServer, SeveralIoThreads) {
  TestServer server(HttpServerOptions{.io_threads = 3});
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&] {
      TestClient client(server.port());
      for (int i = 0; i < 100; ++i) {
        const char* path = i % 3 == 0 ? "POST /work" : i % 3 == 1 ? "POST /file" : "POST /quick";
        client.Send(Request(path, "Content-Length: 5\r\n", "hello"));
        good += client.Receive().status == 200 ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 800);
}

}  // namespace
}  // namespace thalweg
