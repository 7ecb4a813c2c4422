#include "remote/probe.h"

#include "remote/probe_answers.h"

namespace prome::remote {
namespace {

constexpr int kOk = 200;

/// Older servers know no limit; they send all and the body's limit holds.
const std::string kValuesLimit = "?limit=" + std::to_string(kMaxForeignValues);

Error refused(const std::string& path, int status) {
  return {ErrorKind::kUnavailable, path + " answered " + std::to_string(status)};
}

/// The release of a Prometheus that does not tell it.
http::Awaitable<Result<std::optional<Version>>> guessRelease(ReplicaSession& session) {
  const std::string path = "/api/v1/parse_query?query=1";
  const auto answer = co_await session.get(path);
  if (!answer) co_return std::unexpected(answer.error());
  std::optional<Version> release;
  if (answer->status == kOk) release = Version{.major = 3, .minor = 0, .patch = 0};
  co_return release;
}

http::Awaitable<Result<BuildInfo>> askBuildInfo(ReplicaSession& session) {
  const std::string path = "/api/v1/status/buildinfo";
  const auto answer = co_await session.get(path);
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->status != kOk) co_return std::unexpected(refused(path, answer->status));
  auto info = parseBuildInfo(answer->body);
  if (!info || !info->version.empty() || !info->application.empty()) co_return info;
  const auto release = co_await guessRelease(session);
  if (!release) co_return std::unexpected(release.error());
  info->release = *release;
  co_return info;
}

http::Awaitable<Result<ForeignLabel>> askLabelValues(ReplicaSession& session, const std::string& label) {
  const std::string path = "/api/v1/label/" + label + "/values";
  const std::string target = path + kValuesLimit;
  const auto answer = co_await session.get(target);
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->status != kOk) co_return std::unexpected(refused(path, answer->status));
  co_return parseLabelValues(label, answer->body, answer->cut ? Extent::kBeginning : Extent::kWhole);
}

}  // namespace

http::Awaitable<ProbeAnswer> probe(ReplicaSession& session, const std::vector<std::string>& labels) {
  ProbeAnswer out;
  auto info = co_await askBuildInfo(session);
  if (info) {
    out.build_info = std::move(*info);
  } else {
    out.problem = info.error().message;
  }
  std::vector<ForeignLabel> foreign;
  for (const std::string& label : labels) {
    auto values = co_await askLabelValues(session, label);
    if (values) {
      foreign.push_back(std::move(*values));
    } else if (out.problem.empty()) {
      out.problem = values.error().message;
    }
  }
  if (foreign.size() == labels.size()) out.foreign_labels = std::move(foreign);
  co_return out;
}

}  // namespace prome::remote
