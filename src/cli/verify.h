// prome-route verify: asks the router and one Prometheus the same, and tells where they differ.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit.h"
#include "verify/comparison.h"
#include "verify/question_generator.h"

namespace prome::cli {

struct VerifyFlags {
  std::string oracle;  // URL
  std::string router;  // URL; else a router of `config_file` is run
  std::string config_file;
  std::vector<std::string> queries;  // files
  std::uint64_t random = 0;          // how many random questions
  std::uint64_t seed = 1;
  std::uint64_t first = 0;  // number of the first of them
  verify::Span span;
  std::int64_t step_ms = 60'000;
  verify::Language language;
  std::string match = "{__name__!=\"\"}";  // the series random questions are about
  verify::Positions positions = verify::Positions::kCompared;
  std::uint64_t show = 20;  // differences that are printed
};

/// Is this `prome-route verify ...`?
bool isVerifyCommand(int argc, const char* const* argv);

/// What follows `prome-route verify`; --help and mistakes are an Exit.
std::expected<VerifyFlags, Exit> parseVerifyCommand(int argc, const char* const* argv);

/// Asks all questions, gives each difference to `print` as it is found, and last of all the closing line
/// `N compared, M differ (...)`. kExitFailure if anything differs, nothing was compared, or the oracle or the
/// router cannot be used.
Exit verifyAnswers(const VerifyFlags& flags, const std::function<void(std::string_view)>& print);

}  // namespace prome::cli
