#include "app/application.h"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "api/fleet_metrics.h"
#include "base/version.h"
#include "telemetry/log.h"

namespace prome::app {
namespace {

using telemetry::LogLevel;

/// A loop that does not run (any more) is not waited for longer.
constexpr std::chrono::seconds kSwitchLimit{2};

std::int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Result<api::SnapshotPtr> buildSnapshot(config::Config config, const api::Snapshot* previous) {
  auto snapshot = std::make_shared<api::Snapshot>(std::move(config.shard_sets));
  std::vector<topology::Shard> shards;
  for (topology::ShardId id = 0; id < snapshot->shards.size(); ++id) {
    shards.push_back(snapshot->shards.shard(id));
  }
  auto fleet = remote::buildFleet(shards, previous == nullptr ? nullptr : previous->fleet.get());
  if (!fleet) return std::unexpected(fleet.error());
  snapshot->fleet = std::move(*fleet);
  snapshot->query = config.query;
  snapshot->client = config.client;
  snapshot->probe = config.probe;
  snapshot->access_log = config.log.access_log;
  snapshot->yaml = std::move(config.yaml);
  return snapshot;
}

Application::Application(ApplicationOptions options)
    : options_(std::move(options)), resolver_(options_.lookup), shadow_(registry_, std::random_device{}()) {}

Application::~Application() = default;

Result<void> Application::start() {
  auto config = options_.load();
  if (!config) return std::unexpected(config.error());
  http_options_ = config->http;
  const api::EvaluationLimits limits{.memory = config->query.max_memory,
                                     .concurrency = config->query.max_concurrency};
  context_ = std::make_unique<api::ServiceContext>(metrics_, resolver_, limits);
  telemetry::setLogLevel(config->log.level);
  const verify::ShadowOptions verification = config->verification;
  auto snapshot = buildSnapshot(std::move(*config), nullptr);
  if (!snapshot) return std::unexpected(snapshot.error());
  snapshot_ = std::move(*snapshot);
  context_->start_time_ms = nowMs();
  context_->reload_time_ms = nowMs();
  context_->route_prefix = http_options_.route_prefix;
  context_->flags = options_.flags;
  context_->shadow = &shadow_;
  context_->serialize_metrics = [this] { return registry_.serialize(); };
  context_->reload = [this] { return reload(); };
  context_->run_slow = [this](std::function<void()> task) { runSlow(std::move(task)); };
  server_ = std::make_unique<http::Server>(http_options_);
  if (auto listening = server_->listen(); !listening) return listening;
  prober_ = std::make_unique<remote::Prober>(server_->firstLoop(), resolver_);
  registerServerMetrics();
  metrics_.reloaded(true);
  server_->start([this](http::Loop& loop) {
    auto service = std::make_unique<api::Service>(loop, *context_, snapshot_);
    services_.push_back(service.get());
    return service;
  });
  startProber();
  shadow_.configure(verification, ownUrl());
  context_->ready = true;
  telemetry::log(LogLevel::kInfo, "ready",
                 {{"version", kVersion},
                  {"addr", http_options_.listen_addr},
                  {"port", static_cast<unsigned>(server_->port())},
                  {"shards", static_cast<std::uint64_t>(snapshot_->shards.size())}});
  return {};
}

void Application::registerServerMetrics() {
  auto& connections = registry_.gauges("prome_route_http_connections", "Open client connections.").Add({});
  auto& accepted =
      registry_
          .gauges("prome_route_http_connections_accepted", "Client connections accepted since the start.")
          .Add({});
  auto& refused = registry_
                      .gauges("prome_route_http_connections_refused",
                              "Client connections over the limit since the start.")
                      .Add({});
  auto& malformed =
      registry_
          .gauges("prome_route_http_requests_malformed", "Requests refused as malformed since the start.")
          .Add({});
  auto& idle =
      registry_.gauges("prome_route_shard_connections_idle", "Kept-alive connections to shards.").Add({});
  auto& shards = registry_.gauges("prome_route_shards", "Shards configured.").Add({});
  registry_.beforeSerialize([&, this] {
    const auto& stats = server_->stats();
    const auto set = [](prometheus::Gauge& gauge, const std::atomic<std::uint64_t>& value) {
      gauge.Set(static_cast<double>(value.load(std::memory_order_relaxed)));
    };
    set(connections, stats.connections_open);
    set(accepted, stats.connections_accepted);
    set(refused, stats.connections_refused);
    set(malformed, stats.requests_malformed);
    std::size_t kept = 0;
    for (const api::Service* service : services_) kept += service->idleConnections();
    idle.Set(static_cast<double>(kept));
    const std::lock_guard lock(reload_mutex_);
    shards.Set(static_cast<double>(snapshot_->shards.size()));
  });
  registry_.collect([this] {
    std::unique_lock lock(reload_mutex_);
    const api::SnapshotPtr snapshot = snapshot_;
    lock.unlock();
    return api::fleetMetrics(*snapshot->fleet, prober_->stats());
  });
}

void Application::startProber() {
  http::asio::post(server_->firstLoop().io, [this, snapshot = snapshot_] {
    prober_->start(snapshot->fleet, snapshot->client, snapshot->probe);
  });
}

std::string Application::ownUrl() const {
  std::string host = http_options_.listen_addr.substr(0, http_options_.listen_addr.rfind(':'));
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return "http://" + host + ":" + std::to_string(server_->port()) + http_options_.route_prefix;
}

/// Gives every loop the new snapshot and waits until all have it, so that a request made after a reload sees
/// it.
void Application::switchLoops() {
  struct Progress {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t switched = 0;
  };
  const auto progress = std::make_shared<Progress>();
  server_->postToAll([this, progress, next = snapshot_](http::Loop& loop) {
    services_[loop.index]->setSnapshot(next);
    const std::lock_guard lock(progress->mutex);
    ++progress->switched;
    progress->changed.notify_all();
  });
  std::unique_lock lock(progress->mutex);
  progress->changed.wait_for(lock, kSwitchLimit, [&] { return progress->switched == server_->loopCount(); });
}

Result<void> Application::reload() {
  const std::lock_guard lock(reload_mutex_);
  auto config = options_.load();
  Result<api::SnapshotPtr> snapshot = config ? Result<api::SnapshotPtr>() : std::unexpected(config.error());
  const auto http_options = config ? config->http : http_options_;
  const auto verification = config ? config->verification : verify::ShadowOptions{};
  const auto level = config ? config->log.level : LogLevel::kInfo;
  if (config) snapshot = buildSnapshot(std::move(*config), snapshot_.get());
  metrics_.reloaded(snapshot.has_value());
  context_->reload_good = snapshot.has_value();
  if (!snapshot) {
    telemetry::log(LogLevel::kError, "reload failed, the old configuration stays",
                   {{"err", snapshot.error().message}});
    return std::unexpected(snapshot.error());
  }
  if (!(http_options == http_options_)) {
    telemetry::log(LogLevel::kWarn, "changes below http: take effect at the next start only");
  }
  snapshot_ = std::move(*snapshot);
  context_->reload_time_ms = nowMs();
  telemetry::setLogLevel(level);
  switchLoops();
  startProber();
  shadow_.configure(verification, ownUrl());
  telemetry::log(LogLevel::kInfo, "configuration reloaded",
                 {{"shards", static_cast<std::uint64_t>(snapshot_->shards.size())}});
  return {};
}

void Application::runSlow(std::function<void()> task) {
  const std::lock_guard lock(slow_mutex_);
  slow_tasks_.push_back(std::move(task));
  if (slow_working_) return;
  slow_working_ = true;
  std::thread([this] { workSlowTasks(); }).detach();
}

void Application::workSlowTasks() {
  std::unique_lock lock(slow_mutex_);
  while (!slow_tasks_.empty()) {
    const auto task = std::move(slow_tasks_.front());
    slow_tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
  slow_working_ = false;
  slow_done_.notify_all();
}

void Application::run() {
  server_->run();
  std::unique_lock lock(slow_mutex_);
  slow_done_.wait(lock, [this] { return !slow_working_; });
}

void Application::drain() {
  context_->ready = false;
  shadow_.end();
  http::asio::post(server_->firstLoop().io, [this] { prober_->stop(); });
  server_->drain();
}

void Application::runWithSignals() {
  boost::asio::basic_signal_set<http::Executor> signals(server_->firstLoop().io.get_executor(), SIGHUP,
                                                        SIGTERM, SIGINT);
  std::function<void()> wait = [&] {
    signals.async_wait([&](http::ErrorCode error, int number) {
      if (error) return;
      if (number == SIGHUP) {
        runSlow([this] { (void)reload(); });
      } else {
        telemetry::log(LogLevel::kInfo, "draining", {{"signal", number}});
        drain();
        std::signal(number == SIGTERM ? SIGINT : SIGTERM, SIG_DFL);
        http::ErrorCode ignored;
        signals.remove(number, ignored);  // a second one ends the process
      }
      wait();
    });
  };
  wait();
  run();
}

}  // namespace prome::app
