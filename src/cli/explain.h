// prome-route explain QUERY: what the router would do, told without asking any shard.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "cli/exit.h"
#include "plan/plan_options.h"

namespace prome::cli {

struct ExplainFlags {
  enum class Format : std::uint8_t { kText, kJson };

  std::string config_file;
  std::string query;
  Format format = Format::kText;
  plan::PlanOptions plan;  // times as the flags say; without any, an instant query now
  enum class Depth : std::uint8_t { kPlan, kAnalysis } depth = Depth::kPlan;
};

/// Is this `prome-route explain ...`?
bool isExplainCommand(int argc, const char* const* argv);

/// What follows `prome-route explain`; --help and mistakes are an Exit.
std::expected<ExplainFlags, Exit> parseExplainCommand(int argc, const char* const* argv);

/// The plan, as text or as the JSON of /api/v1/explain; or what is wrong with configuration or query.
Exit explain(const ExplainFlags& flags);

}  // namespace prome::cli
