// BuildInfo: what a Prometheus says of itself on status/buildinfo, and which rules follow from it.
//
// Values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/dialect.h"

namespace prome::remote {

/// A release of Prometheus, `2.42.0`.
struct Version {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::uint16_t patch = 0;

  friend auto operator<=>(const Version&, const Version&) = default;
};

/// The release in `text`: `2.42.0`, `v3.1`, `2.42.0+ds`, `3.0.0-rc.1`. Nothing where there is none.
std::optional<Version> parseVersion(std::string_view text);

/// 2.x or, from 3.0.0 on, 3.x.
model::Dialect dialectOf(const Version& version);

struct BuildInfo {
  std::string version;  // as it is told; empty in a build without release data
  std::string revision;
  std::string branch;
  std::string build_user;
  std::string build_date;
  std::string go_version;
  std::string application;         // who answers, where that is no Prometheus
  std::optional<Version> release;  // of the Prometheus that it is, where that is known

  friend bool operator==(const BuildInfo&, const BuildInfo&) = default;
};

/// The release that `info` is: its version's, from 2.0 on, unless another application than Prometheus (or a
/// router, which passes on what its own shards say) counts its own versions.
std::optional<Version> releaseOf(const BuildInfo& info);

}  // namespace prome::remote
