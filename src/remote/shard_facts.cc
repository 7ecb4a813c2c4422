#include "remote/shard_facts.h"

#include <algorithm>
#include <cassert>

namespace prome::remote {
namespace {

std::uint64_t pack(const Version& version) {
  return std::uint64_t{version.major} << 32 | std::uint64_t{version.minor} << 16 | version.patch;
}

}  // namespace

void ShardFacts::setBuildInfo(std::size_t replica, BuildInfo info) {
  const std::lock_guard lock(mutex_);
  assert(replica < replicas_.size());
  replicas_[replica].build_info = std::move(info);
}

std::optional<BuildInfo> ShardFacts::buildInfo(std::size_t replica) const {
  const std::lock_guard lock(mutex_);
  assert(replica < replicas_.size());
  return replicas_[replica].build_info;
}

void ShardFacts::setForeignLabels(std::size_t replica, std::vector<ForeignLabel> labels) {
  const std::lock_guard lock(mutex_);
  assert(replica < replicas_.size());
  replicas_[replica].labels = std::move(labels);
}

std::vector<ForeignLabel> ShardFacts::foreignLabels() const {
  const std::lock_guard lock(mutex_);
  std::vector<ForeignLabel> out;
  for (const OfReplica& replica : replicas_) {
    for (const ForeignLabel& label : replica.labels) {
      const auto known = std::ranges::find(out, label.name, &ForeignLabel::name);
      if (known == out.end())
        out.push_back(label);
      else if (known->values < label.values)
        *known = label;
    }
  }
  return out;
}

void FleetRelease::raise(const BuildInfo& info) {
  if (!info.release) return;
  const std::lock_guard lock(mutex_);
  if (newest_ && *newest_->release >= *info.release) return;
  newest_ = info;
  packed_.store(pack(*info.release), std::memory_order_relaxed);
}

void FleetRelease::clear() {
  const std::lock_guard lock(mutex_);
  newest_.reset();
  packed_.store(0, std::memory_order_relaxed);
}

std::optional<Version> FleetRelease::version() const {
  const std::uint64_t packed = packed_.load(std::memory_order_relaxed);
  if (packed == 0) return std::nullopt;
  return Version{.major = static_cast<std::uint16_t>(packed >> 32),
                 .minor = static_cast<std::uint16_t>(packed >> 16),
                 .patch = static_cast<std::uint16_t>(packed)};
}

std::optional<BuildInfo> FleetRelease::buildInfo() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

model::Dialect dialectOf(const FleetRelease& release) {
  const auto version = release.version();
  return version ? dialectOf(*version) : model::Dialect::kPrometheus3;
}

}  // namespace prome::remote
