#include "topology/shard.h"

#include <gtest/gtest.h>

namespace prome::topology {
namespace {

TEST(Endpoint, UrlAndAuthority) {
  const Endpoint plain{.scheme = Scheme::kHttp, .host = "prom.example", .port = 9090, .path_prefix = ""};
  EXPECT_EQ(plain.authority(), "prom.example:9090");
  EXPECT_EQ(plain.url(), "http://prom.example:9090");
  const Endpoint ipv6{.scheme = Scheme::kHttps, .host = "::1", .port = 443, .path_prefix = "/p"};
  EXPECT_EQ(ipv6.authority(), "[::1]:443");
  EXPECT_EQ(ipv6.url(), "https://[::1]:443/p");
}

}  // namespace
}  // namespace prome::topology
