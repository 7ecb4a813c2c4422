#include "verify/learned_vocabulary.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "model/quote.h"

namespace prome::verify {
namespace {

/// Labels that keys are combined of: those that most series have.
constexpr std::size_t kKeyLabels = 5;
/// How often a label that every series has is chosen, beside one that few have.
constexpr std::size_t kEverybodysWeight = 8;
/// Longer values make queries that nobody reads.
constexpr std::size_t kMaxValueBytes = 64;

struct LabelUse {
  std::size_t series = 0;
  std::set<std::string> values;
};

struct Shape {
  std::map<std::string, LabelUse> labels;  // without __name__
  std::set<std::string> floats;
  std::set<std::string> histograms;
  std::size_t series = 0;
};

Shape shapeOf(const Answer& answer) {
  Shape out;
  for (const AnswerSeries& series : answer.series) {
    ++out.series;
    for (const model::Label label : series.labels) {
      if (label.name == model::kMetricName) {
        (series.histograms.empty() ? out.floats : out.histograms).emplace(label.value);
        continue;
      }
      LabelUse& use = out.labels[std::string(label.name)];
      ++use.series;
      if (label.value.size() <= kMaxValueBytes && use.values.size() < kMaxValuesPerLabel) {
        use.values.emplace(label.value);
      }
    }
  }
  return out;
}

std::string escapedForRegex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void addMatchers(const std::string& name, const LabelUse& use, Vocabulary& out) {
  const auto add = [&](std::string_view op, const std::string& value, bool excludes_empty) {
    const std::string matcher = name + std::string(op) + model::quoted(value);
    out.matchers.push_back(matcher);
    if (excludes_empty) out.excluding_matchers.push_back(matcher);
  };
  std::string previous;
  for (const std::string& value : use.values) {
    const std::string escaped = escapedForRegex(value);
    add("=", value, true);
    add("!=", value, false);
    add("=~", previous.empty() ? escaped : previous + "|" + escaped, true);
    add("!~", escaped, false);
    if (value.size() > 1) add("=~", escapedForRegex(value.substr(0, 1)) + ".*", true);
    previous = escaped;
  }
  add("=", "", false);
  add("!=", "", true);
  add("=~", ".+", true);
  add("!~", ".+", false);
  add("=~", ".*", false);
  add("=", "nope", true);
  add("!~", "nope|x", false);
}

/// Names of labels, those first that most series have.
std::vector<std::string> byUse(const Shape& shape) {
  std::vector<std::string> out;
  for (const auto& [name, use] : shape.labels) out.push_back(name);
  std::ranges::stable_sort(out, [&](const std::string& a, const std::string& b) {
    return shape.labels.at(a).series > shape.labels.at(b).series;
  });
  return out;
}

void addLabels(const Shape& shape, Vocabulary& out) {
  const std::vector<std::string> names = byUse(shape);
  std::string everywhere;
  for (const std::string& name : names) {
    const LabelUse& use = shape.labels.at(name);
    const bool everybody = use.series == shape.series;
    if (everybody) everywhere += (everywhere.empty() ? "" : ", ") + name;
    const std::size_t share = kEverybodysWeight * use.series / shape.series;
    for (std::size_t times = std::max<std::size_t>(share, 1); times > 0; --times) {
      addMatchers(name, use, out);
      out.labels.push_back(name);
      out.keys.push_back(name);
    }
    out.info_matchers.push_back(name + "=~\".+\"");
  }
  for (std::size_t i = 0; i < std::min(names.size(), kKeyLabels); ++i) {
    for (std::size_t j = i + 1; j < std::min(names.size(), kKeyLabels); ++j) {
      out.keys.insert(out.keys.end(), 2, names[i] + ", " + names[j]);
    }
  }
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  out.keys.push_back(all);
  out.keys.push_back(everywhere);
  out.keys.emplace_back("");
  out.labels.insert(out.labels.end(), {"__name__", "nope"});
  out.info_matchers.insert(out.info_matchers.end(),
                           {"__name__=\"target_info\"", "__name__=~\".*_info\"", "nope=\"\""});
}

void addMetrics(const Shape& shape, Vocabulary& out) {
  std::string previous;
  for (const auto* names : {&shape.floats, &shape.histograms}) {
    for (const std::string& name : *names) {
      out.metrics.push_back(name);
      out.name_patterns.push_back((previous.empty() ? "" : previous + "|") + name);
      const std::size_t word = name.find('_');
      if (word != std::string::npos) out.name_patterns.push_back(name.substr(0, word) + ".*");
      previous = name;
    }
  }
  out.metrics.emplace_back("missing");
  out.name_patterns.emplace_back("nope.*");
}

void addHistograms(const Shape& shape, Vocabulary& out) {
  for (const std::string& name : shape.floats) {
    if (!name.ends_with("_bucket")) continue;
    out.histograms.insert(out.histograms.end(),
                          {name, "rate(" + name + "[5m])", "sum by (le) (rate(" + name + "[5m]))",
                           "sum by (le, " + out.labels.front() + ") (" + name + ")",
                           "sum without (" + out.labels.front() + ") (increase(" + name + "[10m]))"});
  }
  for (const std::string& name : shape.histograms) {
    out.histogram_metrics.push_back(name);
    out.histograms.insert(
        out.histograms.end(),
        {name, "rate(" + name + "[5m])", "sum(" + name + ")",
         "sum by (" + out.labels.front() + ") (rate(" + name + "[5m]))", "avg(" + name + ")"});
  }
}

}  // namespace

Question shapeQuestion(const std::string& selector, const Span& span) {
  const std::int64_t window_ms = std::max<std::int64_t>(span.end_ms - span.start_ms, 1000);
  return {.query = "last_over_time(" + selector + "[" + std::to_string(window_ms) + "ms])",
          .kind = QuestionKind::kInstant,
          .start_ms = span.end_ms};
}

Result<Vocabulary> learnVocabulary(const Answer& shape, const Span& span) {
  if (shape.isError()) return fail(ErrorKind::kExecution, shape.error_type + ": " + shape.error);
  const Shape found = shapeOf(shape);
  if (found.series == 0) return fail(ErrorKind::kNotFound, "the oracle has no series in that time");
  Vocabulary out;
  addLabels(found, out);
  addMetrics(found, out);
  addHistograms(found, out);
  for (std::int64_t tenth = 1; tenth < 10; ++tenth) {
    out.times.push_back(
        secondsText(span.start_ms + (span.end_ms - span.start_ms) * tenth / 10 + tenth % 2 * 500));
  }
  out.times.insert(out.times.end(), {secondsText(span.start_ms), secondsText(span.end_ms), "0"});
  if (out.excluding_matchers.empty()) out.excluding_matchers.emplace_back("__name__!=\"\"");
  return out;
}

}  // namespace prome::verify
