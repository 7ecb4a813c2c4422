#include "promqltest/runner.h"

#include <utility>

#include "promqltest/custom_histograms.h"
#include "promqltest/evaluation_run.h"
#include "promqltest/memory_storage.h"

namespace prome::promqltest {
namespace {

Result<void> loadSeries(const LoadedSeries& loaded, std::int64_t step_ms, MemoryStorage& storage) {
  for (std::size_t i = 0; i < loaded.series.values.size(); ++i) {
    const ScriptValue& value = loaded.series.values[i];
    const std::int64_t time_ms = static_cast<std::int64_t>(i) * step_ms;
    std::int64_t start_ms = 0;
    if (i < loaded.starts_ms.size() && loaded.starts_ms[i]) start_ms = time_ms + *loaded.starts_ms[i];
    Result<void> appended;
    if (const auto* const number = std::get_if<double>(&value.value)) {
      appended = storage.append(loaded.series.labels, time_ms, *number, start_ms);
    } else if (const auto* const histogram = std::get_if<model::HistogramPtr>(&value.value)) {
      appended = storage.append(loaded.series.labels, time_ms, **histogram, start_ms);
    }
    if (!appended) return appended;
  }
  return {};
}

/// Executes one script's commands in order.
class ScriptRun {
 public:
  ScriptRun(const engine::Engine& engine, FileReport& report)
      : engine_(engine), report_(report), storage_(engine.options().dialect) {}

  void execute(const LoadCommand& load) {
    if (lost_) return;
    for (const LoadedSeries& loaded : load.series) {
      if (auto appended = loadSeries(loaded, load.step_ms, storage_); !appended) {
        return lose(loaded.line, appended.error().message);
      }
    }
    if (load.custom_histograms == CustomHistograms::kNone) return;
    auto converted = convertClassicHistograms(load);
    if (!converted) return lose(load.line, converted.error().message);
    for (ConvertedSample& sample : *converted) {
      auto appended = storage_.append(sample.labels, sample.time_ms, std::move(sample.histogram));
      if (!appended) return lose(load.line, appended.error().message);
    }
  }

  void execute(const ClearCommand&) {
    storage_.clear();
    lost_ = false;
  }

  void execute(const EvalCommand& eval) {
    ++report_.evaluations;
    std::string wrong = lost_ ? "  not run: a load failed\n" : runEval(eval, engine_, storage_);
    if (wrong.empty()) {
      ++report_.passed;
      return;
    }
    report_.failures.push_back({.line = eval.line, .text = eval.command + "\n" + std::move(wrong)});
  }

 private:
  void lose(std::size_t line, const std::string& message) {
    lost_ = true;
    report_.failures.push_back({.line = line, .text = "load failed: " + message + "\n"});
  }

  const engine::Engine& engine_;
  FileReport& report_;
  MemoryStorage storage_;
  bool lost_ = false;  // a load failed: what is in the storage is not what the script means
};

}  // namespace

engine::EngineOptions scriptEngineOptions() {
  engine::EngineOptions options;
  options.name_removal = engine::NameRemoval::kDelayed;
  options.start_timestamps = engine::StartTimestamps::kUsed;
  options.max_samples = kMaxSamples;
  return options;
}

FileReport Runner::run(std::string_view script) const {
  FileReport report;
  const auto parsed = parseScript(script);
  if (!parsed) {
    const ScriptError& error = parsed.error();
    report.failures.push_back({.line = error.line, .column = error.column, .text = error.message + "\n"});
    return report;
  }
  ScriptRun run(engine_, report);
  for (const Command& command : parsed->commands) {
    std::visit([&](const auto& each) { run.execute(each); }, command);
  }
  return report;
}

std::string describe(const FileReport& report, std::string_view name) {
  std::string out;
  for (const Failure& failure : report.failures) {
    out.append(name).append(":").append(std::to_string(failure.line)).append(":");
    if (failure.column > 0) out.append(std::to_string(failure.column)).append(":");
    out.append(" ").append(failure.text);
  }
  out.append(name).append(": ").append(std::to_string(report.evaluations)).append(" evaluations, ");
  out.append(std::to_string(report.failures.size())).append(" failed\n");
  return out;
}

}  // namespace prome::promqltest
