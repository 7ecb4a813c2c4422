// Bodies and fields of answers the router itself gives, in Prometheus' envelope.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/exchange.h"
#include "promql/ast.h"
#include "topology/shard.h"

namespace prome::api {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

/// {"status":"error","errorType":...,"error":...}
std::string errorBody(const Error& error);

/// {"status":"success","data":DATA}; `data` is finished JSON.
std::string successBody(std::string_view data);

/// A query result without series: {"resultType":TYPE,"result":[]}.
std::string emptyResult(std::string_view result_type);

/// Steps of an answer, in milliseconds. For an instant query start == end and step is 0.
struct Grid {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t step = 0;
};

/// One series with `labels` and value 1 at every step: a vector for an instant query, else a matrix.
std::string onesResult(const topology::LabelPairs& labels, const Grid& grid);

/// Vary, and the CORS fields where the request has an Origin, as Prometheus sets them.
std::string commonFields(const http::Exchange& exchange);

http::Awaitable<void> respondError(http::Exchange& exchange, const Error& error);
http::Awaitable<void> respondJson(http::Exchange& exchange, std::string_view body);

}  // namespace prome::api
