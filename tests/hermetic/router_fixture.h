// Router: prome::app::Application in this process, its configuration given as YAML, on a port of its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "app/application.h"
#include "test_client.h"

namespace prome::hermetic {

/// A shard of a test's configuration.
struct ShardText {
  std::string name;                   // also the value of its routing label "cluster"
  std::vector<std::string> replicas;  // addresses
  std::string more = {};              // more keys, in flow style: `stored: true`

  ShardText(std::string shard_name, std::vector<std::string> addresses, std::string keys = {})
      : name(std::move(shard_name)), replicas(std::move(addresses)), more(std::move(keys)) {}
  ShardText(std::string shard_name, const MemoryShard& shard, std::string keys = {})
      : ShardText(std::move(shard_name), std::vector{shard.address()}, std::move(keys)) {}
};

/// A test's configuration; the sections in flow style, without braces.
struct RouterText {
  std::vector<ShardText> shards;
  std::string http = {};
  std::string client = {};
  std::string query = {};
  std::string probe = "enabled: false";  // a test that counts requests means its own
  std::string verification = {};
  std::string log = "level: error";
  unsigned threads = 1;
  remote::NameResolver::Lookup lookup = remote::NameResolver::lookUpBySystem;
};

std::string yamlOf(const RouterText& text);

class Router {
 public:
  explicit Router(const RouterText& text);
  Router(const MemoryShard& shard, std::string keys = {})
      : Router({.shards = {{"a", shard, std::move(keys)}}}) {}
  ~Router() { stop(); }

  std::uint16_t port() const { return port_; }
  /// What the next reload reads.
  void setText(const std::string& yaml);
  app::Application& application() { return application_; }
  /// Drains and ends.
  void stop();

  /// One request on a connection of its own.
  Answer get(std::string_view target, std::string_view fields = {});
  Answer post(std::string_view path, std::string_view body, std::string_view fields = {});
  Answer raw(std::string_view bytes);
  /// The value of a line of /metrics, whose name and labels are given; -1 if it is not there.
  double metric(std::string_view series);

 private:
  std::mutex mutex_;
  std::string yaml_;
  std::uint16_t port_ = 0;
  app::Application application_;
  std::mutex stop_mutex_;
  std::thread running_;
};

/// `{"status":"success",...}` with a vector of `count` series `up{instance="..."}`.
std::string vectorBody(std::size_t count);
/// The same as the router must send it for shard `a`.
std::string withCluster(std::string_view body, std::string_view value = "a");
/// The errorType of an error body, and its message.
std::pair<std::string, std::string> errorOf(const Answer& answer);

/// Names the cases of a parameterized test by their `name`.
struct ByName {
  template <class Param>
  std::string operator()(const testing::TestParamInfo<Param>& param) const {
    return param.param.name;
  }
};

/// A query that goes to shard a.
inline constexpr std::string_view kQueryA = "/api/v1/query?query=up%7Bcluster%3D%22a%22%7D&time=1";

}  // namespace prome::hermetic
