#include "config/limits.h"
#include "config/sections.h"

namespace prome::config {

remote::ClientOptions parseClient(Mapping section) {
  using std::chrono::milliseconds;
  constexpr Bounds<milliseconds> kTimeouts{kMinTimeout, kMaxTimeout};
  remote::ClientOptions out;
  section.duration("connect_timeout", out.connect_timeout, kTimeouts);
  section.duration("first_byte_timeout", out.first_byte_timeout, kTimeouts);
  section.duration("idle_timeout", out.idle_timeout, kTimeouts);
  section.duration("pool_idle_timeout", out.pool_idle_timeout, kTimeouts);
  section.number("max_idle_connections", out.max_idle_connections, {std::size_t{0}, kMaxIdleConnections});
  section.size("max_head_bytes", out.max_head_bytes, {kMinHeadBytes, kMaxHeadBytes});
  section.duration("down_backoff", out.down_backoff, {milliseconds(0), kMaxTimeout});
  section.finish();
  return out;
}

}  // namespace prome::config
