#include "cli/check_config.h"

#include <cstddef>
#include <string_view>

namespace prome::cli {
namespace {

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::string errorText(const config::ConfigErrors& errors) {
  std::string out;
  for (const config::ConfigError& error : errors) out += error.text() + "\n";
  return out;
}

Exit checkConfig(const std::string& config_file) {
  const auto config = config::loadConfig(config_file);
  if (!config) return {kExitFailure, errorText(config.error()), true};
  std::size_t shards = 0;
  std::size_t replicas = 0;
  for (const topology::ShardSet& set : config->shard_sets) {
    shards += set.shards.size();
    for (const topology::Shard& shard : set.shards) replicas += shard.replicas.size();
  }
  return {kExitOk,
          config_file + ": ok, " + counted(config->shard_sets.size(), "shard set") + ", " +
              counted(shards, "shard") + ", " + counted(replicas, "replica") + "\n",
          false};
}

}  // namespace prome::cli
