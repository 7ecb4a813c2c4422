// label_replace and label_join: they change labels, and look at no sample.
//
// Wrong arguments are found before the vector is evaluated, but only when the call is, as in Prometheus: so
// the error of an expression to the left comes first.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "engine/function_table.h"
#include "model/regex_rewrite.h"

namespace prome::engine {
namespace {

/// 3.x takes any UTF-8 text, 2.x [a-zA-Z_][a-zA-Z0-9_]*.
bool isValidLabelName(std::string_view name, Dialect dialect) {
  if (name.empty()) return false;
  if (dialect == Dialect::kPrometheus3) return isValidUtf8(name);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (!is_letter(name[0])) return false;
  return std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::unexpected<Error> invalidArgument(std::string_view what, std::string_view function,
                                       std::string_view value) {
  return fail(ErrorKind::kExecution,
              "invalid " + std::string(what) + " in " + std::string(function) + "(): " + std::string(value));
}

/// Gives `name` the value `value`. A metric name written is a metric name that stays.
void setLabel(Series& series, std::string_view name, std::string_view value) {
  if (series.labels.get(name) != value) {
    model::LabelsBuilder builder(series.labels);
    builder.set(name, value);
    series.labels = builder.labels();
  }
  if (name == model::kMetricName) series.drop_name = false;
}

class LabelReplace final : public Operator {
 public:
  LabelReplace(const Place& place, const CallSite& site)
      : Operator(place),
        input_(site.take(0)),
        destination_(site.text(1)),
        replacement_(site.text(2)),
        source_(site.text(3)),
        pattern_(site.text(4)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (rewrite_ == nullptr) {
      if (Result<void> checked = check(); !checked) return std::unexpected(std::move(checked.error()));
    }
    Result<bool> more = input_->next(series);
    if (!more || !*more) return more;
    if (const auto value = rewrite_->apply(series.labels.get(source_)))
      setLabel(series, destination_, *value);
    return true;
  }

 private:
  Result<void> check() {
    const Dialect dialect = evaluation().options().dialect;
    rewrite_ = model::RegexRewrite::compile(pattern_, replacement_, dialect);
    if (rewrite_ == nullptr) return invalidArgument("regular expression", "label_replace", pattern_);
    if (!isValidLabelName(destination_, dialect))
      return invalidArgument("destination label name", "label_replace", destination_);
    return {};
  }

  OperatorPtr input_;
  std::string_view destination_;
  std::string_view replacement_;
  std::string_view source_;
  std::string_view pattern_;
  std::unique_ptr<const model::RegexRewrite> rewrite_;  // null until checked
};

class LabelJoin final : public Operator {
 public:
  LabelJoin(const Place& place, const CallSite& site)
      : Operator(place), input_(site.take(0)), destination_(site.text(1)), separator_(site.text(2)) {
    for (std::size_t i = 3; i < site.operands.size(); ++i) sources_.push_back(site.text(i));
  }

 protected:
  Result<bool> produce(Series& series) override {
    if (!std::exchange(checked_, true)) {
      if (Result<void> checked = check(); !checked) return std::unexpected(std::move(checked.error()));
    }
    Result<bool> more = input_->next(series);
    if (!more || !*more) return more;
    std::string joined;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (i > 0) joined += separator_;
      joined += series.labels.get(sources_[i]);
    }
    setLabel(series, destination_, joined);
    return true;
  }

 private:
  Result<void> check() {
    const Dialect dialect = evaluation().options().dialect;
    for (const std::string_view source : sources_) {
      if (!isValidLabelName(source, dialect))
        return invalidArgument("source label name", "label_join", source);
    }
    if (!isValidLabelName(destination_, dialect))
      return invalidArgument("destination label name", "label_join", destination_);
    return {};
  }

  OperatorPtr input_;
  std::string_view destination_;
  std::string_view separator_;
  std::vector<std::string_view> sources_;
  bool checked_ = false;
};

OperatorPtr makeLabelReplace(const CallSite& site) {
  return std::make_unique<LabelReplace>(site.place, site);
}

OperatorPtr makeLabelJoin(const CallSite& site) {
  return std::make_unique<LabelJoin>(site.place, site);
}

constexpr std::array kFunctions{
    FunctionEntry{"label_join", makeLabelJoin},
    FunctionEntry{"label_replace", makeLabelReplace},
};

}  // namespace

std::span<const FunctionEntry> labelFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
