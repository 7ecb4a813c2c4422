// Settings of the verification of live queries.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "topology/shard.h"

namespace prome::verify {

struct ShadowOptions {
  std::string
      oracle;  // URL before /api/v1 of one Prometheus that holds all series; empty: nothing is verified
  double ratio = 0.01;  // of the queries that are verified, 0 to 1
  std::size_t max_concurrency = 2;
  std::size_t max_queue = 1'000;              // queries that wait to be verified; over it they are dropped
  std::chrono::milliseconds timeout{30'000};  // of one question to the oracle or the router
  std::chrono::milliseconds settle{120'000};  // samples younger than this may not be everywhere yet
  std::size_t max_answer_bytes = 16u << 20;   // over it a query is skipped
  topology::RequestOptions request = {};      // to the oracle

  bool enabled() const { return !oracle.empty() && ratio > 0; }
  friend bool operator==(const ShadowOptions&, const ShadowOptions&) = default;
};

}  // namespace prome::verify
