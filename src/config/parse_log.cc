#include "config/sections.h"

namespace prome::config {

telemetry::LogOptions parseLog(Mapping section) {
  telemetry::LogOptions out;
  section.choice("level", out.level, {"debug", "info", "warn", "error"});
  section.boolean("access_log", out.access_log);
  section.finish();
  return out;
}

}  // namespace prome::config
