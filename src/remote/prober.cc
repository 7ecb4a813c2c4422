// Once a tick all entries are looked at, one after the other, and those that are due are probed, so many at a
// time; a pass that is not through when the next tick comes goes on where it is. A loop makes one name
// look-up at a time: at most one of them is a probe's, so that a query's never waits behind a row of them.
#include "remote/prober.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <exception>
#include <unordered_map>

#include "telemetry/log.h"

namespace prome::remote {
namespace {

using std::chrono::milliseconds;
using telemetry::LogLevel;

constexpr milliseconds kMinTick{20};
constexpr milliseconds kMaxTick{1'000};

bool needsLookUp(const Replica& replica) {
  http::ErrorCode error;
  http::asio::ip::make_address(replica.endpoint.host, error);
  return static_cast<bool>(error);
}

/// The labels that the shard's own series should not carry.
std::vector<std::string> unexpectedLabels(const topology::Shard& shard) {
  std::vector<std::string> out;
  if (shard.stored) return out;
  for (const auto& [name, value] : shard.external_labels) out.push_back(name);
  return out;
}

/// The values as the log shows them: `"x","y",...`.
std::string shown(const ForeignLabel& label) {
  std::string out;
  for (const std::string& value : label.first) out += (out.empty() ? "" : ",") + value;
  return label.values > label.first.size() ? out + ",..." : out;
}

void logForeignLabels(const topology::Shard& shard, const std::vector<ForeignLabel>& before,
                      const std::vector<ForeignLabel>& after) {
  for (const ForeignLabel& label : after) {
    const auto known = std::ranges::find(before, label.name, &ForeignLabel::name);
    const bool had = known != before.end() && known->values > 0;
    if (label.values > 0 && (!had || *known != label)) {
      telemetry::log(LogLevel::kWarn,
                     "series of a shard carry a routing label of their own; where all do, it is stored: true",
                     {{"shard", shard.name},
                      {"label", label.name},
                      {"values", static_cast<std::uint64_t>(label.values)},
                      {"first", shown(label)}});
    } else if (label.values == 0 && had) {
      telemetry::log(LogLevel::kInfo, "series of a shard carry no routing label any more",
                     {{"shard", shard.name}, {"label", label.name}});
    }
  }
}

}  // namespace

Prober::Prober(http::Loop& loop, NameResolver& resolver)
    : loop_(loop), resolver_(resolver), timer_(loop.io.get_executor()) {}

const Replica& Prober::replicaOf(const Entry& entry) const {
  return *fleet_->shards[entry.shard].replicas[entry.replica];
}

/// The entries of `fleet`. Those of shards whose facts live on keep their times; what was being asked is
/// asked again.
std::vector<Prober::Entry> Prober::makeEntries(const Fleet& fleet) const {
  std::unordered_map<const ShardFacts*, std::size_t> known;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].replica == 0) known.emplace(fleet_->shards[entries_[i].shard].facts.get(), i);
  }
  std::vector<Entry> out;
  for (std::size_t shard = 0; shard < fleet.shards.size(); ++shard) {
    const auto before = known.find(fleet.shards[shard].facts.get());
    for (std::size_t replica = 0; replica < fleet.shards[shard].replicas.size(); ++replica) {
      Entry entry;
      if (before != known.end()) entry = entries_[before->second + replica];
      if (entry.in_flight) entry.next = {};
      entry.in_flight = false;
      entry.shard = shard;
      entry.replica = replica;
      out.push_back(entry);
    }
  }
  return out;
}

void Prober::start(std::shared_ptr<const Fleet> fleet, const ClientOptions& client,
                   const ProbeOptions& options) {
  if (stopped_) return;
  timer_.cancel();
  ++generation_;
  cursor_ = 0;
  client_ = client;
  options_ = options;
  entries_ = options.enabled ? makeEntries(*fleet) : std::vector<Entry>{};
  fleet_ = std::move(fleet);
  if (!entries_.empty()) tick();
}

void Prober::stop() {
  stopped_ = true;
  timer_.cancel();
  ++generation_;
  entries_.clear();
}

void Prober::tick() {
  if (cursor_ >= entries_.size()) cursor_ = 0;
  startDue();
  const auto shortest = std::min(options_.interval, options_.retry_interval);
  timer_.expires_after(std::clamp(shortest / 2, kMinTick, kMaxTick));
  timer_.async_wait([this](http::ErrorCode error) {
    if (!error && !entries_.empty()) tick();
  });
}

bool Prober::isDue(const Entry& entry, TimePoint now) const {
  if (entry.in_flight) return false;
  return entry.next <= now || entry.comebacks != replicaOf(entry).health.comebacks();
}

