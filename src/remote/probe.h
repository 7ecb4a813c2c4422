// A probe: what is asked of one replica so as to know it.
//
// status/buildinfo, for its version; and label/<name>/values for each routing label that its series should
// not carry. A build without release data does not tell its version, but parse_query, which came with 3.0,
// does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/asio.h"
#include "remote/build_info.h"
#include "remote/replica_session.h"
#include "remote/shard_facts.h"

namespace prome::remote {

/// Bytes of an answer to a probe that are read.
inline constexpr std::size_t kMaxProbeBytes = 1u << 20;

struct ProbeAnswer {
  std::optional<BuildInfo> build_info;
  std::optional<std::vector<ForeignLabel>> foreign_labels;  // all that were asked for, or none
  std::string problem;                                      // the first that was met; empty: all is known
};

/// Asks for the build info and for `labels`. What was not answered is left out; `problem` says why.
http::Awaitable<ProbeAnswer> probe(ReplicaSession& session, const std::vector<std::string>& labels);

}  // namespace prome::remote
