#include "remote/replica.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <map>

#include "base/version.h"

namespace prome::remote {
namespace {

namespace ssl = boost::asio::ssl;

std::atomic<std::uint32_t> next_replica_id{0};

Result<std::shared_ptr<ssl::context>> buildTls(const topology::TlsOptions& options) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  http::ErrorCode error;
  std::string using_file = "the system's certificate store";
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  if (options.ca_file.empty()) {
    context->set_default_verify_paths(error);
  } else {
    using_file = options.ca_file;
    context->load_verify_file(options.ca_file, error);
  }
  if (!error && !options.cert_file.empty()) {
    using_file = options.cert_file;
    context->use_certificate_chain_file(options.cert_file, error);
  }
  if (!error && !options.key_file.empty()) {
    using_file = options.key_file;
    context->use_private_key_file(options.key_file, ssl::context::pem, error);
  }
  if (error) return fail(ErrorKind::kBadData, "cannot use " + using_file + ": " + error.message());
  context->set_verify_mode(options.insecure_skip_verify ? ssl::verify_none : ssl::verify_peer, error);
  return context;
}

std::string buildFixedFields(const topology::Endpoint& endpoint, const topology::RequestOptions& request) {
  std::string out = "Host: " + endpoint.authority() + "\r\n";
  out.append("User-Agent: prome-route/").append(kVersion).append("\r\n");
  for (const auto& [name, value] : request.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  return out;
}

Result<std::shared_ptr<const Replica>> buildReplica(const topology::Endpoint& endpoint,
                                                    const topology::RequestOptions& request) {
  auto replica = std::make_shared<Replica>();
  replica->id = next_replica_id.fetch_add(1);
  replica->endpoint = endpoint;
  replica->request = request;
  replica->fixed_fields = buildFixedFields(endpoint, request);
  if (endpoint.scheme == topology::Scheme::kHttps) {
    auto tls = buildTls(request.tls);
    if (!tls) return std::unexpected(tls.error());
    replica->tls = std::move(*tls);
  }
  return replica;
}

}  // namespace

bool Replica::loopback() const {
  return endpoint.host == "localhost" || endpoint.host == "::1" || endpoint.host.starts_with("127.");
}

std::vector<std::size_t> RemoteShard::byHealth(http::Clock::time_point now) const {
  const auto up = [&](const auto& replica) { return replica->health.up(now); };
  if (replicas.size() == 1 || std::ranges::all_of(replicas, up)) return {};
  std::vector<std::size_t> order;
  for (const bool wanted : {true, false}) {
    for (std::size_t i = 0; i < replicas.size(); ++i) {
      if (up(replicas[i]) == wanted) order.push_back(i);
    }
  }
  return order;
}

void refreshRelease(const Fleet& fleet) {
  fleet.release.clear();
  for (const RemoteShard& remote : fleet.shards) {
    for (std::size_t i = 0; i < remote.facts->replicaCount(); ++i) {
      if (const auto info = remote.facts->buildInfo(i)) fleet.release.raise(*info);
    }
  }
}

Result<std::shared_ptr<const Fleet>> buildFleet(const std::vector<topology::Shard>& shards,
                                                const Fleet* previous) {
  std::multimap<std::string, std::shared_ptr<const Replica>> known;
  std::map<std::string_view, const RemoteShard*> known_shards;
  if (previous != nullptr) {
    for (const RemoteShard& remote : previous->shards) {
      known_shards.emplace(remote.shard.name, &remote);
      for (const auto& replica : remote.replicas) known.emplace(replica->endpoint.url(), replica);
    }
  }
  auto fleet = std::make_shared<Fleet>();
  fleet->shards.reserve(shards.size());
  for (const topology::Shard& shard : shards) {
    RemoteShard remote{.shard = shard, .replicas = {}, .facts = nullptr};
    const auto before = known_shards.find(shard.name);
    const bool unchanged = before != known_shards.end() && before->second->shard == shard;
    remote.facts = unchanged ? before->second->facts : std::make_shared<ShardFacts>(shard.replicas.size());
    for (const topology::Endpoint& endpoint : shard.replicas) {
      const auto [first, last] = known.equal_range(endpoint.url());
      const auto same = std::find_if(first, last, [&](const auto& entry) {
        // TLS material is read at load: a reload must pick up renewed files.
        return entry.second->request == shard.request && entry.second->tls == nullptr;
      });
      if (same != last) {
        remote.replicas.push_back(same->second);
        continue;
      }
      auto replica = buildReplica(endpoint, shard.request);
      if (!replica) return std::unexpected(replica.error());
      remote.replicas.push_back(std::move(*replica));
    }
    fleet->shards.push_back(std::move(remote));
  }
  refreshRelease(*fleet);
  return fleet;
}

}  // namespace prome::remote
