// The times that a shard has samples of, so that queries about others leave it alone. Plain values.
#pragma once

#include <cstdint>
#include <optional>

namespace prome::topology {

/// A time in milliseconds since 1970, or, as `-15d` is, one counted from now.
struct TimeBound {
  enum class Base : std::uint8_t { kEpoch, kNow };

  Base base = Base::kEpoch;
  std::int64_t ms = 0;

  std::int64_t at(std::int64_t now_ms) const { return base == Base::kEpoch ? ms : now_ms + ms; }

  friend bool operator==(const TimeBound&, const TimeBound&) = default;
};

/// Both ends belong to it; none: no end.
struct TimeBounds {
  std::optional<TimeBound> min;
  std::optional<TimeBound> max;

  bool unbounded() const { return !min && !max; }
  /// May there be a sample with start_ms <= t <= end_ms?
  bool meet(std::int64_t start_ms, std::int64_t end_ms, std::int64_t now_ms) const {
    return !(min && end_ms < min->at(now_ms)) && !(max && start_ms > max->at(now_ms));
  }

  friend bool operator==(const TimeBounds&, const TimeBounds&) = default;
};

}  // namespace prome::topology
