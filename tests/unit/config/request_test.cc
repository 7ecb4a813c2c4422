#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"
#include "config/limits.h"
#include "config_testing.h"

namespace prome::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using topology::RequestOptions;
using topology::ShardCompression;

/// A set with request keys `set` (line 3 on) and one shard with `shard`, both as block lines without
/// indentation.
std::string config(std::string_view set, std::string_view shard = "") {
  const auto indented = [](std::string_view lines, std::string_view margin) {
    std::string out;
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      out += std::string(margin) + std::string(lines.substr(0, end)) + "\n";
      lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return out;
  };
  return "shard_sets:\n- name: s\n" + indented(set, "  ") +
         "  shards:\n  - external_labels: {a: b}\n    replicas: [h]\n" + indented(shard, "    ");
}

RequestOptions request(std::string_view set, std::string_view shard = "", std::string_view file = "f") {
  const Config parsed = goodConfig(config(set, shard), file);
  if (parsed.shard_sets.empty()) return {};
  return parsed.shard_sets[0].shards[0].request;
}

TEST(RequestTest, DefaultsAreThoseOfTheOptions) {
  EXPECT_EQ(request(""), RequestOptions{});
}

TEST(RequestTest, ResolvesEveryWayToAuthorize) {
  EXPECT_THAT(request("basic_auth: {username: Aladdin, password: 'open sesame'}").headers,
              ElementsAre(Pair("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")));
  EXPECT_THAT(request("basic_auth: {username: u}").headers, ElementsAre(Pair("Authorization", "Basic dTo=")));
  EXPECT_THAT(request("authorization: {credentials: abc}").headers,
              ElementsAre(Pair("Authorization", "Bearer abc")));
  EXPECT_THAT(request("authorization: {type: Token, credentials: abc}").headers,
              ElementsAre(Pair("Authorization", "Token abc")));
  EXPECT_THAT(request("bearer_token: abc").headers, ElementsAre(Pair("Authorization", "Bearer abc")));
  EXPECT_TRUE(request("forward_authorization: true").forward_authorization);
}

TEST(RequestTest, ReadsSecretsFromFilesBesideTheConfiguration) {
  const Folder folder("request_test_files");
  folder.write("user", "u\n");
  folder.write("password", "p w\r\n");
  folder.write("token", "t\n\n");
  folder.write("value", "v");
  const std::string file = folder.file("prome-route.yml");
  EXPECT_THAT(request("basic_auth: {username_file: user, password_file: password}", "", file).headers,
              ElementsAre(Pair("Authorization", "Basic dTpwIHc=")));
  EXPECT_THAT(request("authorization: {credentials_file: value}", "", file).headers,
              ElementsAre(Pair("Authorization", "Bearer v")));
  EXPECT_THAT(request("bearer_token_file: " + folder.file("value"), "", "elsewhere/f").headers,
              ElementsAre(Pair("Authorization", "Bearer v")));
  EXPECT_THAT(request("http_headers: {X-A: {files: [value, value]}}", "", file).headers,
              ElementsAre(Pair("X-A", "v"), Pair("X-A", "v")));
  EXPECT_EQ(errorsOf(config("bearer_token_file: token"), file),
            (Lines{file + ":3:22: bearer_token must not hold line breaks or control characters"}));
  EXPECT_EQ(errorsOf(config("bearer_token_file: missing"), file),
            (Lines{file + ":3:22: cannot open " + folder.file("missing") + ": No such file or directory"}));
  EXPECT_EQ(errorsOf(config("bearer_token_file: ''"), file),
            (Lines{file + ":3:22: a file name must not be empty"}));
}

TEST(RequestTest, SecretsHaveALimit) {
  const Folder folder("request_test_limit");
  folder.write("good", std::string(kMaxSecretBytes, 'x'));
  folder.write("bad", std::string(kMaxSecretBytes + 1, 'x'));
  const std::string file = folder.file("f");
  EXPECT_EQ(errorsOf(config("bearer_token_file: good"), file), Lines{});
  EXPECT_EQ(errorsOf(config("bearer_token_file: bad"), file),
            (Lines{file + ":3:22: cannot read " + folder.file("bad") + ": larger than 65536 bytes"}));
  EXPECT_EQ(errorsOf(config("bearer_token: " + std::string(kMaxSecretBytes, 'x'))), Lines{});
  EXPECT_EQ(errorsOf(config("bearer_token: " + std::string(kMaxSecretBytes + 1, 'x'))),
            (Lines{"f:3:17: bearer_token must not be longer than 65536 bytes"}));
}

