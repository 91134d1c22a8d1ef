// Limits of time, size and number, and clients that do not play by the rules: they get a clear
// answer or are closed, and others do not notice.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/http/client_for_test.h"

namespace thalweg {
namespace {

using internal::Ask;
using internal::TestAnswer;
using internal::TestClient;
using internal::TestServer;
using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr const char* kQuick = "GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n";

void ExpectWell(const TestServer& server) { EXPECT_EQ(Ask(server.port(), kQuick).status, 200); }

HttpServerOptions Hasty() {
  HttpServerOptions options;
  options.head_time = milliseconds(150);
  options.idle_time = milliseconds(300);
  options.stall_time = milliseconds(150);
  return options;
}

TEST(HttpServerLimits, SlowHeadsAreRefused) {
  TestServer server(Hasty());
  TestClient slow(server.port());
  // A byte at a time, each well within any limit between two bytes.
  const std::string text = "GET /quick HTTP/1.1\r\nHost: localhost\r\nX: yyyyyyyyyyyyyyyyyyyyyyy";
  for (const char byte : text) {
    if (!slow.Send({&byte, 1})) break;
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(slow.Receive().status, 408);
  ExpectWell(server);
}

TEST(HttpServerLimits, StalledBodiesAreRefused) {
  TestServer server(Hasty());
  for (const char* path : {"/work", "/file"}) {
    TestClient stalled(server.port());
    stalled.Send("POST " + std::string(path) +
                 " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc");
    EXPECT_EQ(stalled.Receive().status, 408);
    EXPECT_TRUE(stalled.Closed());
  }
  EXPECT_EQ(server.SpoolFiles(), 0U);
  ExpectWell(server);
}

TEST(HttpServerLimits, BodiesThatTrickleAreRefused) {
  TestServer server(Hasty());
  TestClient slow(server.port());
  slow.Send("POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 25; ++i) {
    slow.Send("x");
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(slow.Receive().status, 408);
  ExpectWell(server);
}

TEST(HttpServerLimits, IdleConnectionsAreClosedInTime) {
  TestServer server(Hasty());
  TestClient fresh(server.port());
  TestClient used(server.port());
  used.Send(kQuick);
  EXPECT_EQ(used.Receive().status, 200);
  std::this_thread::sleep_for(milliseconds(100));
  used.Send(kQuick);
  EXPECT_EQ(used.Receive().status, 200);
  EXPECT_TRUE(fresh.Closed());
  EXPECT_TRUE(used.Closed());
}

TEST(HttpServerLimits, ClientsThatDoNotReadAreClosed) {
  TestServer server(Hasty());
  TestClient greedy(server.port());
  greedy.Send(kQuick);
  EXPECT_EQ(greedy.Receive().status, 200);
  for (int i = 0; i < 4; ++i) greedy.Send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (int i = 0; i < 200 && server.server().counts().connections > 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(server.server().counts().connections, 0U);
  ExpectWell(server);
}

// Else the system takes in megabytes that nobody reads.
void ReadLittle(const TestClient& client) {
  const int bytes = 4096;
  ASSERT_EQ(setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)), 0);
}

TEST(HttpServerLimits, ClientsThatReadTooSlowlyAreClosed) {
  HttpServerOptions options = Hasty();
  options.min_bytes_per_second = 1e12;
  TestServer server(options);
  TestClient slow(server.port());
  ReadLittle(slow);
  for (int i = 0; i < 20; ++i) slow.Send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::vector<char> buffer(1 << 20);
  for (int i = 0; i < 300 && server.server().counts().connections > 0; ++i) {
    (void)!recv(slow.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(server.server().counts().connections, 0U) << "bytes moved all the time, but too few";
  ExpectWell(server);
}

TEST(HttpServerLimits, AnswersThatNobodyReadsHaveABudget) {
  HttpServerOptions options;
  options.max_answer_memory = 1 << 20;
  TestServer server(options);
  const std::string large = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
  {
    TestClient slow(server.port());
    ReadLittle(slow);
    slow.Send(large + large);
    std::this_thread::sleep_for(milliseconds(200));
    const TestAnswer refused = Ask(server.port(), large);
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.Field("Retry-After"), "1");
    EXPECT_EQ(Ask(server.port(), "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 503);
    ExpectWell(server);
  }
  // It is gone, and so is what waited for it.
  int status = 0;
  for (int i = 0; i < 100 && status != 200; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
    status = Ask(server.port(), large).status;
  }
  EXPECT_EQ(status, 200);
}

// Small answers are never refused; but under pressure each connection has one of them waiting, not
// as many as it asks for.
TEST(HttpServerLimits, SmallAnswersThatNobodyReadsStayFew) {
  HttpServerOptions options;
  options.max_answer_memory = 1 << 20;
  TestServer server(options);
  TestClient slow(server.port());
  ReadLittle(slow);
  slow.Send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(200));
  const uint64_t before = server.server().counts().requests;
  slow.Send(std::string(kQuick) + kQuick + kQuick);
  TestClient other(server.port());
  other.Send(std::string(kQuick) + kQuick + kQuick);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(other.Receive().status, 200);
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(server.server().counts().requests, before + 3) << "those of the slow one wait";
}

TEST(HttpServerLimits, StreamsHaveANumberAndEndWithTheirClients) {
  HttpServerOptions options;
  options.max_streams = 2;
  TestServer server(options);
  const std::string endless = "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n";
  {
    TestClient first(server.port());
    TestClient second(server.port());
    for (TestClient* client : {&first, &second}) {
      client->Send(endless);
      EXPECT_EQ(client->Receive(true).status, 200);
    }
    EXPECT_EQ(Ask(server.port(), endless).status, 503);
    EXPECT_GE(internal::TestHandler::OpenStreams(), 2);
    ExpectWell(server);
  }
  for (int i = 0; i < 300 && internal::TestHandler::OpenStreams() > 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(internal::TestHandler::OpenStreams(), 0);
  EXPECT_EQ(Ask(server.port(), "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

TEST(HttpServerLimits, LargeHeadsAreRefused) {
  HttpServerOptions options;
  options.max_head_bytes = 1000;
  TestServer server(options);
  const std::string long_field = "X: " + std::string(2000, 'x') + "\r\n\r\n";
  EXPECT_EQ(Ask(server.port(), "GET / HTTP/1.1\r\nHost: localhost\r\n" + long_field).status, 431);
  EXPECT_EQ(Ask(server.port(), "GET /" + std::string(2000, 'x') + " HTTP/1.1\r\n\r\n").status, 414);
  // Also where its end never comes.
  EXPECT_EQ(Ask(server.port(), "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x')).status, 431);
  ExpectWell(server);
}

TEST(HttpServerLimits, LargeBodiesAreRefused) {
  TestServer server;
  const std::string head = "POST /tiny HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_EQ(Ask(server.port(), head + "Content-Length: 11\r\n\r\nhello world").status, 413);
  EXPECT_EQ(Ask(server.port(), head + "Content-Length: 10\r\n\r\nhello worl").status, 200);
  EXPECT_EQ(Ask(server.port(), head + "Content-Length: 999999999999\r\n\r\n").status, 413);
  const TestAnswer chunked =
      Ask(server.port(),
          head + "Transfer-Encoding: chunked\r\n\r\n9\r\nhello wor\r\n2\r\nld\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.status, 413);
  EXPECT_THAT(chunked.body, HasSubstr("larger than 10 B"));
  ExpectWell(server);
}

TEST(HttpServerLimits, BodiesInMemoryHaveABudget) {
  HttpServerOptions options;
  options.max_body_memory = 1000;
  TestServer server(options);
  const std::string head = "POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600\r\n\r\n";
  TestClient first(server.port());
  TestClient second(server.port());
  first.Send(head + std::string(599, 'x'));
  std::this_thread::sleep_for(milliseconds(50));
  second.Send(head + std::string(600, 'x'));
  EXPECT_EQ(second.Receive().status, 503);
  first.Send("x");
  EXPECT_EQ(first.Receive().status, 200);
  // What the first had is free again.
  EXPECT_EQ(Ask(server.port(), head + std::string(600, 'x')).status, 200);
}

TEST(HttpServerLimits, TheNewestConnectionsAreTurnedAway) {
  HttpServerOptions options;
  options.max_connections = 5;
  TestServer server(options);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
    clients.back()->Send(kQuick);
    EXPECT_EQ(clients.back()->Receive().status, 200);
  }
  EXPECT_EQ(Ask(server.port(), kQuick).status, 503);
  clients[0]->Send(kQuick);
  EXPECT_EQ(clients[0]->Receive().status, 200);
  clients.pop_back();
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(Ask(server.port(), kQuick).status, 200);
}

TEST(HttpServerLimits, ThousandsOfIdleConnections) {
  TestServer server;
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 2'000; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
    if (i % 10 == 0) ExpectWell(server);
  }
  for (int i = 0; i < 2'000; i += 7) {
    clients[static_cast<size_t>(i)]->Send(kQuick);
    EXPECT_EQ(clients[static_cast<size_t>(i)]->Receive().status, 200);
  }
  EXPECT_EQ(server.server().counts().connections, 2'000U);
}

// No descriptor is left: new connections are closed, those that are there live on.
TEST(HttpServerLimits, RunningOutOfDescriptors) {
  TestServer server;
  TestClient before(server.port());
  before.Send(kQuick);
  EXPECT_EQ(before.Receive().status, 200);
  TestClient starved(server.port());
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit old = limit;
  std::this_thread::sleep_for(milliseconds(50));
  limit.rlim_cur = static_cast<rlim_t>(starved.descriptor()) + 3;
  // The client takes the last descriptors, so that none is left to accept with.
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<std::unique_ptr<TestClient>> clients;
  try {
    while (clients.size() < 100) clients.push_back(std::make_unique<TestClient>(server.port()));
  } catch (const std::runtime_error&) {
  }
  std::this_thread::sleep_for(milliseconds(50));
  before.Send(kQuick);
  EXPECT_EQ(before.Receive().status, 200);
  clients.clear();
  setrlimit(RLIMIT_NOFILE, &old);
  ExpectWell(server);
}

TEST(HttpServerLimits, HalfClosedClientsGetTheirAnswer) {
  TestServer server;
  for (const char* path : {"/quick", "/sleep", "/stream", "/large"}) {
    TestClient client(server.port());
    client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.EndSending();
    const TestAnswer answer = client.Receive();
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_TRUE(answer.whole) << path;
    EXPECT_TRUE(client.Closed()) << path;
  }
}

TEST(HttpServerLimits, TruncatedRequestsAreRefused) {
  TestServer server;
  const std::string request =
      "POST /file HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
  for (size_t size = 1; size < request.size(); size += 3) {
    TestClient client(server.port());
    client.Send(request.substr(0, size));
    client.EndSending();
    EXPECT_EQ(client.Receive().status, 400) << size;
    EXPECT_TRUE(client.Closed());
  }
  EXPECT_EQ(server.server().counts().requests, 0U);
  EXPECT_EQ(server.SpoolFiles(), 0U);
}

TEST(HttpServerLimits, ClientsThatVanish) {
  TestServer server;
  for (const char* path : {"/sleep", "/large", "/stream"}) {
    for (int i = 0; i < 20; ++i) {
      TestClient client(server.port());
      client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      if (i % 2 == 0) {
        // A reset instead of an orderly end.
        const linger now{.l_onoff = 1, .l_linger = 0};
        setsockopt(client.descriptor(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
      }
    }
  }
  for (int i = 0; i < 20; ++i) {
    TestClient client(server.port());
    client.Send("POST /file HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n" +
                std::string(3'000'000, 'x'));
  }
  ExpectWell(server);
  for (int i = 0; i < 300 && server.server().counts().connections > 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(server.server().counts().connections, 0U);
  EXPECT_EQ(server.SpoolFiles(), 0U);
}

// Each is one that some server once read in another way than the one before it.
TEST(HttpServerLimits, MalformedRequestsAreRefusedAndNothingAfterThemIsRead) {
  TestServer server;
  const std::string smuggled = "GET /quick?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const std::string head :
       {"POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n",
        "POST /work HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\x0b"
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /work HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        "GET /quick HTTP/1.1\r\nHost: localhost\r\nX: a\n\r\n\r\n",
        "GET /quick HTTP/1.1\nHost: localhost\n\n", "\r\n \r\n"}) {
    TestClient client(server.port());
    client.Send(head + smuggled);
    const TestAnswer answer = client.Receive();
    EXPECT_EQ(answer.status, 400) << head;
    EXPECT_EQ(answer.Field("Connection"), "close") << head;
    EXPECT_EQ(client.ReceiveAll(), "") << head;
  }
  EXPECT_EQ(server.server().counts().requests, 0U);
}

TEST(HttpServerLimits, AFullDiskRefusesTheUploadAlone) {
  TestServer server;
  const std::string head = "POST /file HTTP/1.1\r\nHost: localhost\r\n";
  // More than any disk has: refused by what it says.
  EXPECT_EQ(Ask(server.port(), head + "Content-Length: 100000000000000000\r\n\r\n").status, 507);
  // A limit on the size of files makes writing fail as a full disk does.
  auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{.rlim_cur = 2 << 20, .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  TestClient client(server.port());
  std::thread sender([&] {
    client.Send(head + "Content-Length: 20000000\r\n\r\n" + std::string(20'000'000, 'x'));
  });
  const TestAnswer answer = client.Receive();
  sender.join();
  EXPECT_EQ(answer.status, 507);
  EXPECT_THAT(answer.body, HasSubstr("no room left"));
  EXPECT_EQ(Ask(server.port(), head + "Content-Length: 5\r\n\r\nhello").status, 200);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(server.SpoolFiles(), 0U);
}

TEST(HttpServerLimits, AMissingSpoolFolderRefusesUploadsAlone) {
  HttpServerOptions options;
  options.spool_folder = "/nonexistent/folder";
  TestServer server(options);
  const TestAnswer answer =
      Ask(server.port(), "POST /file HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("/nonexistent"), std::string::npos) << "paths stay inside";
  ExpectWell(server);
}

}  // namespace
}  // namespace thalweg
