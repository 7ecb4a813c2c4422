// Values as the `data` of Prometheus' JSON answers, part by part.
#pragma once

#include <cstddef>
#include <string>

#include "engine/engine.h"

namespace prome::api {

/// Writes {"resultType":...,"result":...} of a value it does not own, in as many parts as the caller likes,
/// so that a large answer is never whole in memory. Not thread-safe. Source of the form:
/// prometheus/web/api/v1/json_codec.go.
class ValueEncoder {
 public:
  /// At most `limit` series of it; 0: all.
  ValueEncoder(const engine::Value& value, engine::QueryKind kind, std::size_t limit = 0)
      : value_(value), kind_(kind), limit_(limit) {}

  /// Appends whole series until `out` has grown by `bytes`, or all are written: then false.
  bool append(std::string& out, std::size_t bytes);
  /// Behind the end: were there more series than the limit?
  bool truncated() const { return truncated_; }

 private:
  void appendHead(std::string& out);
  bool appendSeries(std::string& out);
  bool reachedLimit(std::size_t all);
  bool appendGridSeries(std::string& out, const engine::GridValue& grid);
  void appendSample(std::string& out, const engine::Series& series);
  void appendRow(std::string& out, const engine::Series& series);
  void prepareTimes(const engine::StepGrid& grid);

  const engine::Value& value_;
  const engine::QueryKind kind_;
  const std::size_t limit_;
  bool truncated_ = false;
  bool begun_ = false;
  std::size_t next_ = 0;           // series
  std::string times_;              // of the steps, as written: `[1435781430.781,`
  std::vector<std::size_t> ends_;  // of each in times_
};

/// The whole of it at once.
void appendValue(std::string& out, const engine::Value& value, engine::QueryKind kind);

}  // namespace prome::api
