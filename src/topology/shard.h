// What one shard is: the plain description that configuration or discovery gives.
//
// Value types; the immutable index over many shards is ShardMap (topology/shard_map.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "topology/time_bounds.h"

namespace prome::topology {

/// Name/value pairs sorted by name, names unique. An empty value means the label is missing.
using LabelPairs = std::vector<std::pair<std::string, std::string>>;

enum class Scheme : std::uint8_t { kHttp, kHttps };

/// Where a replica listens: `http://host:port/prefix`. `host` is a name, an IPv4 or an IPv6 address without
/// brackets; `path_prefix` is empty or starts with `/` and does not end with one.
struct Endpoint {
  Scheme scheme = Scheme::kHttp;
  std::string host;
  std::uint16_t port = 9090;
  std::string path_prefix;

  /// `host:port`, IPv6 in brackets.
  std::string authority() const;
  /// `scheme://host:port/prefix`.
  std::string url() const;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Prometheus' `tls_config` for requests to a replica. Files are PEM and are read at (re)load.
struct TlsOptions {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string server_name;
  bool insecure_skip_verify = false;

  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

/// Whether answers are asked for gzip-compressed. kAuto: only over links where it pays (not loopback).
enum class ShardCompression : std::uint8_t { kAuto, kOn, kOff };

/// How requests to a shard look. `headers` are complete `Name: value` pairs (Authorization already resolved
/// from basic_auth, authorization or a bearer file); `forward_authorization` passes the client's own header
/// instead.
struct RequestOptions {
  std::vector<std::pair<std::string, std::string>> headers;
  bool forward_authorization = false;
  TlsOptions tls;
  ShardCompression compression = ShardCompression::kAuto;

  friend bool operator==(const RequestOptions&, const RequestOptions&) = default;
};

/// One shard: equal series on every replica, one set of routing labels (its `external_labels`).
struct Shard {
  std::string name;  // for people: messages, logs, metrics; unique
  LabelPairs external_labels;
  std::vector<Endpoint> replicas;
  bool stored = false;  // the shard's own data already carries the routing labels
  TimeBounds times;     // it has no sample outside them
  RequestOptions request;

  friend bool operator==(const Shard&, const Shard&) = default;
};

/// Shards that are told apart by the same routing labels, e.g. {cluster, region}; names sorted and unique.
struct ShardSet {
  std::string name;
  std::vector<std::string> routing_labels;
  std::vector<Shard> shards;
};

}  // namespace prome::topology
