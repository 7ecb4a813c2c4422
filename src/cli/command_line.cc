#include "cli/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "config/address.h"
#include "config/suggest.h"
#include "promqltest/runner.h"

namespace prome::cli {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

std::string_view levelName(telemetry::LogLevel level) {
  return kLevelNames[static_cast<std::size_t>(level)];
}

/// The values as they are written; checked and converted once the whole line is understood.
struct RawFlags {
  std::string config_file = CommandLine{}.config_file;
  std::string listen_addr;
  std::string log_level;
  bool check_config = false;
  bool help = false;
  bool version = false;
};

/// The flags of serving, the command that needs no name.
void addServeFlags(CLI::App& app, RawFlags& raw) {
  app.add_option("--config.file", raw.config_file);
  app.add_option("--web.listen-address", raw.listen_addr);
  app.add_option("--log.level", raw.log_level);
  app.add_flag("--check-config", raw.check_config);
}

std::vector<std::string> flagNames(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

std::unexpected<Exit> usage(std::string message) {
  return std::unexpected(
      Exit{kExitUsage, "prome-route: " + std::move(message) + "\nTry prome-route --help.\n", true});
}

/// What to say of an argument that is no flag of ours.
std::string unknownArgument(const CLI::App& app, const std::string& argument) {
  if (!argument.starts_with('-')) return "unexpected argument \"" + argument + "\"";
  const std::string name = argument.substr(0, argument.find('='));
  return "unknown flag \"" + name + "\"" + config::didYouMean(name, flagNames(app));
}

/// CLI11 takes the next argument for the value of `--flag=`; here that is a mistake.
std::string emptyValue(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") break;
    if (argument.starts_with("--") && argument.find('=') + 1 == argument.size()) {
      return std::string(argument.substr(0, argument.size() - 1)) + " needs a value";
    }
  }
  return {};
}

/// What CLI11 found wrong, in our words.
std::string parseMistake(const CLI::App& app, const CLI::Error& error) {
  const std::string what = error.what();
  const std::string flag = what.substr(0, what.find(':'));
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ConversionError)) {
    // "Could not convert: --check-config = x": nothing but flags without a value is converted by CLI11.
    const std::size_t begin = what.find("--");
    return what.substr(begin, what.find(' ', begin) - begin) + " takes no value";
  }
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) return what;
  return flag + (app.count(flag) > 1 ? " is given more than once" : " needs a value");
}

std::expected<CommandLine, Exit> convert(const RawFlags& raw, const CLI::App& app) {
  CommandLine out;
  out.check_config = raw.check_config;
  out.config_file = raw.config_file;
  if (out.config_file.empty()) return usage("--config.file needs a value");
  if (app.count("--web.listen-address") > 0) {
    auto address = config::parseListenAddress(raw.listen_addr);
    if (!address) return usage("--web.listen-address: " + address.error());
    out.listen_addr = std::move(*address);
  }
  if (app.count("--log.level") > 0) {
    const auto* const name = std::ranges::find(kLevelNames, raw.log_level);
    if (name == kLevelNames.end()) {
      return usage("--log.level: expected one of debug, info, warn, error, got \"" + raw.log_level + "\"");
    }
    out.log_level = static_cast<telemetry::LogLevel>(name - kLevelNames.begin());
  }
  return out;
}

/// The value among `choices` that flag `name` says, its first if it is not given.
std::expected<std::size_t, Exit> choice(const CLI::App& app, const std::string& name,
                                        const std::string& value, std::span<const std::string_view> choices) {
  if (app.count(name) == 0) return 0;
  const auto at = std::ranges::find(choices, value);
  if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
  std::string all;
  for (const std::string_view each : choices) all.append(all.empty() ? "" : ", ").append(each);
  return usage(name + ": expected one of " + all + ", got \"" + value + "\"");
}

}  // namespace

bool isTestCommand(int argc, const char* const* argv) {
  return argc > 1 && std::string_view(argv[1]) == "test";
}

std::expected<TestPromqlFlags, Exit> parseTestCommand(int argc, const char* const* argv) {
  constexpr std::array<std::string_view, 2> kDialects{"3.x", "2.x"};
  constexpr std::array<std::string_view, 2> kNameRemovals{"delayed", "immediate"};
  if (argc < 3 || std::string_view(argv[2]) != "promql") return usage("expected test promql FILE...");
  CLI::App app("prome-route test promql");
  app.set_help_flag();
  app.allow_extras();
  std::string dialect;
  std::string name_removal;
  bool help = false;
  app.add_option("--dialect", dialect);
  app.add_option("--name-removal", name_removal);
  app.add_flag("-h,--help", help);
  if (std::string mistake = emptyValue(argc, argv); !mistake.empty()) return usage(std::move(mistake));
  try {
    app.parse(argc - 2, argv + 2);
  } catch (const CLI::Error& error) {
    return usage(parseMistake(app, error));
  }
  if (help) return std::unexpected(Exit{kExitOk, testPromqlHelpText(), false});
  TestPromqlFlags out{.files = app.remaining(), .engine = promqltest::scriptEngineOptions()};
  std::erase(out.files, "--");
  for (const std::string& file : out.files) {
    if (file.starts_with('-')) return usage(unknownArgument(app, file));
  }
  if (out.files.empty()) return usage("expected test promql FILE...");
  const auto chosen_dialect = choice(app, "--dialect", dialect, kDialects);
  if (!chosen_dialect) return std::unexpected(chosen_dialect.error());
  const auto chosen_removal = choice(app, "--name-removal", name_removal, kNameRemovals);
  if (!chosen_removal) return std::unexpected(chosen_removal.error());
  if (*chosen_dialect == 1) out.engine.dialect = engine::Dialect::kPrometheus2;
  if (*chosen_removal == 1) out.engine.name_removal = engine::NameRemoval::kImmediate;
  return out;
}

std::expected<CommandLine, Exit> parseCommandLine(int argc, const char* const* argv) {
  CLI::App app("prome-route");
  app.set_help_flag();  // ours says more
  app.allow_extras();
  RawFlags raw;
  addServeFlags(app, raw);
  app.add_flag("-h,--help", raw.help);
  app.add_flag("--version", raw.version);
  if (std::string mistake = emptyValue(argc, argv); !mistake.empty()) return usage(std::move(mistake));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Error& error) {
    return usage(parseMistake(app, error));
  }
  if (raw.help) return std::unexpected(Exit{kExitOk, helpText(), false});
  if (raw.version) return std::unexpected(Exit{kExitOk, versionText(), false});
  auto extras = app.remaining();
  std::erase(extras, "--");
  if (!extras.empty()) return usage(unknownArgument(app, extras.front()));
  return convert(raw, app);
}

void applyFlags(const CommandLine& command_line, config::Config& config) {
  if (command_line.listen_addr) config.http.listen_addr = *command_line.listen_addr;
  if (command_line.log_level) config.log.level = *command_line.log_level;
}

std::vector<std::pair<std::string, std::string>> flagValues(const CommandLine& command_line) {
  const std::string level(command_line.log_level ? levelName(*command_line.log_level) : "");
  return {{"check-config", command_line.check_config ? "true" : "false"},
          {"config.file", command_line.config_file},
          {"log.level", level},
          {"web.listen-address", command_line.listen_addr.value_or("")}};
}

}  // namespace prome::cli
