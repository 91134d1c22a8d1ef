#include "server/http/tls.h"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "server/http/client_for_test.h"

namespace thalweg {
namespace {

using internal::TestAnswer;
using internal::TestClient;
using internal::TestServer;
using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    std::signal(SIGPIPE, SIG_IGN);  // for the clients below
    std::string name = std::filesystem::temp_directory_path() / "thalweg-tls-XXXXXX";
    folder_ = mkdtemp(name.data());
    MakeKeyAndCertificate("key.pem", "certificate.pem");
  }
  ~TlsTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  void MakeKeyAndCertificate(const std::string& key_name, const std::string& certificate_name) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    FILE* file = std::fopen(Path(key_name).c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    file = std::fopen(Path(certificate_name).c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  HttpServerOptions Options() const {
    HttpServerOptions options;
    options.tls_certificate = Path("certificate.pem");
    options.tls_key = Path("key.pem");
    return options;
  }

 private:
  std::string folder_;
};

// A connection with at most the given version of TLS.
class TlsClient {
 public:
  explicit TlsClient(uint16_t port, int max_version = TLS1_3_VERSION)
      : socket_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_, 0);  // lets old versions be tried
    SSL_CTX_set_max_proto_version(context_, max_version);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_.descriptor());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const int sent = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // All until the server closes.
  std::string ReceiveAll() {
    std::string text;
    char bytes[4096];
    int size = 0;
    while ((size = SSL_read(ssl_, bytes, sizeof(bytes))) > 0) {
      text.append(bytes, static_cast<size_t>(size));
    }
    clean_end_ = SSL_get_error(ssl_, size) == SSL_ERROR_ZERO_RETURN;
    return text;
  }
  bool clean_end() const { return clean_end_; }

 private:
  TestClient socket_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
  bool clean_end_ = false;
};

TEST_F(TlsTest, AnswersOverTls) {
  TestServer server(Options());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version);
    ASSERT_TRUE(client.connected());
    client.Send("GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.Send("POST /file HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n" +
                std::string(3'000'000, 'y'));
    client.Send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.Send("GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const std::string text = client.ReceiveAll();
    EXPECT_TRUE(client.clean_end());
    EXPECT_THAT(text.substr(0, 1000), HasSubstr("GET /quick"));
    EXPECT_THAT(text.substr(0, 2000), HasSubstr("body 3000000 bytes: yyyy"));
    EXPECT_GT(text.size(), 8U << 20);
    EXPECT_TRUE(text.ends_with("0\r\n\r\n"));
  }
}

TEST_F(TlsTest, RefusesOldVersions) {
  TestServer server(Options());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(server.port()).connected());
}

TEST_F(TlsTest, TellsPlainClients) {
  TestServer server(Options());
  TestClient client(server.port());
  client.Send("GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const TestAnswer answer = client.Receive();
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("use https://"));
  EXPECT_TRUE(client.Closed());
  TestClient garbage(server.port());
  garbage.Send("\x01\x02\x03garbage, and more of it");
  garbage.ReceiveAll();
  EXPECT_TRUE(TlsClient(server.port()).connected());
}

TEST_F(TlsTest, HandshakesThatStopHarmNobody) {
  HttpServerOptions options = Options();
  options.head_time = std::chrono::milliseconds(200);
  TestServer server(options);
  TestClient stopped(server.port());
  TestClient silent(server.port());
  TlsClient idle(server.port());
  ASSERT_TRUE(idle.connected());
  stopped.Send("\x16\x03\x01\x02");
  EXPECT_TRUE(TlsClient(server.port()).connected());
  EXPECT_TRUE(stopped.Closed());
  EXPECT_TRUE(silent.Closed());
  idle.Send("GET /quick HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(idle.ReceiveAll(), HasSubstr("GET /quick")) << "whose handshake is over may wait";
}

TEST_F(TlsTest, BadFilesAreNamed) {
  MakeKeyAndCertificate("other-key.pem", "other-certificate.pem");
  const auto refusal = [](const std::string& certificate, const std::string& key) -> std::string {
    try {
      const internal::TlsContext context(certificate, key);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal(Path("certificate.pem"), Path("key.pem")), "");
  EXPECT_THAT(refusal(Path("none.pem"), Path("key.pem")), HasSubstr("none.pem"));
  EXPECT_THAT(refusal(Path("certificate.pem"), Path("none.pem")), HasSubstr("none.pem"));
  EXPECT_THAT(refusal(Path("key.pem"), Path("key.pem")), HasSubstr("cannot be used"));
  EXPECT_THAT(refusal(Path("certificate.pem"), Path("other-key.pem")),
              HasSubstr("key values mismatch"));
}

}  // namespace
}  // namespace thalweg
