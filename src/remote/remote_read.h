// Prometheus' remote read: raw samples, stale markers and native histograms included, as no JSON tells them.
//
// Pure: bodies in and out. Only samples are asked for, not chunks. Source of the protocol:
// https://prometheus.io/docs/specs/prw/remote_read_spec/ (prompb/remote.proto, prompb/types.proto).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/memory_budget.h"
#include "engine/series.h"
#include "promql/ast.h"
#include "topology/shard.h"

namespace prome::remote {

/// Of a body, unpacked; over it kExecution.
inline constexpr std::size_t kMaxRemoteReadBytes = std::size_t{1} << 30;

/// The body of POST /api/v1/read for the series that `matchers` select, samples with start_ms <= t <= end_ms.
std::string remoteReadRequest(std::span<const promql::LabelMatcher> matchers, std::int64_t start_ms,
                              std::int64_t end_ms);

/// The complete header lines that go with it.
inline constexpr std::string_view kRemoteReadFields =
    "Content-Type: application/x-protobuf\r\n"
    "Content-Encoding: snappy\r\n"
    "X-Prometheus-Remote-Read-Version: 0.1.0\r\n";

/// The body of an answer, series by series.
class RemoteReadAnswer {
 public:
  /// Unpacks `body`. Series get those of `added` labels that they have not themselves. What is held counts
  /// against `budget`, which must outlive it. kExecution where the body is none or over the limit.
  static Result<RemoteReadAnswer> read(std::string_view body, topology::LabelPairs added,
                                       engine::MemoryBudget& budget);

  /// The next series in `run`, valid until the next call; false at the end. Samples come in the order of
  /// time. kExecution where the body breaks the protocol.
  Result<bool> next(engine::SampleRun& run);

 private:
  RemoteReadAnswer(std::string bytes, topology::LabelPairs added, engine::MemoryClaim claim);

  struct Extent {
    std::size_t at = 0;
    std::size_t size = 0;
  };

  Result<void> readSeries(std::string_view message);
  Result<void> addFloat(std::string_view message);
  Result<void> addHistogram(std::string_view message);

  std::string bytes_;
  std::vector<Extent> series_;  // messages in bytes_
  std::size_t next_ = 0;
  topology::LabelPairs added_;
  engine::MemoryClaim claim_;

  model::Labels labels_;
  std::vector<std::int64_t> float_times_;
  std::vector<double> floats_;
  std::vector<std::int64_t> histogram_times_;
  std::vector<model::HistogramPtr> histograms_;
};

}  // namespace prome::remote
