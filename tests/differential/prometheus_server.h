// A real Prometheus server, a process of its own over an empty storage in a temporary folder.
//
// Ends with the object, or with the thread that made it. Used by one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "model/dialect.h"

namespace prome::differential {

class PrometheusServer {
 public:
  /// Starts `program` with all of PromQL switched on and waits until it is ready. Aborts with its log where
  /// that does not happen.
  explicit PrometheusServer(const std::string& program);
  PrometheusServer(const PrometheusServer&) = delete;
  PrometheusServer& operator=(const PrometheusServer&) = delete;
  ~PrometheusServer();

  std::uint16_t port() const { return port_; }

 private:
  void waitUntilReady();

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

/// By whose rules `program` answers, as its --version says; nothing where it cannot be run.
std::optional<model::Dialect> dialectOf(const std::string& program);

}  // namespace prome::differential
