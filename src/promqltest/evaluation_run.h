// One eval command and its repeats against a storage.
#pragma once

#include <string>

#include "engine/engine.h"
#include "promqltest/memory_storage.h"
#include "promqltest/script.h"

namespace prome::promqltest {

/// Empty where every run of `eval` is as expected; else what differs in the first that is not.
std::string runEval(const EvalCommand& eval, const engine::Engine& engine, MemoryStorage& storage);

}  // namespace prome::promqltest
