// One parse function a module: a Mapping of the file -> that module's options struct. Each asks for its keys,
// checks them and reports the unknown rest; options keep their defaults where a key is absent. Mistakes go to
// the Reader.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/query_options.h"
#include "config/reader.h"
#include "http/server_options.h"
#include "remote/client_options.h"
#include "remote/probe_options.h"
#include "telemetry/log_options.h"
#include "topology/shard.h"
#include "verify/shadow_options.h"

namespace prome::config {

http::ServerOptions parseHttp(Mapping section);
remote::ClientOptions parseClient(Mapping section);
remote::ProbeOptions parseProbe(Mapping section);
api::QueryOptions parseQuery(Mapping section);
verify::ShadowOptions parseVerification(Mapping section);
telemetry::LogOptions parseLog(Mapping section);

/// The shards, in the small form (`replace_label_name`, `prome_servers`) or the full one (`shard_sets`).
std::vector<topology::ShardSet> parseShardSets(Mapping& root);

using HeaderPairs = std::vector<std::pair<std::string, std::string>>;

/// Who a request says it is: a header of ours, the client's own, or nobody.
struct Credentials {
  std::string authorization;  // value of the Authorization header; empty for none
  bool forward_authorization = false;
};

/// What one level (a shard set or a shard) says of requests; what it leaves out comes from the level above.
struct RequestSettings {
  std::optional<Credentials> credentials;
  std::optional<HeaderPairs> http_headers;
  std::optional<topology::TlsOptions> tls;
  std::optional<topology::ShardCompression> compression;
};

/// Reads the request keys of a shard or shard set; the caller finishes `level`.
RequestSettings parseRequestSettings(Mapping& level);

/// `shard` over `shard_set`, key by key.
topology::RequestOptions mergeRequestSettings(const RequestSettings& shard_set, const RequestSettings& shard);

}  // namespace prome::config
