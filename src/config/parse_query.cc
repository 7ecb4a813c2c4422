#include "config/limits.h"
#include "config/sections.h"

namespace prome::config {

api::QueryOptions parseQuery(Mapping section) {
  api::QueryOptions out;
  section.duration("timeout", out.timeout, {kMinTimeout, kMaxTimeout});
  section.size("max_query_bytes", out.max_query_bytes, {kMinQueryBytes, kMaxQueryBytes});
  section.number("max_in_flight", out.max_in_flight, {std::size_t{1}, kMaxInFlight});
  section.choice("dialect", out.dialect, {"auto", "2.x", "3.x"});
  section.finish();
  return out;
}

}  // namespace prome::config
