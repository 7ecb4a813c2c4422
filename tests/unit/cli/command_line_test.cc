#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <string>
#include <vector>

#include "base/version.h"

namespace prome::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::expected<CommandLine, Exit> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "prome-route");
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  return parseCommandLine(static_cast<int>(arguments.size()), argv.data());
}

Exit usage(const std::string& message) {
  return {2, "prome-route: " + message + "\nTry prome-route --help.\n", true};
}

void expectUsage(const std::vector<std::string>& arguments, const std::string& message) {
  const auto got = parse(arguments);
  ASSERT_FALSE(got.has_value()) << message;
  EXPECT_EQ(got.error().text, usage(message).text);
  EXPECT_EQ(got.error(), usage(message));
}

TEST(CommandLineTest, DefaultsWithoutArguments) {
  const auto got = parse({});
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(*got, CommandLine{});
  EXPECT_EQ(got->config_file, "prome-route.yml");
}

TEST(CommandLineTest, TakesValuesWithEqualsSignAndWithout) {
  const CommandLine wanted{"x.yml", "[::1]:9097", telemetry::LogLevel::kWarn, true};
  EXPECT_EQ(
      parse({"--config.file=x.yml", "--web.listen-address=[::1]:9097", "--log.level=warn", "--check-config"}),
      wanted);
  EXPECT_EQ(parse({"--check-config", "--config.file", "x.yml", "--web.listen-address", "[::1]:9097",
                   "--log.level", "warn"}),
            wanted);
}

TEST(CommandLineTest, TakesFileNamesAsTheyAre) {
  EXPECT_EQ(parse({"--config.file=a=b,c d.yml"})->config_file, "a=b,c d.yml");
  EXPECT_EQ(parse({"--config.file=[x]"})->config_file, "[x]");
  EXPECT_EQ(parse({"--config.file", "/etc/prome-route/prome-route.yml"})->config_file,
            "/etc/prome-route/prome-route.yml");
}

TEST(CommandLineTest, RefusesUnknownFlagsWithASuggestion) {
  expectUsage({"--config.fil=x"}, "unknown flag \"--config.fil\", did you mean \"--config.file\"?");
  expectUsage({"--config-file", "x"}, "unknown flag \"--config-file\", did you mean \"--config.file\"?");
  expectUsage({"--log.levle=warn"}, "unknown flag \"--log.levle\", did you mean \"--log.level\"?");
  expectUsage({"--zzzzzzzz"}, "unknown flag \"--zzzzzzzz\"");
  expectUsage({"-x"}, "unknown flag \"-x\"");
  expectUsage({"serve"}, "unexpected argument \"serve\"");
  expectUsage({"--", "serve"}, "unexpected argument \"serve\"");
}

TEST(CommandLineTest, RefusesBadValues) {
  expectUsage({"--config.file=", "x.yml"}, "--config.file needs a value");
  expectUsage({"--config.file", ""}, "--config.file needs a value");
  expectUsage({"--web.listen-address=9097"},
              "--web.listen-address: expected an address to listen on, write \":9097\"");
  expectUsage({"--web.listen-address=:65536"},
              "--web.listen-address: the port must be a number from 0 to 65535, got \"65536\"");
  expectUsage({"--log.level=loud"}, "--log.level: expected one of debug, info, warn, error, got \"loud\"");
  expectUsage({"--log.level", ""}, "--log.level: expected one of debug, info, warn, error, got \"\"");
}

TEST(CommandLineTest, RefusesMissingAndRepeatedValues) {
  expectUsage({"--config.file"}, "--config.file needs a value");
  expectUsage({"--config.file=a", "--config.file=b"}, "--config.file is given more than once");
  expectUsage({"--check-config=maybe"}, "--check-config takes no value");
  expectUsage({"--help=x"}, "--help takes no value");
}

TEST(CommandLineTest, HelpNamesEveryFlagEndpointSignalAndExitCode) {
  for (const std::string flag : {"-h", "--help"}) {
    const auto got = parse({flag, "--nonsense"});
    ASSERT_FALSE(got.has_value());
    EXPECT_EQ(got.error(), (Exit{0, helpText(), false}));
  }
  for (const auto& [name, value] : flagValues({})) EXPECT_THAT(helpText(), HasSubstr("--" + name));
  for (const char* word : {"--version", "SIGHUP", "SIGTERM", "Exit codes", "/-/reload", "/metrics",
                           "replace_label_name: cluster\n  prome_servers: {a: "}) {
    EXPECT_THAT(helpText(), HasSubstr(word));
  }
}

