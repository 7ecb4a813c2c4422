// --check-config: reads the configuration as a start would, and says whether it is good.
#pragma once

#include <string>

#include "cli/exit.h"
#include "config/config.h"

namespace prome::cli {

/// `prome-route.yml: ok, 1 shard set, 2 shards, 2 replicas`, or every mistake on a line of its own and exit
/// code 1.
Exit checkConfig(const std::string& config_file);

/// Every error on a line of its own.
std::string errorText(const config::ConfigErrors& errors);

}  // namespace prome::cli
