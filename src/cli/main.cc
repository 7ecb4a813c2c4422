// prome-route: reads the command line, starts the router, and obeys signals until it is told to end.
#include <csignal>
#include <cstdio>
#include <string>

#include "app/application.h"
#include "cli/check_config.h"
#include "cli/command_line.h"
#include "telemetry/log.h"

namespace {

using prome::telemetry::LogLevel;

int finish(const prome::cli::Exit& exit) {
  std::fputs(exit.text.c_str(), exit.to_stderr ? stderr : stdout);
  return exit.code;
}

/// The signals the main thread waits for; blocked in every other thread.
sigset_t controlSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&set, number);
  return set;
}

/// Obeys SIGHUP until SIGTERM or SIGINT comes.
void obeySignals(const sigset_t& signals, prome::app::Application& application) {
  while (true) {
    int number = 0;
    if (sigwait(&signals, &number) != 0) continue;
    if (number == SIGHUP) {
      application.reloadSoon();
      continue;
    }
    prome::telemetry::log(LogLevel::kInfo, "draining", {{"signal", number}});
    return;
  }
}

prome::Result<prome::config::Config> load(const prome::cli::CommandLine& command_line) {
  auto config = prome::config::loadConfig(command_line.config_file);
  if (!config) {
    std::string text = prome::cli::errorText(config.error());
    while (text.ends_with('\n')) text.pop_back();
    return prome::fail(prome::ErrorKind::kBadData, text);
  }
  prome::cli::applyFlags(command_line, *config);
  return std::move(*config);
}

int serve(const prome::cli::CommandLine& command_line) {
  const sigset_t signals = controlSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  prome::app::Application application({
      .load = [&] { return load(command_line); },
      .flags = prome::cli::flagValues(command_line),
  });
  if (auto started = application.start(); !started) {
    std::fprintf(stderr, "prome-route: %s\n", started.error().message.c_str());
    return prome::cli::kExitFailure;
  }
  obeySignals(signals, application);
  // A second SIGTERM or SIGINT ends the process at once.
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGHUP, SIG_IGN);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  application.stop();
  prome::telemetry::log(LogLevel::kInfo, "stopped");
  return prome::cli::kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  const auto command_line = prome::cli::parseCommandLine(argc, argv);
  if (!command_line) return finish(command_line.error());
  if (command_line->check_config) return finish(prome::cli::checkConfig(command_line->config_file));
  return serve(*command_line);
}
