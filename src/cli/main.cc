// prome-route: reads the command line, starts the router, and obeys signals until it is told to end.
#include <csignal>
#include <cstdio>
#include <string>

#include "app/application.h"
#include "cli/check_config.h"
#include "cli/command_line.h"
#include "cli/explain.h"
#include "cli/test_promql.h"
#include "cli/verify.h"
#include "telemetry/log.h"

namespace {

using prome::telemetry::LogLevel;

int finish(const prome::cli::Exit& exit) {
  std::fputs(exit.text.c_str(), exit.to_stderr ? stderr : stdout);
  return exit.code;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
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
  std::signal(SIGPIPE, SIG_IGN);
  prome::app::Application application({
      .load = [&] { return load(command_line); },
      .flags = prome::cli::flagValues(command_line),
  });
  if (auto started = application.start(); !started) {
    std::fprintf(stderr, "prome-route: %s\n", started.error().message.c_str());
    return prome::cli::kExitFailure;
  }
  application.runWithSignals();
  prome::telemetry::log(LogLevel::kInfo, "stopped");
  return prome::cli::kExitOk;
}

int test(int argc, const char* const* argv) {
  const auto flags = prome::cli::parseTestCommand(argc, argv);
  if (!flags) return finish(flags.error());
  return prome::cli::testPromql(*flags, print);
}

int explain(int argc, const char* const* argv) {
  const auto flags = prome::cli::parseExplainCommand(argc, argv);
  return finish(flags ? prome::cli::explain(*flags) : flags.error());
}

int verify(int argc, const char* const* argv) {
  const auto flags = prome::cli::parseVerifyCommand(argc, argv);
  return finish(flags ? prome::cli::verifyAnswers(*flags, print) : flags.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (prome::cli::isTestCommand(argc, argv)) return test(argc, argv);
  if (prome::cli::isExplainCommand(argc, argv)) return explain(argc, argv);
  if (prome::cli::isVerifyCommand(argc, argv)) return verify(argc, argv);
  const auto command_line = prome::cli::parseCommandLine(argc, argv);
  if (!command_line) return finish(command_line.error());
  if (command_line->check_config) return finish(prome::cli::checkConfig(command_line->config_file));
  return serve(*command_line);
}
