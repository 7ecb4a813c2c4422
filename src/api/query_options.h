// Limits of the query endpoints.
#pragma once

#include <chrono>
#include <cstddef>

namespace prome::api {

struct QueryOptions {
  std::chrono::milliseconds timeout{
      120'000};  // a whole query; a request's `timeout` parameter can only shorten it
  std::size_t max_query_bytes = 1u << 20;  // text of one expression; over it bad_data
  std::size_t max_in_flight = 4'096;       // queries at once; over it 503 unavailable

  friend bool operator==(const QueryOptions&, const QueryOptions&) = default;
};

}  // namespace prome::api
