#include "cli/explain.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <chrono>

#include "api/explain.h"
#include "api/times.h"
#include "base/json_reader.h"
#include "cli/check_config.h"
#include "cli/command_line.h"
#include "cli/flag_parsing.h"
#include "cli/local_router.h"
#include "config/config.h"
#include "plan/planner.h"
#include "plan/route.h"
#include "verify/server.h"

namespace prome::cli {
namespace {

constexpr std::string_view kHelp =
    R"(prome-route explain: tells where a query is evaluated, what is sent to which shard, and why. Asks no shard
without --analyze.

Usage:
  prome-route explain [flags] QUERY

Flags:
  -h, --help                        Show this text and exit.
      --config.file=FILE            Configuration file. Default: prome-route.yml
      --time=TIME                   Of an instant query: seconds or RFC 3339. Default: now
      --start=TIME --end=TIME --step=DURATION
                                    Of a range query.
      --exact                       Never merge partial sums, as with the setting of that name.
      --analyze                     Evaluate the query, and tell what came of each shard and node and how long it
                                    took.
      --format=FORMAT               text (default) or json, as /api/v1/explain answers.
)";

struct RawFlags {
  std::string config_file = CommandLine{}.config_file;
  std::string time;
  std::string start;
  std::string end;
  std::string step;
  std::string format;
  bool exact = false;
  bool analyze = false;
  bool help = false;
};

std::unexpected<Exit> badValue(std::string_view flag, const Error& error) {
  return usage(std::string(flag) + ": " + error.message);
}

std::int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::expected<promql::QueryTimes, Exit> timesOf(const RawFlags& raw) {
  const bool range = !raw.start.empty() || !raw.end.empty() || !raw.step.empty();
  if (!range) {
    if (raw.time.empty()) {
      const std::int64_t now = nowMs();
      return promql::QueryTimes{now, now, 0};
    }
    const auto time = api::parseTime(raw.time);
    if (!time) return badValue("--time", time.error());
    return promql::QueryTimes{time->milliseconds(), time->milliseconds(), 0};
  }
  const auto start = api::parseTime(raw.start);
  if (!start) return badValue("--start", start.error());
  const auto end = api::parseTime(raw.end);
  if (!end) return badValue("--end", end.error());
  const auto step = api::parseDuration(raw.step);
  if (!step) return badValue("--step", step.error());
  if (*step < 1'000'000) return usage("--step: expected at least 1ms");
  if (*end < *start) return usage("--end: expected a time that is not before --start");
  return promql::QueryTimes{start->milliseconds(), end->milliseconds(), *step / 1'000'000};
}

}  // namespace

bool isExplainCommand(int argc, const char* const* argv) {
  return argc > 1 && std::string_view(argv[1]) == "explain";
}

std::expected<ExplainFlags, Exit> parseExplainCommand(int argc, const char* const* argv) {
  constexpr std::array<std::string_view, 2> kFormats{"text", "json"};
  CLI::App app("prome-route explain");
  app.set_help_flag();
  app.allow_extras();
  RawFlags raw;
  app.add_option("--config.file", raw.config_file);
  app.add_option("--time", raw.time);
  app.add_option("--start", raw.start);
  app.add_option("--end", raw.end);
  app.add_option("--step", raw.step);
  app.add_option("--format", raw.format);
  app.add_flag("--exact", raw.exact);
  app.add_flag("--analyze", raw.analyze);
  app.add_flag("-h,--help", raw.help);
  if (std::string mistake = emptyValue(argc, argv); !mistake.empty()) return usage(std::move(mistake));
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::Error& error) {
    return usage(parseMistake(app, error));
  }
  if (raw.help) return std::unexpected(Exit{kExitOk, std::string(kHelp), false});
  auto queries = app.remaining();
  std::erase(queries, "--");
  if (queries.size() == 1 && queries[0].starts_with("--")) return usage(unknownArgument(app, queries[0]));
  if (queries.size() != 1) return usage("expected explain QUERY");
  const auto times = timesOf(raw);
  if (!times) return std::unexpected(times.error());
  const auto format = choice(app, "--format", raw.format, kFormats);
  if (!format) return std::unexpected(format.error());
  ExplainFlags out;
  out.config_file = raw.config_file;
  out.query = queries[0];
  out.format = static_cast<ExplainFlags::Format>(*format);
  out.plan.times = *times;
  out.plan.now_ms = nowMs();
  if (raw.exact && raw.analyze)
    return usage("--analyze: cannot be used with --exact, which is for plans alone");
  if (raw.analyze) out.depth = ExplainFlags::Depth::kAnalysis;
  if (raw.exact) out.plan.exactness = plan::Exactness::kExact;
  return out;
}

namespace {

Exit failure(const std::string& message) {
  return {kExitFailure, "prome-route: " + message + "\n", true};
}

/// Asks a router of its own over the shards of the configuration.
Exit analyze(const ExplainFlags& flags) {
  const auto local = LocalRouter::start(flags.config_file);
  if (!local) return failure(local.error().message);
  const promql::QueryTimes& times = flags.plan.times;
  const bool text = flags.format == ExplainFlags::Format::kText;
  verify::Parameters parameters = {
      {"query", flags.query}, {"analyze", "true"}, {"format", text ? "text" : "json"}};
  if (times.step_ms == 0) {
    parameters.emplace_back("time", verify::secondsText(times.start_ms));
  } else {
    parameters.emplace_back("start", verify::secondsText(times.start_ms));
    parameters.emplace_back("end", verify::secondsText(times.end_ms));
    parameters.emplace_back("step", verify::secondsText(times.step_ms));
  }
  const auto reply = verify::Server({.url = (*local)->url(), .proxy = verify::Proxy::kNone})
                         .post("/api/v1/explain", parameters);
  if (!reply) return failure(reply.error().message);
  std::string error;
  std::string data;
  JsonReader json(reply->body);
  json.object([&](const std::string& key) {
    if (key == "error") {
      json.string(error);
    } else if (key == "data" && text) {
      json.string(data);
    } else {
      json.skip();
    }
  });
  if (!json.atEnd()) return failure("the answer is not JSON");
  if (reply->status != 200) return failure(error);
  return {kExitOk, text ? data : reply->body + "\n", false};
}

}  // namespace

Exit explain(const ExplainFlags& flags) {
  if (flags.depth == ExplainFlags::Depth::kAnalysis) return analyze(flags);
  const auto config = config::loadConfig(flags.config_file);
  if (!config) return {kExitFailure, errorText(config.error()), true};
  const topology::ShardMap shards(config->shard_sets);
  const auto query = promql::parse(flags.query);
  if (!query) return {kExitFailure, "prome-route: " + query.error().message() + "\n", true};
  const plan::Route route = plan::routeQuery(*query, shards);
  const auto plan = route.kind == plan::Route::Kind::kPlanned
                        ? plan::buildPlan(*query, shards, flags.plan)
                        : Result<plan::PlanNode>(plan::planOf(route, *query));
  if (!plan) return {kExitFailure, "prome-route: " + plan.error().message + "\n", true};
  if (flags.format == ExplainFlags::Format::kJson) {
    return {kExitOk, api::explainData(*plan, shards, {.query = flags.query}) + "\n", false};
  }
  return {kExitOk, api::explainText(*plan, shards), false};
}

}  // namespace prome::cli