TEST(CommandLineTest, VersionLooksLikePrometheus) {
  const auto got = parse({"--version"});
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, 0);
  EXPECT_FALSE(got.error().to_stderr);
  EXPECT_THAT(got.error().text, StartsWith("prome-route, version " + std::string(kVersion) + " (revision: " +
                                           std::string(kRevision) + ")\n  compiler:         "));
}

TEST(CommandLineTest, EnvironmentChangesNothing) {
  ::setenv("PROME_ROUTE_CONFIG_FILE", "other.yml", 1);
  ::setenv("CONFIG_FILE", "other.yml", 1);
  EXPECT_EQ(parse({}), CommandLine{});
  ::unsetenv("PROME_ROUTE_CONFIG_FILE");
  ::unsetenv("CONFIG_FILE");
}

TEST(CommandLineTest, FlagValuesAreNamedAsPrometheusNamesThem) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(flagValues({}), (Pairs{{"check-config", "false"},
                                   {"config.file", "prome-route.yml"},
                                   {"log.level", ""},
                                   {"web.listen-address", ""}}));
  EXPECT_EQ(flagValues(*parse({"--log.level=debug", "--web.listen-address=:1"})),
            (Pairs{{"check-config", "false"},
                   {"config.file", "prome-route.yml"},
                   {"log.level", "debug"},
                   {"web.listen-address", ":1"}}));
}

TEST(CommandLineTest, FlagsStandOverTheFile) {
  config::Config config;
  config.http.listen_addr = ":1";
  config.log.level = telemetry::LogLevel::kError;
  applyFlags({}, config);
  EXPECT_EQ(config.http.listen_addr, ":1");
  EXPECT_EQ(config.log.level, telemetry::LogLevel::kError);
  applyFlags({"x", ":2", telemetry::LogLevel::kDebug, false}, config);
  EXPECT_EQ(config.http.listen_addr, ":2");
  EXPECT_EQ(config.log.level, telemetry::LogLevel::kDebug);
}

std::expected<TestPromqlFlags, Exit> parseTest(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"prome-route", "test", "promql"});
  return parseTestCommand(static_cast<int>(arguments.size()), arguments.data());
}

void expectTestUsage(const std::vector<const char*>& arguments, const std::string& message) {
  const auto got = parseTest(arguments);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error(), (Exit{2, "prome-route: " + message + "\nTry prome-route --help.\n", true}));
}

TEST(TestCommand, IsKnownByItsFirstWord) {
  const std::array<const char*, 2> test{"prome-route", "test"};
  const std::array<const char*, 2> flag{"prome-route", "--test"};
  EXPECT_TRUE(isTestCommand(2, test.data()));
  EXPECT_FALSE(isTestCommand(2, flag.data()));
  EXPECT_FALSE(isTestCommand(1, test.data()));
  EXPECT_EQ(parseTestCommand(2, test.data()).error().code, 2);
}

TEST(TestCommand, TakesFilesAndFlagsInAnyOrder) {
  const auto plain = parseTest({"a.test"});
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->files, std::vector<std::string>{"a.test"});
  EXPECT_EQ(plain->engine.dialect, engine::Dialect::kPrometheus3);
  EXPECT_EQ(plain->engine.name_removal, engine::NameRemoval::kDelayed);
  const auto flags = parseTest({"a.test", "--dialect=2.x", "b.test", "--name-removal", "immediate"});
  ASSERT_TRUE(flags.has_value());
  EXPECT_EQ(flags->files, (std::vector<std::string>{"a.test", "b.test"}));
  EXPECT_EQ(flags->engine.dialect, engine::Dialect::kPrometheus2);
  EXPECT_EQ(flags->engine.name_removal, engine::NameRemoval::kImmediate);
}

TEST(TestCommand, RefusesWhatItDoesNotUnderstand) {
  expectTestUsage({}, "expected test promql FILE...");
  expectTestUsage({"a.test", "--dialect=4"}, "--dialect: expected one of 3.x, 2.x, got \"4\"");
  expectTestUsage({"a.test", "--name-removal=later"},
                  "--name-removal: expected one of delayed, immediate, got \"later\"");
  expectTestUsage({"a.test", "--dialct=2.x"}, "unknown flag \"--dialct\", did you mean \"--dialect\"?");
  EXPECT_EQ(parseTest({"--help"}).error(), (Exit{0, testPromqlHelpText(), false}));
}

}  // namespace
}  // namespace prome::cli