Prober::Job Prober::makeJob(std::size_t index) const {
  const Entry& entry = entries_[index];
  const RemoteShard& shard = fleet_->shards[entry.shard];
  const auto& replica = shard.replicas[entry.replica];
  return {.index = index,
          .generation = generation_,
          .replica = replica,
          .labels = unexpectedLabels(shard.shard),
          .limits = {.connect_timeout = client_.connect_timeout,
                     .first_byte_timeout = client_.first_byte_timeout,
                     .idle_timeout = client_.idle_timeout,
                     .timeout = options_.timeout,
                     .max_head_bytes = client_.max_head_bytes,
                     .max_body_bytes = kMaxProbeBytes},
          .looks_up = needsLookUp(*replica)};
}

void Prober::startDue() {
  const auto now = http::Clock::now();
  for (; cursor_ < entries_.size() && in_flight_ < options_.max_in_flight; ++cursor_) {
    Entry& entry = entries_[cursor_];
    if (!isDue(entry, now)) continue;
    Job job = makeJob(cursor_);
    if (job.looks_up && looking_up_) return;
    looking_up_ = looking_up_ || job.looks_up;
    entry.in_flight = true;
    entry.comebacks = job.replica->health.comebacks();
    ++in_flight_;
    http::asio::co_spawn(loop_.io.get_executor(), run(std::move(job)), http::asio::detached);
  }
}

void Prober::endLookUp(Job& job) {
  if (!job.looks_up) return;
  job.looks_up = false;
  looking_up_ = false;
  startDue();
}

http::Awaitable<ProbeAnswer> Prober::ask(Job& job) {
  ReplicaSession session(loop_, resolver_, job.replica, job.limits);
  if (job.looks_up) {
    const auto found = co_await session.resolve();
    endLookUp(job);
    if (!found) {
      co_return ProbeAnswer{.build_info = {}, .foreign_labels = {}, .problem = found.error().message};
    }
  }
  ProbeAnswer answer = co_await probe(session, job.labels);
  co_return answer;
}

http::Awaitable<void> Prober::run(Job job) {
  ProbeAnswer answer;
  try {
    ProbeAnswer got = co_await ask(job);
    answer = std::move(got);
  } catch (const std::exception& error) {
    answer.problem = error.what();
  }
  endLookUp(job);
  --in_flight_;
  if (job.generation == generation_) ended(job.index, answer);
  startDue();
}

void Prober::ended(std::size_t index, const ProbeAnswer& answer) {
  Entry& entry = entries_[index];
  entry.in_flight = false;
  const RemoteShard& shard = fleet_->shards[entry.shard];
  if (answer.build_info) learnBuildInfo(entry, *answer.build_info);
  if (answer.foreign_labels) learnForeignLabels(entry, *answer.foreign_labels);
  const bool failed = !answer.problem.empty();
  (failed ? stats_.failed : stats_.answered).fetch_add(1, std::memory_order_relaxed);
  if (failed && entry.backoff.count() == 0) {
    telemetry::log(
        LogLevel::kWarn, "shard cannot be probed",
        {{"shard", shard.shard.name}, {"replica", replicaOf(entry).endpoint.url()}, {"err", answer.problem}});
  }
  const auto longest = std::max(options_.interval, options_.retry_interval);
  entry.backoff = failed ? std::clamp(entry.backoff * 2, options_.retry_interval, longest) : milliseconds(0);
  entry.next = http::Clock::now() + (failed ? entry.backoff : pause(index));
}

/// Between half an interval and a whole one, by the replica's number: what began together spreads out.
milliseconds Prober::pause(std::size_t index) const {
  constexpr std::uint32_t kGolden = 0x9E3779B9;  // consecutive multiples of it fill 2^32 evenly
  const std::uint32_t share = (static_cast<std::uint32_t>(index) * kGolden) >> 22;
  return options_.interval / 2 + options_.interval * share / 2048;
}

void Prober::learnBuildInfo(const Entry& entry, const BuildInfo& info) {
  const RemoteShard& shard = fleet_->shards[entry.shard];
  const auto before = shard.facts->buildInfo(entry.replica);
  shard.facts->setBuildInfo(entry.replica, info);
  const bool older = before && before->release && (!info.release || *info.release < *before->release);
  if (older)
    refreshRelease(*fleet_);
  else
    fleet_->release.raise(info);
  if (before == info) return;
  telemetry::log(before ? LogLevel::kInfo : LogLevel::kDebug, "version of a shard",
                 {{"shard", shard.shard.name},
                  {"replica", replicaOf(entry).endpoint.url()},
                  {"version", info.version},
                  {"before", before ? before->version : std::string()}});
}

void Prober::learnForeignLabels(const Entry& entry, const std::vector<ForeignLabel>& labels) {
  const RemoteShard& shard = fleet_->shards[entry.shard];
  const auto before = shard.facts->foreignLabels();
  shard.facts->setForeignLabels(entry.replica, labels);
  logForeignLabels(shard.shard, before, shard.facts->foreignLabels());
}

}  // namespace prome::remote
