// The body of a Prometheus remote write request (version 1): series of floats, as protobuf in a snappy block.
#pragma once

#include <string>
#include <vector>

#include "tests/differential/test_case.h"

namespace prome::differential {

/// `series` without their histograms. Stale markers keep their bits. Formats: prometheus/prompb/remote.proto
/// (WriteRequest) and google/snappy's format_description.txt; nothing is compressed, all bytes are literals.
std::string remoteWriteBody(const std::vector<StoredSeries>& series);

}  // namespace prome::differential