TEST(RequestTest, WaysToAuthorizeExcludeEachOther) {
  EXPECT_EQ(errorsOf(config("basic_auth: {username: u}\nbearer_token: t")),
            (Lines{"f:4:3: \"basic_auth\" and \"bearer_token\" exclude each other"}));
  EXPECT_EQ(errorsOf(config("authorization: {credentials: t}\nbasic_auth: {username: u}")),
            (Lines{"f:3:3: \"basic_auth\" and \"authorization\" exclude each other"}));
  EXPECT_EQ(errorsOf(config("bearer_token: t\nbearer_token_file: /dev/null")),
            (Lines{"f:4:3: \"bearer_token\" and \"bearer_token_file\" exclude each other"}));
  EXPECT_EQ(errorsOf(config("forward_authorization: true\nbearer_token: t")),
            (Lines{"f:3:3: \"bearer_token\" and \"forward_authorization\" exclude each other"}));
  EXPECT_EQ(errorsOf(config("basic_auth: {username: u, password: p, password_file: /dev/null}")),
            (Lines{"f:3:42: \"password\" and \"password_file\" exclude each other"}));
}

TEST(RequestTest, AuthorizationIsChecked) {
  EXPECT_EQ(errorsOf(config("basic_auth: {password: p}")),
            (Lines{"f:3:15: basic_auth needs \"username\" or \"username_file\""}));
  EXPECT_EQ(errorsOf(config("basic_auth: {username: 'a:b'}")),
            (Lines{"f:3:26: a user name must not hold \":\""}));
  EXPECT_EQ(errorsOf(config("authorization: {type: Basic, credentials: x}")),
            (Lines{"f:3:25: the type must not be \"basic\", use basic_auth"}));
  EXPECT_EQ(errorsOf(config("authorization: {type: 'a b', credentials: x}")),
            (Lines{"f:3:25: the type must be a word like Bearer"}));
  EXPECT_EQ(errorsOf(config("authorization: {type: X}")),
            (Lines{"f:3:18: authorization needs \"credentials\" or \"credentials_file\""}));
}

TEST(RequestTest, MistakesDoNotTellSecrets) {
  for (const char* yaml :
       {"authorization: Bearer hunter2", "basic_auth: hunter2", "basic_auth: [hunter2]",
        "bearer_token: [hunter2]", "bearer_token: \"hunter2\\n\"", "http_headers: hunter2",
        "http_headers: {X-A: {secrets: hunter2}}", "http_headers: {X-A: {values: hunter2}}",
        "http_headers: {X-A: {secrets: [{hunter2: 1}]}}", "http_headers: {X-A: \"hunter2\\r\\n\"}",
        "basic_auth: {username: u, password: {hunter2: x}}"}) {
    const Lines errors = errorsOf(config(yaml));
    EXPECT_FALSE(errors.empty()) << yaml;
    for (const std::string& error : errors) EXPECT_THAT(error, Not(HasSubstr("hunter2"))) << yaml;
  }
}

TEST(RequestTest, HeadersInBothForms) {
  EXPECT_THAT(request("http_headers: {X-A: 1, X-B: {values: [2, 3], secrets: [4]}}").headers,
              ElementsAre(Pair("X-A", "1"), Pair("X-B", "2"), Pair("X-B", "3"), Pair("X-B", "4")));
  EXPECT_THAT(request("bearer_token: t\nhttp_headers: {X-A: ''}").headers,
              ElementsAre(Pair("Authorization", "Bearer t"), Pair("X-A", "")));
}

TEST(RequestTest, HeadersAreChecked) {
  EXPECT_EQ(
      errorsOf(config("http_headers:\n"
                      "  'a b': x\n"
                      "  '': x\n"
                      "  Authorization: x\n"
                      "  hOst: x\n"
                      "  Content-Length: 1\n"
                      "  Transfer-Encoding: x\n"
                      "  Connection: x\n"
                      "  X-A: 1\n"
                      "  x-a: 2\n"
                      "  X-B: \"a\\r\\nb\"\n"
                      "  X-C: [x]\n"
                      "  X-D: {}\n"
                      "  X-E: {value: x}\n"
                      "  X-F: {values: x}\n"
                      "  X-G: {values: []}")),
      (Lines{"f:4:5: \"a b\" is not a header name", "f:5:5: \"\" is not a header name",
             "f:6:5: use basic_auth, authorization or bearer_token for the Authorization header",
             "f:7:5: the header \"hOst\" is set by prome-route itself",
             "f:8:5: the header \"Content-Length\" is set by prome-route itself",
             "f:9:5: the header \"Transfer-Encoding\" is set by prome-route itself",
             "f:10:5: the header \"Connection\" is set by prome-route itself",
             "f:12:5: the header \"x-a\" is given twice",
             "f:13:10: a header value must not hold line breaks or control characters",
             "f:14:10: expected a header value, or a mapping of values, secrets and files, got a list",
             "f:15:10: a header needs at least one of values, secrets and files",
             "f:16:10: a header needs at least one of values, secrets and files",
             "f:16:11: unknown key \"value\", did you mean \"values\"?", "f:17:19: expected a list, got text",
             "f:18:10: a header needs at least one of values, secrets and files"}));
}

