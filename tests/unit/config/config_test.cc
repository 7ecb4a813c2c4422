#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config_testing.h"

namespace prome::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ConfigTest, DefaultsAreThoseOfTheOptions) {
  const Config config = goodConfig(with(""));
  EXPECT_EQ(config.http, http::ServerOptions{});
  EXPECT_EQ(config.client, remote::ClientOptions{});
  EXPECT_EQ(config.probe, remote::ProbeOptions{});
  EXPECT_EQ(config.query, api::QueryOptions{});
  EXPECT_EQ(config.verification, verify::ShadowOptions{});
  EXPECT_EQ(config.log, telemetry::LogOptions{});
}

TEST(ConfigTest, EmptySectionsAreDefaults) {
  const Config config = goodConfig(with("http:\nclient: {}\nquery: # all of it commented out\nlog: ~\n"));
  EXPECT_EQ(config.http, http::ServerOptions{});
}

TEST(ConfigTest, ReadsEveryModule) {
  const Config config = goodConfig(with(
      "http: {listen_addr: '[::1]:1', route_prefix: /p/, threads: 2, max_head_bytes: 64KB, max_body_bytes: "
      "1MiB,"
      " max_connections: 3, idle_timeout: 1m, read_timeout: 2s, write_timeout: 3s, drain_timeout: 0,"
      " compress: false}\n"
      "client: {connect_timeout: 1ms, first_byte_timeout: 2ms, idle_timeout: 3ms, pool_idle_timeout: 4ms,"
      " max_idle_connections: 0, max_head_bytes: 1KiB, down_backoff: 0s}\n"
      "probe: {enabled: false, interval: 1h, retry_interval: 10ms, timeout: 2s, max_in_flight: 9}\n"
      "query: {timeout: 1h30m, max_query_bytes: 2048, max_in_flight: 1, dialect: 2.x, lookback_delta: 3m,"
      " evaluation_interval: 15s, exactness: exact, partial_answers: never, max_concurrency: 3, max_samples: "
      "4, "
      "max_memory_per_query: 5MiB,"
      " max_memory: 6MiB}\n"
      "log: {level: error, access_log: true}\n"));
  http::ServerOptions http;
  http.listen_addr = "[::1]:1";
  http.route_prefix = "/p";
  http.threads = 2;
  http.max_head_bytes = 65536;
  http.max_body_bytes = 1048576;
  http.max_connections = 3;
  http.idle_timeout = milliseconds(60'000);
  http.read_timeout = milliseconds(2'000);
  http.write_timeout = milliseconds(3'000);
  http.drain_timeout = milliseconds(0);
  http.compress = false;
  EXPECT_EQ(config.http, http);
  EXPECT_EQ(config.client, (remote::ClientOptions{milliseconds(1), milliseconds(2), milliseconds(3),
                                                  milliseconds(4), 0, 1024, milliseconds(0)}));
  EXPECT_EQ(config.probe, (remote::ProbeOptions{false, hours(1), milliseconds(10), milliseconds(2'000), 9}));
  EXPECT_EQ(config.query,
            (api::QueryOptions{milliseconds(5'400'000), 2048, 1, api::DialectChoice::kPrometheus2,
                               milliseconds(180'000), milliseconds(15'000), plan::Exactness::kExact,
                               api::PartialAnswers::kNever, 3, 4, 5u << 20, 6u << 20}));
  EXPECT_EQ(config.log, (telemetry::LogOptions{telemetry::LogLevel::kError, true}));
}

TEST(ConfigTest, ReadsTheVerification) {
  const Config config = goodConfig(
      with("verification: {oracle: 'https://Central/prom/', ratio: 0.25, max_concurrency: 3, max_queue: 4,"
           " timeout: 5s, settle: 0, max_answer_bytes: 2KiB, bearer_token: t0ps, compression: 'off',"
           " http_headers: {X-Tenant: a}, tls_config: {server_name: n, insecure_skip_verify: true}}\n"));
  verify::ShadowOptions expected{.oracle = "https://central:443/prom",
                                 .ratio = 0.25,
                                 .max_concurrency = 3,
                                 .max_queue = 4,
                                 .timeout = milliseconds(5'000),
                                 .settle = milliseconds(0),
                                 .max_answer_bytes = 2048,
                                 .request = {}};
  expected.request.headers = {{"Authorization", "Bearer t0ps"}, {"X-Tenant", "a"}};
  expected.request.tls.server_name = "n";
  expected.request.tls.insecure_skip_verify = true;
  expected.request.compression = topology::ShardCompression::kOff;
  EXPECT_EQ(config.verification, expected);
  EXPECT_TRUE(config.verification.enabled());
  EXPECT_THAT(config.yaml, Not(HasSubstr("t0ps")));
}

TEST(ConfigTest, ARatioIsBetweenZeroAndOne) {
  const auto ratioOf = [](const std::string& text) {
    return goodConfig(with("verification: {oracle: h, ratio: " + text + "}\n")).verification.ratio;
  };
  EXPECT_EQ(ratioOf("0"), 0.0);
  EXPECT_EQ(ratioOf("1"), 1.0);
  EXPECT_EQ(ratioOf("1.000"), 1.0);
  EXPECT_EQ(ratioOf("0.0001"), 0.0001);
  EXPECT_FALSE(goodConfig(with("verification: {oracle: h, ratio: 0}\n")).verification.enabled());
  for (const std::string text :
       {"1.0001", "2", "-0.1", "+1", "1e-3", "nan", "inf", "10%", ".5", "0x1", "\"\""}) {
    EXPECT_EQ(errorsOf(with("verification: {ratio: " + text + "}\n")).size(), 1u) << text;
  }
  EXPECT_EQ(errorsOf(with("verification: {ratio: 1.5}\n")),
            (Lines{"f:3:23: expected a number from 0 to 1, got \"1.5\""}));
  EXPECT_EQ(errorsOf(with("verification: {oracle: 'ftp://h'}\n")),
            (Lines{"f:3:24: the scheme must be http or https, got \"ftp\""}));
}

TEST(ConfigTest, WrongTypesAreNamed) {
  EXPECT_EQ(errorsOf(with("http:\n"
                          "  listen_addr: [x]\n"
                          "  threads: two\n"
                          "  max_body_bytes: 1.5MiB\n"
                          "  idle_timeout: [30s]\n"
                          "  read_timeout: 30\n"
                          "  write_timeout:\n"
                          "  compress: yes\n"
                          "client: [a]\n"
                          "query: x\n"
                          "log: {level: trace, access_log: {}}\n")),
            (Lines{"f:4:16: expected an address like :9097, got a list",
                   "f:5:12: expected a whole number, got \"two\"",
                   "f:6:19: expected a size like 10MiB, got \"1.5MiB\"",
                   "f:7:17: expected a duration like 30s, got a list",
                   "f:8:17: expected a duration like 30s, got \"30\"",
                   "f:10:3: expected a duration like 30s, got nothing",
                   "f:10:13: expected true or false, got \"yes\"",
                   "f:11:9: expected a mapping (key: value), got a list",
                   "f:12:8: expected a mapping (key: value), got text",
                   "f:13:14: expected one of debug, info, warn, error, got \"trace\"",
                   "f:13:33: expected true or false, got a mapping"}));
}

TEST(ConfigTest, UnknownKeysComeWithASuggestion) {
  EXPECT_EQ(errorsOf(with("http: {listen_adr: :1, zzz: 1}\nqueri: {}\n")),
            (Lines{"f:3:8: unknown key \"listen_adr\", did you mean \"listen_addr\"?",
                   "f:3:24: unknown key \"zzz\"", "f:4:1: unknown key \"queri\", did you mean \"query\"?"}));
}

TEST(ConfigTest, LimitsHoldAtTheLimitAndNotOneOver) {
  struct Case {
    std::string_view key;
    std::string_view good;
    std::string_view bad;
    std::string_view range;
  };
  const Case cases[] = {
      {"http: {threads: ", "0", "-1", ""},
      {"http: {threads: ", "1024", "1025", "0 to 1024"},
      {"http: {max_head_bytes: ", "1KiB", "1023", "1KiB to 64MiB"},
      {"http: {max_head_bytes: ", "64MiB", "67108865", "1KiB to 64MiB"},
      {"http: {max_body_bytes: ", "1024", "1023", "1KiB to 1GiB"},
      {"http: {max_body_bytes: ", "1GiB", "1073741825", "1KiB to 1GiB"},
      {"http: {max_connections: ", "1", "0", "1 to 10000000"},
      {"http: {max_connections: ", "10000000", "10000001", "1 to 10000000"},
      {"http: {idle_timeout: ", "1ms", "0", "1ms to 1d"},
      {"http: {read_timeout: ", "1d", "86400001ms", "1ms to 1d"},
      {"http: {write_timeout: ", "1ms", "0ms", "1ms to 1d"},
      {"http: {drain_timeout: ", "1d", "1d1ms", "0s to 1d"},
      {"client: {connect_timeout: ", "1ms", "0", "1ms to 1d"},
      {"client: {first_byte_timeout: ", "1d", "2d", "1ms to 1d"},
      {"client: {idle_timeout: ", "1d", "2d", "1ms to 1d"},
      {"client: {pool_idle_timeout: ", "1d", "2d", "1ms to 1d"},
      {"client: {max_idle_connections: ", "65536", "65537", "0 to 65536"},
      {"client: {max_head_bytes: ", "1024", "1023", "1KiB to 64MiB"},
      {"client: {down_backoff: ", "0", "1w", "0s to 1d"},
      {"probe: {interval: ", "10ms", "9ms", "10ms to 1d"},
      {"probe: {retry_interval: ", "1d", "1d1ms", "10ms to 1d"},
      {"probe: {timeout: ", "1ms", "0", "1ms to 1d"},
      {"probe: {max_in_flight: ", "1024", "1025", "1 to 1024"},
      {"probe: {max_in_flight: ", "1", "0", "1 to 1024"},
      {"verification: {max_concurrency: ", "1", "0", "1 to 64"},
      {"verification: {max_concurrency: ", "64", "65", "1 to 64"},
      {"verification: {max_queue: ", "1", "0", "1 to 100000"},
      {"verification: {max_queue: ", "100000", "100001", "1 to 100000"},
      {"verification: {timeout: ", "1ms", "0", "1ms to 1d"},
      {"verification: {settle: ", "1d", "1d1ms", "0s to 1d"},
      {"verification: {max_answer_bytes: ", "1KiB", "1023", "1KiB to 1GiB"},
      {"verification: {max_answer_bytes: ", "1GiB", "1073741825", "1KiB to 1GiB"},
      {"query: {timeout: ", "1ms", "0", "1ms to 1d"},
      {"query: {max_query_bytes: ", "64MiB", "65MiB", "1KiB to 64MiB"},
      {"query: {max_in_flight: ", "1000000", "1000001", "1 to 1000000"},
      {"query: {max_in_flight: ", "1", "0", "1 to 1000000"},
      {"query: {lookback_delta: ", "1ms", "0", "1ms to 1d"},
      {"query: {evaluation_interval: ", "1d", "2d", "1ms to 1d"},
      {"query: {max_concurrency: ", "1", "0", "1 to 1024"},
      {"query: {max_concurrency: ", "1024", "1025", "1 to 1024"},
      {"query: {max_samples: ", "1000000000000", "1000000000001", "1 to 1000000000000"},
      {"query: {max_samples: ", "1", "0", "1 to 1000000000000"},
      {"query: {max_memory_per_query: ", "1MiB", "1048575", "1MiB to 1024GiB"},
      {"query: {max_memory: ", "1024GiB", "1099511627777", "1MiB to 1024GiB"},
  };
  for (const Case& one : cases) {
    const std::string key(one.key);
    EXPECT_THAT(errorsOf(with(key + std::string(one.good) + "}")), ElementsAre()) << key << one.good;
    const std::string at = "f:3:" + std::to_string(key.size() + 1) + ": ";
    const std::string message =
        one.range.empty() ? "expected a whole number, got \"" + std::string(one.bad) + "\""
                          : "must be from " + std::string(one.range) + ", got " + std::string(one.bad);
    EXPECT_THAT(errorsOf(with(key + std::string(one.bad) + "}")), ElementsAre(at + message));
  }
}

TEST(ConfigTest, TheWholeFileCanBeWrong) {
  EXPECT_EQ(errorsOf(""), (Lines{"f: the file is empty"}));
  EXPECT_EQ(errorsOf("# nothing\n"), (Lines{"f: the file is empty"}));
  EXPECT_EQ(errorsOf("- a\n"), (Lines{"f:1:1: expected a mapping (key: value), got a list"}));
  EXPECT_EQ(errorsOf("a: b: c"), (Lines{"f:1:5: not valid YAML: illegal map value"}));
  EXPECT_EQ(errorsOf("http: {}\n"),
            (Lines{"f: no shards: give \"replace_label_name\" and \"prome_servers\", or \"shard_sets\""}));
  EXPECT_EQ(errorsOf(with("---\n" + std::string(kSmall))),
            (Lines{"f:3:1: a configuration is one YAML document, and here a second one begins"}));
}

TEST(ConfigTest, MistakesComeInFileOrder) {
  EXPECT_EQ(
      errorsOf("log: {level: x}\nhttp: {threads: y}\nhttp: 1\n${A}: 1\nprome_servers: {a: 'x:y'}\n"
               "replace_label_name: 1\n"),
      (Lines{
          "f:1:14: expected one of debug, info, warn, error, got \"x\"",
          "f:2:17: expected a whole number, got \"y\"",
          "f:3:1: duplicate key \"http\", first at line 2, column 1",
          "f:4:1: environment variables are not expanded: replace ${...} by what it stands for (secrets may "
          "stand in files, see the *_file keys)",
          "f:4:1: unknown key \"${A}\"", "f:5:20: the port must be a number from 1 to 65535, got \"y\"",
          "f:6:21: \"1\" is not a label name"}));
}

TEST(ConfigTest, MistakesAreLimited) {
  const auto keys = [](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "unknown" + std::to_string(i) + ": 1\n";
    return with(out);
  };
  EXPECT_EQ(errorsOf(keys(kMaxConfigErrors)).size(), kMaxConfigErrors);
  const Lines over = errorsOf(keys(kMaxConfigErrors + 1));
  ASSERT_EQ(over.size(), kMaxConfigErrors + 1);
  EXPECT_EQ(over.back(), "f: and 1 more error");
  EXPECT_EQ(errorsOf(keys(kMaxConfigErrors + 2)).back(), "f: and 2 more errors");
}

TEST(ConfigTest, AnErrorIsOneLine) {
  EXPECT_EQ(errorsOf(with("\"a\\nb\\e\": 1\n")), (Lines{"f:3:1: unknown key \"a\\nb?\""}));
}

TEST(ConfigTest, LongTextsAreNotRepeated) {
  EXPECT_EQ(errorsOf(with("query: {timeout: " + std::string(1000, 'x') + "}\n")),
            (Lines{"f:3:18: expected a duration like 30s, got a text of 1000 bytes"}));
}

TEST(ConfigTest, YamlIsTheFileAgain) {
  EXPECT_EQ(goodConfig(kSmall).yaml,
            "replace_label_name: cluster\n"
            "prome_servers:\n"
            "  a: 1.1.1.1:9090\n"
            "  b: 2.2.2.2:9090\n"
            "http:\n"
            "  listen_addr: :9097\n");
}

TEST(ConfigTest, YamlReadsBackToTheSame) {
  const Config first = goodConfig(with("http: {threads: 3}\nlog: {level: warn}\n"));
  const Config second = goodConfig(first.yaml);
  EXPECT_EQ(second.http, first.http);
  EXPECT_EQ(second.log, first.log);
  EXPECT_EQ(second.yaml, first.yaml);
}

TEST(LoadConfigTest, ReadsAFile) {
  const Folder folder("load_config_test");
  const auto config = loadConfig(folder.write("c.yml", kSmall));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->shard_sets.size(), 1u);
}

TEST(LoadConfigTest, SaysWhyNot) {
  const auto config = loadConfig("no/such.yml");
  ASSERT_FALSE(config.has_value());
  ASSERT_EQ(config.error().size(), 1u);
  EXPECT_EQ(config.error()[0].text(), "no/such.yml: cannot open no/such.yml: No such file or directory");
}

}  // namespace
}  // namespace prome::config
