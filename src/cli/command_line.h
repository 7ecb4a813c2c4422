// The command line: flags named as Prometheus names its own. No environment variable changes anything.
//
// Values; nothing is read but the arguments. Serving needs no name; a subcommand (`test promql`) has a struct
// and a parse function of its own.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/exit.h"
#include "config/config.h"
#include "engine/engine_options.h"
#include "telemetry/log_options.h"

namespace prome::cli {

struct CommandLine {
  std::string config_file = "prome-route.yml";
  std::optional<std::string> listen_addr;        // over http.listen_addr
  std::optional<telemetry::LogLevel> log_level;  // over log.level
  bool check_config = false;                     // check the configuration file and exit

  friend bool operator==(const CommandLine&, const CommandLine&) = default;
};

/// `prome-route test promql [flags] FILE...`
struct TestPromqlFlags {
  std::vector<std::string> files;
  engine::EngineOptions engine;
};

/// Is this `prome-route test ...`?
bool isTestCommand(int argc, const char* const* argv);

/// What follows `prome-route test`; --help and mistakes are an Exit.
std::expected<TestPromqlFlags, Exit> parseTestCommand(int argc, const char* const* argv);

/// What the arguments ask for. --help and --version, as a wrong command line, are an Exit.
std::expected<CommandLine, Exit> parseCommandLine(int argc, const char* const* argv);

/// Puts what the command line says over what the file says. To be called after every load.
void applyFlags(const CommandLine& command_line, config::Config& config);

/// Name and value of every flag, for status/flags: names without dashes, sorted; empty where not given.
std::vector<std::pair<std::string, std::string>> flagValues(const CommandLine& command_line);

/// What --version prints.
std::string versionText();

/// What --help prints.
std::string helpText();

/// What `test promql --help` prints.
std::string testPromqlHelpText();

}  // namespace prome::cli
