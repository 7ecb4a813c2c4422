// What the parsers of the commands share: CLI11 used alike, its mistakes in our words.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "cli/exit.h"

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace prome::cli {

/// The end of a command whose line cannot be understood.
std::unexpected<Exit> usage(std::string message);

/// What to say of an argument that is no flag of ours.
std::string unknownArgument(const CLI::App& app, const std::string& argument);

/// CLI11 takes the next argument for the value of `--flag=`; here that is a mistake. "" if there is none.
std::string emptyValue(int argc, const char* const* argv);

/// What CLI11 found wrong, in our words.
std::string parseMistake(const CLI::App& app, const CLI::Error& error);

/// The value among `choices` that flag `name` says, its first if it is not given.
std::expected<std::size_t, Exit> choice(const CLI::App& app, const std::string& name,
                                        const std::string& value, std::span<const std::string_view> choices);

}  // namespace prome::cli
