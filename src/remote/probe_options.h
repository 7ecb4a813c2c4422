// When and how replicas are probed.
#pragma once

#include <chrono>
#include <cstddef>

namespace prome::remote {

struct ProbeOptions {
  bool enabled = true;
  std::chrono::milliseconds interval{300'000};      // between probes of a replica, at most
  std::chrono::milliseconds retry_interval{5'000};  // after a probe that failed; doubles up to `interval`
  std::chrono::milliseconds timeout{10'000};        // of a whole probe
  std::size_t max_in_flight = 16;                   // replicas probed at once

  friend bool operator==(const ProbeOptions&, const ProbeOptions&) = default;
};

}  // namespace prome::remote
