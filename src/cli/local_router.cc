#include "cli/local_router.h"

#include <csignal>

#include "cli/check_config.h"
#include "config/config.h"

namespace prome::cli {
namespace {

Result<config::Config> load(const std::string& config_file) {
  auto config = config::loadConfig(config_file);
  if (!config) return fail(ErrorKind::kBadData, errorText(config.error()));
  config->http.listen_addr = "127.0.0.1:0";
  config->http.route_prefix.clear();
  config->verification = {};
  config->log.level = telemetry::LogLevel::kError;
  return std::move(*config);
}

}  // namespace

LocalRouter::LocalRouter(const std::string& config_file)
    : application_({.load = [config_file] { return load(config_file); }, .flags = {}}) {}

Result<std::unique_ptr<LocalRouter>> LocalRouter::start(const std::string& config_file) {
  std::signal(SIGPIPE, SIG_IGN);
  std::unique_ptr<LocalRouter> out(new LocalRouter(config_file));
  if (auto started = out->application_.start(); !started) return std::unexpected(started.error());
  out->thread_ = std::thread([router = out.get()] { router->application_.run(); });
  return out;
}

LocalRouter::~LocalRouter() {
  if (!thread_.joinable()) return;
  application_.drain();
  thread_.join();
}

std::string LocalRouter::url() const {
  return "http://127.0.0.1:" + std::to_string(application_.port());
}

}  // namespace prome::cli
