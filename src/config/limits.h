// Bounds of what a configuration may ask for. Each is tested at the limit and one over it.
#pragma once

#include <chrono>
#include <cstddef>

namespace prome::config {

constexpr std::chrono::milliseconds kMinTimeout{1};
constexpr std::chrono::milliseconds kMaxTimeout = std::chrono::hours(24);

constexpr unsigned kMaxThreads = 1'024;
constexpr std::size_t kMaxConnections = 10'000'000;
constexpr std::size_t kMaxIdleConnections = 65'536;
constexpr std::size_t kMaxInFlight = 1'000'000;
constexpr std::chrono::milliseconds kMinProbeInterval{10};
constexpr std::size_t kMaxProbesInFlight = 1'024;

constexpr std::size_t kMinHeadBytes = 1u << 10;
constexpr std::size_t kMaxHeadBytes = 64u << 20;
constexpr std::size_t kMinBodyBytes = 1u << 10;
constexpr std::size_t kMaxBodyBytes = 1u << 30;
constexpr std::size_t kMinQueryBytes = 1u << 10;
constexpr std::size_t kMaxQueryBytes = 64u << 20;

constexpr std::size_t kMaxConcurrency = 1'024;
constexpr std::size_t kMaxSamples = 1'000'000'000'000;
constexpr std::size_t kMinMemory = 1u << 20;
constexpr std::size_t kMaxMemory = std::size_t{1} << 40;

constexpr std::size_t kMaxVerifications = 64;  // at once
constexpr std::size_t kMaxVerificationQueue = 100'000;
constexpr std::size_t kMinAnswerBytes = 1u << 10;
constexpr std::size_t kMaxAnswerBytes = 1u << 30;

constexpr std::size_t kMaxNameBytes = 256;          // of a shard or a shard set
constexpr std::size_t kMaxRoutingLabels = 16;       // of one shard set
constexpr std::size_t kMaxReplicas = 64;            // of one shard
constexpr std::size_t kMaxShards = 100'000;         // of all shard sets together
constexpr std::size_t kMaxSecretBytes = 64u << 10;  // a password, a token, a header value
constexpr std::size_t kMaxPemBytes = 4u << 20;      // a certificate bundle or key

}  // namespace prome::config
