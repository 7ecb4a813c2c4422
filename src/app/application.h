// Application: the modules wired together into a running router.
//
// Life: construct, start(), run(); reload() and drain() at any time from any thread. Tests run several in one
// process.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/service.h"
#include "api/snapshot.h"
#include "base/error.h"
#include "config/config.h"
#include "http/server.h"
#include "remote/name_resolver.h"
#include "remote/prober.h"
#include "telemetry/registry.h"
#include "verify/shadow.h"

namespace prome::app {

struct ApplicationOptions {
  /// Reads the configuration; called at start and at every reload. The error is what the operator is to read.
  std::function<Result<config::Config>()> load;
  std::vector<std::pair<std::string, std::string>> flags;  // for status/flags
  /// How names of shards are looked up.
  remote::NameResolver::Lookup lookup = remote::NameResolver::lookUpBySystem;
};

/// Builds what requests see of `config`; replicas that `previous` (may be null) has too are taken over.
Result<api::SnapshotPtr> buildSnapshot(config::Config config, const api::Snapshot* previous);

class Application {
 public:
  explicit Application(ApplicationOptions options);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Loads the configuration and listens.
  Result<void> start();
  /// Serves, on this thread and those of further loops, until drain() has been called and has ended.
  void run();
  /// As run(), and obeys signals: SIGHUP reloads, SIGTERM and SIGINT drain, a second one of these ends at
  /// once.
  void runWithSignals();
  /// The port served.
  std::uint16_t port() const { return server_->port(); }
  /// Reads the configuration again. A bad one changes nothing; the error says why.
  Result<void> reload();
  /// Lets requests in flight finish, then makes run() return. Does not wait.
  void drain();

 private:
  void registerServerMetrics();
  void switchLoops();
  void startProber();
  /// Where the router itself can be asked.
  std::string ownUrl() const;
  void runSlow(std::function<void()> task);
  void workSlowTasks();

  ApplicationOptions options_;
  telemetry::Registry registry_;
  api::Metrics metrics_{registry_};
  remote::NameResolver resolver_;
  verify::Shadow shadow_;
  std::unique_ptr<api::ServiceContext> context_;  // from start() on
  // Slow tasks (a scrape, a reload) run one after the other on a thread that lives only while there are any.
  std::mutex slow_mutex_;
  std::condition_variable slow_done_;
  std::deque<std::function<void()>> slow_tasks_;
  bool slow_working_ = false;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<remote::Prober> prober_;  // on the first loop
  std::vector<api::Service*> services_;     // by loop, owned by the server
  std::mutex reload_mutex_;
  api::SnapshotPtr snapshot_;
  http::ServerOptions http_options_;
};

}  // namespace prome::app
