#include "cli/flag_parsing.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "config/suggest.h"

namespace prome::cli {
namespace {

std::vector<std::string> flagNames(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

}  // namespace

std::unexpected<Exit> usage(std::string message) {
  return std::unexpected(
      Exit{kExitUsage, "prome-route: " + std::move(message) + "\nTry prome-route --help.\n", true});
}

std::string unknownArgument(const CLI::App& app, const std::string& argument) {
  if (!argument.starts_with('-')) return "unexpected argument \"" + argument + "\"";
  const std::string name = argument.substr(0, argument.find('='));
  return "unknown flag \"" + name + "\"" + config::didYouMean(name, flagNames(app));
}

std::string emptyValue(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") break;
    if (argument.starts_with("--") && argument.find('=') + 1 == argument.size()) {
      return std::string(argument.substr(0, argument.size() - 1)) + " needs a value";
    }
  }
  return {};
}

std::string parseMistake(const CLI::App& app, const CLI::Error& error) {
  const std::string what = error.what();
  const std::string flag = what.substr(0, what.find(':'));
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ConversionError)) {
    // "Could not convert: --check-config = x": nothing but flags without a value is converted by CLI11.
    const std::size_t begin = what.find("--");
    return what.substr(begin, what.find(' ', begin) - begin) + " takes no value";
  }
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) return what;
  return flag + (app.count(flag) > 1 ? " is given more than once" : " needs a value");
}

std::expected<std::size_t, Exit> choice(const CLI::App& app, const std::string& name,
                                        const std::string& value, std::span<const std::string_view> choices) {
  if (app.count(name) == 0) return 0;
  const auto at = std::ranges::find(choices, value);
  if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
  std::string all;
  for (const std::string_view each : choices) all.append(all.empty() ? "" : ", ").append(each);
  return usage(name + ": expected one of " + all + ", got \"" + value + "\"");
}

}  // namespace prome::cli
