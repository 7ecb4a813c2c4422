#include "api/build_info.h"

#include "base/json_writer.h"
#include "base/version.h"

namespace prome::api {
namespace {

/// What the newest shard says, if the router follows its rules; else what may be assumed.
remote::BuildInfo shownBuildInfo(const Snapshot& snapshot) {
  const auto dialect = snapshot.dialect();
  const auto newest = snapshot.fleet->release.buildInfo();
  remote::BuildInfo info;
  if (newest && remote::dialectOf(*newest->release) == dialect) info = *newest;
  if (info.version.empty()) {
    info.version = dialect == model::Dialect::kPrometheus2 ? kAssumedPrometheus2 : kAssumedPrometheus3;
  }
  return info;
}

}  // namespace

std::string buildInfoData(const Snapshot& snapshot) {
  const remote::BuildInfo info = shownBuildInfo(snapshot);
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  json.key("version").string(info.version);
  json.key("revision").string(info.revision);
  json.key("branch").string(info.branch);
  json.key("buildUser").string(info.build_user);
  json.key("buildDate").string(info.build_date);
  json.key("goVersion").string(info.go_version);
  json.key("application").string("prome-route");
  json.key("applicationVersion").string(kVersion);
  json.key("applicationRevision").string(kRevision);
  json.key("applicationCompiler").string(kCompiler);
  json.endObject();
  return out;
}

}  // namespace prome::api