TEST(RequestTest, TlsFilesAreReadable) {
  const Folder folder("request_test_tls");
  folder.write("ca.pem", "x");
  folder.write("cert.pem", "x");
  folder.write("key.pem", "x");
  const std::string file = folder.file("f");
  const topology::TlsOptions got =
      request(
          "tls_config: {ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem, server_name: n, "
          "insecure_skip_verify: true}",
          "", file)
          .tls;
  EXPECT_EQ(got, (topology::TlsOptions{folder.file("ca.pem"), folder.file("cert.pem"), folder.file("key.pem"),
                                       "n", true}));
  EXPECT_EQ(errorsOf(config("tls_config: {cert_file: cert.pem}"), file),
            (Lines{file + ":3:16: \"cert_file\" and \"key_file\" go together"}));
  EXPECT_EQ(errorsOf(config("tls_config: {ca_file: none.pem}"), file),
            (Lines{file + ":3:25: cannot open " + folder.file("none.pem") + ": No such file or directory"}));
}

TEST(RequestTest, AShardStandsOverItsSet) {
  const std::string set =
      "bearer_token: set\nhttp_headers: {X-A: set}\ntls_config: {server_name: set}\ncompression: on";
  const RequestOptions inherited = request(set);
  EXPECT_THAT(inherited.headers, ElementsAre(Pair("Authorization", "Bearer set"), Pair("X-A", "set")));
  EXPECT_EQ(inherited.tls.server_name, "set");
  EXPECT_EQ(inherited.compression, ShardCompression::kOn);

  const RequestOptions own = request(
      set,
      "basic_auth: {username: u}\nhttp_headers: {X-B: own}\ntls_config: {insecure_skip_verify: true}\n"
      "compression: off");
  EXPECT_THAT(own.headers, ElementsAre(Pair("Authorization", "Basic dTo="), Pair("X-B", "own")));
  EXPECT_EQ(own.tls.server_name, "");
  EXPECT_EQ(own.compression, ShardCompression::kOff);

  EXPECT_THAT(request(set, "http_headers: {}\nforward_authorization: false").headers, ElementsAre());
  EXPECT_FALSE(request("forward_authorization: true", "bearer_token: t").forward_authorization);
  EXPECT_EQ(request(set, "compression: auto").compression, ShardCompression::kAuto);
}

TEST(RequestTest, YamlHidesEverySecret) {
  const std::string yaml =
      goodConfig(
          config("basic_auth: {username: shown, password: hunter2}\n"
                 "http_headers: {X-A: shown, X-Api-Key: hunter2, Cookie: {values: [hunter2]}, X-B: {values: "
                 "[shown], secrets: [hunter2, hunter2]}}",
                 "authorization: {credentials: &x hunter2}"))
          .yaml;
  EXPECT_THAT(yaml, Not(HasSubstr("hunter2")));
  EXPECT_EQ(yaml,
            "shard_sets:\n"
            "  - name: s\n"
            "    basic_auth:\n"
            "      username: shown\n"
            "      password: <secret>\n"
            "    http_headers:\n"
            "      X-A: shown\n"
            "      X-Api-Key: <secret>\n"
            "      Cookie:\n"
            "        values:\n"
            "          - <secret>\n"
            "      X-B:\n"
            "        values:\n"
            "          - shown\n"
            "        secrets:\n"
            "          - <secret>\n"
            "          - <secret>\n"
            "    shards:\n"
            "      - external_labels:\n"
            "          a: b\n"
            "        replicas:\n"
            "          - h\n"
            "        authorization:\n"
            "          credentials: <secret>\n");
  EXPECT_THAT(goodConfig(config("bearer_token: hunter2")).yaml, HasSubstr("bearer_token: <secret>\n"));
}

}  // namespace
}  // namespace prome::config
