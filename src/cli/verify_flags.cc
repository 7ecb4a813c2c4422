#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <charconv>
#include <chrono>

#include "api/times.h"
#include "cli/flag_parsing.h"
#include "cli/verify.h"

namespace prome::cli {
namespace {

constexpr std::string_view kHelp =
    R"help(prome-route verify: asks the router and one Prometheus that holds all the data the same, and compares the answers.

Usage:
  prome-route verify --oracle=URL (--router=URL | --config.file=FILE) [--queries=FILE...] [--random=N] [flags]

Flags:
  -h, --help                        Show this text and exit.
      --oracle=URL                  The one Prometheus: http://127.0.0.1:9090
      --router=URL                  The router. Otherwise one is run in this process:
      --config.file=FILE            with this configuration, on a free port of 127.0.0.1.
      --queries=FILE                Queries, one a line; lines that begin with # are none. May be given several times.
                                    Each is asked at three instants and over two ranges within the time below.
      --random=N                    N random queries about the series the oracle has, at random times.
      --seed=S                      Which ones: number N of seed S is always the same. Default: 1
      --first=N                     The number of the first of them, to repeat one: --first=N --random=1. Default: 0
      --match=SELECTOR              The series that random queries are about. Default: {__name__!=""}
      --start=TIME --end=TIME       Where the data lie: seconds or RFC 3339. Default: the last hour
      --step=DURATION               Of the ranges that --queries are asked over. Default: 60s
      --dialect=DIALECT             3.x (default) or 2.x: whose PromQL random queries are written in.
      --experimental                Random queries use what needs feature flags, too.
      --ignore-positions            Do not compare where warnings and infos say they are from: (1:23).
      --show=N                      Differences to print. Default: 20

The router's header X-Prome-Route-Grade tells how to compare: values as they are written (exact), or within 1e-9
(rounding). What one Prometheus leaves open itself is no difference: the order of an instant query's series, the
last digits of sums over series, which of tied series topk keeps, and whatever the oracle does not answer the same when it is asked again.

The last line is "N compared, M differ (...)"; the exit code is 1 if anything differs.
)help";

struct RawFlags {
  VerifyFlags flags;
  std::string random;
  std::string seed;
  std::string first;
  std::string show;
  std::string start;
  std::string end;
  std::string step;
  std::string dialect;
  bool experimental = false;
  bool ignore_positions = false;
  bool help = false;
};

void addFlags(CLI::App& app, RawFlags& raw) {
  app.add_option("--oracle", raw.flags.oracle);
  app.add_option("--router", raw.flags.router);
  app.add_option("--config.file", raw.flags.config_file);
  app.add_option("--queries", raw.flags.queries)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--random", raw.random);
  app.add_option("--seed", raw.seed);
  app.add_option("--first", raw.first);
  app.add_option("--match", raw.flags.match);
  app.add_option("--start", raw.start);
  app.add_option("--end", raw.end);
  app.add_option("--step", raw.step);
  app.add_option("--dialect", raw.dialect);
  app.add_option("--show", raw.show);
  app.add_flag("--experimental", raw.experimental);
  app.add_flag("--ignore-positions", raw.ignore_positions);
  app.add_flag("-h,--help", raw.help);
}

/// Puts a flag's whole number into `out`, if it is given.
std::expected<void, Exit> number(std::string_view flag, const std::string& text, std::uint64_t& out) {
  if (text.empty()) return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return usage(std::string(flag) + ": expected a whole number, got \"" + text + "\"");
}

std::expected<void, Exit> numbers(const RawFlags& raw, VerifyFlags& out) {
  if (auto ok = number("--random", raw.random, out.random); !ok) return ok;
  if (auto ok = number("--seed", raw.seed, out.seed); !ok) return ok;
  if (auto ok = number("--first", raw.first, out.first); !ok) return ok;
  return number("--show", raw.show, out.show);
}

std::expected<void, Exit> times(const RawFlags& raw, VerifyFlags& out) {
  constexpr std::int64_t kHour = 3'600'000;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  out.span.end_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  if (!raw.end.empty()) {
    const auto end = api::parseTime(raw.end);
    if (!end) return usage("--end: " + end.error().message);
    out.span.end_ms = end->milliseconds();
  }
  out.span.start_ms = out.span.end_ms - kHour;
  if (!raw.start.empty()) {
    const auto start = api::parseTime(raw.start);
    if (!start) return usage("--start: " + start.error().message);
    out.span.start_ms = start->milliseconds();
  }
  if (out.span.end_ms <= out.span.start_ms) return usage("--end: expected a time after --start");
  if (raw.step.empty()) return {};
  const auto step = api::parseDuration(raw.step);
  if (!step) return usage("--step: " + step.error().message);
  out.step_ms = *step / 1'000'000;
  if (out.step_ms < 1) return usage("--step: expected at least 1ms");
  return {};
}

std::expected<VerifyFlags, Exit> convert(RawFlags raw, const CLI::App& app) {
  constexpr std::array<std::string_view, 2> kDialects{"3.x", "2.x"};
  VerifyFlags out = std::move(raw.flags);
  if (out.oracle.empty()) return usage("--oracle needs a value");
  if (out.router.empty() == out.config_file.empty()) return usage("expected --router or --config.file");
  if (auto ok = numbers(raw, out); !ok) return std::unexpected(ok.error());
  if (auto ok = times(raw, out); !ok) return std::unexpected(ok.error());
  const auto dialect = choice(app, "--dialect", raw.dialect, kDialects);
  if (!dialect) return std::unexpected(dialect.error());
  if (*dialect == 1) out.language.dialect = model::Dialect::kPrometheus2;
  if (raw.experimental) out.language.experimental = verify::Experimental::kAll;
  if (raw.ignore_positions) out.positions = verify::Positions::kIgnored;
  if (out.queries.empty() && out.random == 0) return usage("expected --queries or --random");
  return out;
}

}  // namespace

bool isVerifyCommand(int argc, const char* const* argv) {
  return argc > 1 && std::string_view(argv[1]) == "verify";
}

std::expected<VerifyFlags, Exit> parseVerifyCommand(int argc, const char* const* argv) {
  CLI::App app("prome-route verify");
  app.set_help_flag();
  app.allow_extras();
  RawFlags raw;
  addFlags(app, raw);
  if (std::string mistake = emptyValue(argc, argv); !mistake.empty()) return usage(std::move(mistake));
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::Error& error) {
    return usage(parseMistake(app, error));
  }
  if (raw.help) return std::unexpected(Exit{kExitOk, std::string(kHelp), false});
  auto extras = app.remaining();
  std::erase(extras, "--");
  if (!extras.empty()) return usage(unknownArgument(app, extras.front()));
  return convert(std::move(raw), app);
}

}  // namespace prome::cli
