// LocalRouter: a router in this process, on a free port of 127.0.0.1, for a command that needs one to ask.
//
// Runs on a thread of its own from construction to destruction.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "app/application.h"
#include "base/error.h"

namespace prome::cli {

class LocalRouter {
 public:
  /// Listens, or tells why it cannot. The address and route prefix that `config_file`
  /// says are not used.
  static Result<std::unique_ptr<LocalRouter>> start(const std::string& config_file);
  ~LocalRouter();
  LocalRouter(const LocalRouter&) = delete;
  LocalRouter& operator=(const LocalRouter&) = delete;

  /// `http://127.0.0.1:PORT`.
  std::string url() const;

 private:
  explicit LocalRouter(const std::string& config_file);

  app::Application application_;
  std::thread thread_;
};

}  // namespace prome::cli
