#include "config/limits.h"
#include "config/sections.h"

namespace prome::config {

remote::ProbeOptions parseProbe(Mapping section) {
  using std::chrono::milliseconds;
  constexpr Bounds<milliseconds> kIntervals{kMinProbeInterval, kMaxTimeout};
  remote::ProbeOptions out;
  section.boolean("enabled", out.enabled);
  section.duration("interval", out.interval, kIntervals);
  section.duration("retry_interval", out.retry_interval, kIntervals);
  section.duration("timeout", out.timeout, {kMinTimeout, kMaxTimeout});
  section.number("max_in_flight", out.max_in_flight, {std::size_t{1}, kMaxProbesInFlight});
  section.finish();
  return out;
}

}  // namespace prome::config
