#include "cli/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "cli/flag_parsing.h"
#include "config/address.h"
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
