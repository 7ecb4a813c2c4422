// Application: the modules wired together into a running router.
//
// Life: construct, start(), then reload() any number of times, then stop(). Called from one controlling thread, but
// for reload(), which any thread may call. Tests run several in one process.
#pragma once

#include <cstdint>
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
#include "telemetry/registry.h"

namespace boost::asio {
class thread_pool;
}

namespace prome::app {

struct ApplicationOptions {
  /// Reads the configuration; called at start and at every reload. The error is what the operator is to read.
  std::function<Result<config::Config>()> load;
  std::vector<std::pair<std::string, std::string>> flags;  // for status/flags
};

/// Builds what requests see of `config`; replicas that `previous` (may be null) has too are taken over.
Result<api::SnapshotPtr> buildSnapshot(config::Config config, const api::Snapshot* previous);

class Application {
 public:
  explicit Application(ApplicationOptions options);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Loads the configuration, listens and serves.
  Result<void> start();
  /// The port served.
  std::uint16_t port() const { return server_->port(); }
  /// Reads the configuration again. A bad one changes nothing; the error says why.
  Result<void> reload();
  /// As reload(), from the slow thread, the result logged only: for a signal.
  void reloadSoon();
  /// Drains and ends all threads.
  void stop();

 private:
  void registerServerMetrics();
  void runSlow(std::function<void()> task);

  ApplicationOptions options_;
  telemetry::Registry registry_;
  api::Metrics metrics_{registry_};
  api::ServiceContext context_{metrics_};
  std::unique_ptr<boost::asio::thread_pool> slow_;
  std::unique_ptr<http::Server> server_;
  std::vector<api::Service*> services_;  // by loop, owned by the server
  std::mutex reload_mutex_;
  api::SnapshotPtr snapshot_;
  http::ServerOptions http_options_;
};

}  // namespace prome::app
