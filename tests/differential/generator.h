// Random test cases: data of every kind, and queries that mostly make sense. Deterministic for a seed.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/differential/test_case.h"

namespace prome::differential {

/// What cases are made of: everything there is; or without start timestamps and with names dropped at once,
/// as servers have them; or of these floats alone, as a server that is written to and asked over HTTP has
/// them.
enum class Content : std::uint8_t { kEverything, kServers, kOverHttp };

struct CaseKind {
  model::Dialect dialect = model::Dialect::kPrometheus3;
  Content content = Content::kEverything;
};

/// Cases that share their series, `queries` of them.
std::vector<TestCase> generate(std::uint64_t seed, std::size_t queries, const CaseKind& kind);

}  // namespace prome::differential
