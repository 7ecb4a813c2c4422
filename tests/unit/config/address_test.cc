#include "config/address.h"

#include <gtest/gtest.h>

#include <string>

namespace prome::config {
namespace {

using topology::Endpoint;
using topology::Scheme;

void expectError(std::string_view text, std::string_view message) {
  const auto got = parseEndpoint(text);
  ASSERT_FALSE(got.has_value()) << text;
  EXPECT_EQ(got.error(), message) << text;
}

TEST(EndpointTest, ReadsEveryForm) {
  EXPECT_EQ(parseEndpoint("1.1.1.1:9090"), (Endpoint{Scheme::kHttp, "1.1.1.1", 9090, ""}));
  EXPECT_EQ(parseEndpoint("prom"), (Endpoint{Scheme::kHttp, "prom", 9090, ""}));
  EXPECT_EQ(parseEndpoint("Prom.Example.:1"), (Endpoint{Scheme::kHttp, "prom.example.", 1, ""}));
  EXPECT_EQ(parseEndpoint("prom:65535/a/b/"), (Endpoint{Scheme::kHttp, "prom", 65535, "/a/b"}));
  EXPECT_EQ(parseEndpoint("prom/"), (Endpoint{Scheme::kHttp, "prom", 9090, ""}));
  EXPECT_EQ(parseEndpoint("http://prom"), (Endpoint{Scheme::kHttp, "prom", 80, ""}));
  EXPECT_EQ(parseEndpoint("HTTPS://prom"), (Endpoint{Scheme::kHttps, "prom", 443, ""}));
  EXPECT_EQ(parseEndpoint("https://prom:9443/x"), (Endpoint{Scheme::kHttps, "prom", 9443, "/x"}));
  EXPECT_EQ(parseEndpoint("[::1]"), (Endpoint{Scheme::kHttp, "::1", 9090, ""}));
  EXPECT_EQ(parseEndpoint("http://[2001:DB8::1]:81/x"), (Endpoint{Scheme::kHttp, "2001:db8::1", 81, "/x"}));
  EXPECT_EQ(parseEndpoint("[fe80::1%eth0]:81"), (Endpoint{Scheme::kHttp, "fe80::1%eth0", 81, ""}));
}

TEST(EndpointTest, UrlsReadBack) {
  for (const char* text : {"http://prom:9090", "https://[::1]:443/x", "http://10.0.0.1:80/a/b"}) {
    const auto endpoint = parseEndpoint(text);
    ASSERT_TRUE(endpoint.has_value()) << text;
    EXPECT_EQ(endpoint->url(), text);
  }
}

TEST(EndpointTest, SaysWhatIsWrong) {
  expectError("", "expected an address like 10.0.0.1:9090, got \"\"");
  expectError(":9090", "expected an address like 10.0.0.1:9090, got \":9090\"");
  expectError("http://", "expected an address like 10.0.0.1:9090, got \"http://\"");
  expectError("ftp://x", "the scheme must be http or https, got \"ftp\"");
  expectError("x:", "the port must be a number from 1 to 65535, got \"\"");
  expectError("x:0", "the port must be a number from 1 to 65535, got \"0\"");
  expectError("x:65536", "the port must be a number from 1 to 65535, got \"65536\"");
  expectError("x:90 90", "the port must be a number from 1 to 65535, got \"90 90\"");
  expectError("x:+1", "the port must be a number from 1 to 65535, got \"+1\"");
  expectError("::1", "an IPv6 address must stand in brackets (and in quotes, for YAML): \"[::1]:9090\"");
  expectError("[::1", "\"[\" without \"]\" in \"[::1\"");
  expectError("[::g]:1", "\"::g\" is not an IPv6 address");
  expectError("[1.1.1.1]:1", "\"1.1.1.1\" is not an IPv6 address");
  expectError("[::1]9090", "only a port may follow \"]\" in \"[::1]9090\"");
  expectError("1.1.1.300:1", "\"1.1.1.300\" is not a host name or IP address");
  expectError("a b", "\"a b\" is not a host name or IP address");
  expectError("a..b", "\"a..b\" is not a host name or IP address");
  expectError("x/a b", "a path holds printable ASCII without spaces, query or fragment, got \"/a b\"");
  expectError("x?a=b", "a path must start with \"/\", got \"?a=b\"");
  expectError("x/y?a=b", "a path holds printable ASCII without spaces, query or fragment, got \"/y?a=b\"");
  expectError("http://x/\r\nHost: y",
              "a path holds printable ASCII without spaces, query or fragment, got \"/\r\nHost: y\"");
  expectError("http://user:hunter2@x", "an address must not hold a user or password, use basic_auth");
}

TEST(EndpointTest, HostsHaveALimit) {
  EXPECT_TRUE(parseEndpoint(std::string(253, 'a')).has_value());
  EXPECT_FALSE(parseEndpoint(std::string(254, 'a')).has_value());
}

TEST(ListenAddressTest, NeedsAPort) {
  for (const char* text : {":9097", ":0", "127.0.0.1:9097", "[::1]:9097", "localhost:1"}) {
    EXPECT_EQ(parseListenAddress(text), std::string(text));
  }
  EXPECT_EQ(parseListenAddress("9097").error(), "expected an address to listen on, write \":9097\"");
  EXPECT_EQ(parseListenAddress("x").error(),
            "expected an address to listen on like :9097 or 127.0.0.1:9097, got \"x\"");
  EXPECT_EQ(parseListenAddress("").error(),
            "expected an address to listen on like :9097 or 127.0.0.1:9097, got \"\"");
  EXPECT_EQ(parseListenAddress(":65536").error(), "the port must be a number from 0 to 65535, got \"65536\"");
  EXPECT_FALSE(parseListenAddress("http://x:1").has_value());
  EXPECT_FALSE(parseListenAddress("x:1/y").has_value());
}

TEST(PathPrefixTest, HasNoSlashAtItsEnd) {
  EXPECT_EQ(parsePathPrefix(""), "");
  EXPECT_EQ(parsePathPrefix("/"), "");
  EXPECT_EQ(parsePathPrefix("/a"), "/a");
  EXPECT_EQ(parsePathPrefix("/a/b//"), "/a/b");
  EXPECT_FALSE(parsePathPrefix("a").has_value());
  EXPECT_FALSE(parsePathPrefix("/a\x7F").has_value());
}

}  // namespace
}  // namespace prome::config
