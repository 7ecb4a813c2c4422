// What the answers to a probe say. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "remote/build_info.h"
#include "remote/shard_facts.h"

namespace prome::remote {

/// Bytes of each text of a build info that are kept.
inline constexpr std::size_t kMaxBuildInfoText = 256;

/// The answer of status/buildinfo. Fails where it is not Prometheus' JSON.
Result<BuildInfo> parseBuildInfo(std::string_view body);

/// Whether a body is all of an answer, or the beginning of one that is longer than was read.
enum class Extent : std::uint8_t { kWhole, kBeginning };

/// The answer of label/<name>/values. Fails where it is not Prometheus' JSON; of a beginning, the values that
/// are in it count.
Result<ForeignLabel> parseLabelValues(std::string_view name, std::string_view body, Extent extent);

}  // namespace prome::remote
