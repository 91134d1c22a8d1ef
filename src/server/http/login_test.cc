#include "server/http/login.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "server/http/authenticator.h"
#include "server/http/base64.h"
#include "server/http/client_for_test.h"

namespace thalweg {
namespace {

using internal::Ask;
using internal::Authenticator;
using internal::TestAnswer;
using internal::TestClient;
using internal::TestServer;
using std::chrono::milliseconds;
using testing::HasSubstr;

// RFC 7914, section 12: "pleaseletmein", salt "SodiumChloride", N = 16384, r = 8, p = 1.
constexpr const char* kKnown =
    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
    "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";

class LoginTest : public testing::Test {
 protected:
  std::string Write(const std::string& text) {
    WriteWholeFile(path_, text);
    return path_;
  }
  ~LoginTest() override { std::remove(path_.c_str()); }

 private:
  const std::string path_ = std::filesystem::temp_directory_path() /
                            ("thalweg-login-" + std::to_string(getpid()) + "-" +
                             testing::UnitTest::GetInstance()->current_test_info()->name());
};

std::string Basic(const std::string& name, const std::string& password) {
  return "Basic " + internal::EncodeBase64(name + ":" + password);
}

TEST_F(LoginTest, HashesCheckOut) {
  const std::string hash = HashPassword("pass: word $");
  EXPECT_THAT(hash, testing::StartsWith("$scrypt$ln=15,r=8,p=3$"));
  EXPECT_NE(hash, HashPassword("pass: word $")) << "a salt each";
  const LoginFile file(Write("# people\n\nann:" + hash +
                             "\n bob : MD5:" + "5ebe2294ecd0e0f08eab7690d2a6ee69,user,admin\n"));
  EXPECT_TRUE(file.Check("ann", "pass: word $"));
  EXPECT_FALSE(file.Check("ann", "pass: word"));
  EXPECT_FALSE(file.Check("Ann", "pass: word $"));
  EXPECT_FALSE(file.Check("nobody", "nobody"));
  EXPECT_TRUE(file.Check("bob", "secret"));
  EXPECT_FALSE(file.Check("bob", "5ebe2294ecd0e0f08eab7690d2a6ee69"));
  ASSERT_EQ(file.warnings().size(), 1U);
  EXPECT_THAT(file.warnings()[0], HasSubstr("MD5"));
  EXPECT_THROW(HashPassword(""), UserError);
}

TEST_F(LoginTest, KnownHash) {
  const LoginFile file(Write("x:" + std::string(kKnown)));
  EXPECT_TRUE(file.Check("x", "pleaseletmein"));
  EXPECT_FALSE(file.Check("x", "pleaseletmeout"));
}

TEST_F(LoginTest, BadFilesAreRefusedByLine) {
  const auto refusal = [&](const std::string& text) -> std::string {
    try {
      const LoginFile file(Write(text));
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  const std::string good = HashPassword("x");
  EXPECT_THAT(refusal("\nann\n"), HasSubstr("line 2: not NAME:HASH"));
  EXPECT_THAT(refusal("ann:" + good + "\nann:" + good),
              HasSubstr("line 2: the name ann comes twice"));
  for (const std::string hash :
       {"plain", "", "OBF:1v2j1uum", "$scrypt$ln=40,r=8,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5",
        "$scrypt$ln=20,r=32,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5", "MD5:12", "$2a$10$abc"}) {
    EXPECT_THAT(refusal("ann:" + hash), HasSubstr("line 1: the hash")) << hash;
    if (!hash.empty()) {
      EXPECT_EQ(refusal("ann:" + hash).find(hash), std::string::npos);
    }
  }
  EXPECT_THAT(refusal("# nobody\n"), HasSubstr("names nobody"));
  EXPECT_THROW(LoginFile("/nonexistent/file"), UserError);
}

TEST_F(LoginTest, ReadsAuthorizationFields) {
  const auto credentials = Authenticator::Read("basic QW5uOmE6Yg==");
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->user, "Ann");
  EXPECT_EQ(credentials->password, "a:b");
  for (const char* field : {"", "Basic", "Basic ", "Bearer QW5uOmE=", "Basic !!!!", "Basic QW5u"}) {
    EXPECT_FALSE(Authenticator::Read(field)) << field;
  }
}

TEST_F(LoginTest, GoodCredentialsAreRecalledAndBadOnesNever) {
  Authenticator authenticator(Write("ann:" + HashPassword("secret")), "");
  EXPECT_FALSE(authenticator.Recall(Basic("ann", "secret")));
  EXPECT_TRUE(authenticator.Verify(Basic("ann", "secret")));
  EXPECT_EQ(authenticator.Recall(Basic("ann", "secret")), "ann");
  EXPECT_FALSE(authenticator.Verify(Basic("ann", "Secret")));
  EXPECT_FALSE(authenticator.Recall(Basic("ann", "Secret")));
  EXPECT_FALSE(authenticator.Recall(Basic("bob", "secret")));
}

TEST_F(LoginTest, TheServerAsksForALogin) {
  HttpServerOptions options;
  options.login_file = Write("ann:" + HashPassword("secret"));
  options.failed_login_delay = milliseconds(100);
  TestServer server(options);
  const std::string head = "POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n";
  TestClient client(server.port());
  for (const char* path : {"/work", "/no", "/anything"}) {
    client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const TestAnswer answer = client.Receive();
    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(std::string(answer.Field("WWW-Authenticate")),
                HasSubstr("Basic realm=\"thalweg\""));
    EXPECT_NE(answer.body, "");
  }
  for (int i = 0; i < 2; ++i) {
    client.Send(head + "Authorization: " + Basic("ann", "secret") + "\r\n\r\nhi");
    EXPECT_THAT(client.Receive().body, HasSubstr("hi user ann"));
  }
  const auto start = std::chrono::steady_clock::now();
  client.Send(head + "Authorization: " + Basic("ann", "wrong") + "\r\n\r\nhi");
  EXPECT_EQ(client.Receive().status, 401);
  EXPECT_GT(std::chrono::steady_clock::now() - start, milliseconds(100)) << "guessing is slow";
  client.Send(head + "\r\nhi" + head + "Authorization: " + Basic("ann", "secret") + "\r\n\r\nho");
  EXPECT_EQ(client.Receive().status, 401);
  EXPECT_THAT(client.Receive().body, HasSubstr("ho user ann"));
  EXPECT_EQ(server.server().counts().requests, 3U);
}

TEST_F(LoginTest, ManyWrongPasswordsMustWait) {
  HttpServerOptions options;
  options.login_file = Write("bob:MD5:5ebe2294ecd0e0f08eab7690d2a6ee69");
  options.failed_login_delay = milliseconds(5);
  TestServer server(options);
  const auto ask = [&](const std::string& password) {
    return Ask(server.port(), "GET /quick HTTP/1.1\r\nHost: localhost\r\nAuthorization: " +
                                  Basic("bob", password) + "\r\n\r\n");
  };
  EXPECT_EQ(ask("secret").status, 200);
  int status = 401;
  for (int i = 0; i < 10 && status == 401; ++i) status = ask("wrong").status;
  EXPECT_EQ(status, 429);
  const TestAnswer answer = ask("wrong again");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.Field("Retry-After"), "1");
  EXPECT_EQ(ask("secret").status, 200) << "who came in before is not locked out";
  std::this_thread::sleep_for(milliseconds(1100));
  EXPECT_EQ(ask("wrong").status, 401) << "and the wait ends";
}

TEST_F(LoginTest, RecalledLoginsCostLittle) {
  HttpServerOptions options;
  options.login_file = Write("ann:" + HashPassword("secret"));
  TestServer server(options);
  const std::string request =
      "GET /quick HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + Basic("ann", "secret") +
      "\r\n\r\n";
  EXPECT_EQ(Ask(server.port(), request).status, 200);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Ask(server.port(), request).status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(2000)) << "a hash takes 100 ms";
}

TEST_F(LoginTest, TheTokenIsThePasswordOfAnyUser) {
  HttpServerOptions options;
  options.login_token = "0123456789abcdef";
  options.failed_login_delay = milliseconds(20);
  TestServer server(options);
  const auto ask = [&](const std::string& authorization) {
    return Ask(server.port(), "GET /quick HTTP/1.1\r\nHost: localhost\r\nAuthorization: " +
                                  authorization + "\r\n\r\n");
  };
  EXPECT_THAT(ask(Basic("ann", "0123456789abcdef")).body, HasSubstr("user ann"));
  EXPECT_EQ(ask(Basic("", "0123456789abcdef")).status, 200);
  for (const char* password : {"", "0123456789abcde", "0123456789abcdef0"}) {
    EXPECT_EQ(ask(Basic("ann", password)).status, 401) << password;
  }
}

}  // namespace
}  // namespace thalweg
