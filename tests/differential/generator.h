// Random test cases: data of every kind, and queries that mostly make sense. Deterministic for a seed.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/differential/test_case.h"

namespace prome::differential {

/// Cases that share their series, `queries` of them.
std::vector<TestCase> generate(std::uint64_t seed, std::size_t queries, model::Dialect dialect);

}  // namespace prome::differential
