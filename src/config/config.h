// The configuration file: YAML -> the options structs of the modules.
//
// Config is a value; loading has no side effect but reading the files the configuration names. Safe to call
// from several threads at once.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "api/query_options.h"
#include "http/server_options.h"
#include "remote/client_options.h"
#include "remote/probe_options.h"
#include "telemetry/log_options.h"
#include "topology/shard.h"
#include "verify/shadow_options.h"

namespace prome::config {

struct Config {
  http::ServerOptions http;
  remote::ClientOptions client;
  remote::ProbeOptions probe;
  api::QueryOptions query;
  verify::ShadowOptions verification;
  telemetry::LogOptions log;
  std::vector<topology::ShardSet> shard_sets;
  std::string yaml;  // the file's text with every secret shown as <secret>, as status/config shows it
};

/// A mistake in the file: `file:line:column: message` (line and column from 1; 0 where the whole file is
/// meant).
struct ConfigError {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;

  std::string text() const;
};

/// Every mistake that can be found is reported, in file order, not only the first.
using ConfigErrors = std::vector<ConfigError>;

/// Mistakes over this number are counted, not listed.
constexpr std::size_t kMaxConfigErrors = 100;

/// Parses `yaml`; `file` names it in errors and relative paths are taken from its folder.
std::expected<Config, ConfigErrors> parseConfig(std::string_view yaml, std::string_view file);

std::expected<Config, ConfigErrors> loadConfig(const std::string& file);

/// One key that the parser knows: `shard_sets[].shards[].tls_config.ca_file`, what it takes and what it is
/// when it is left out. <name> in a path stands for a name that the user chooses.
struct KeyInfo {
  std::string path;
  std::string type;
  std::string default_text;
};

/// Every key, each once, in the order they are read. The documentation and the example are tested against it.
std::vector<KeyInfo> knownKeys();

}  // namespace prome::config
