// prome-route test promql FILE...: runs PromQL test scripts against the engine.
#pragma once

#include <functional>
#include <string_view>

#include "cli/command_line.h"

namespace prome::cli {

/// Runs each file and gives what there is to say to `print`, file by file: failures, a line of counts, and
/// last of all `N passed, N failed`. The exit code: kExitFailure if anything failed.
int testPromql(const TestPromqlFlags& flags, const std::function<void(std::string_view)>& print);

}  // namespace prome::cli
