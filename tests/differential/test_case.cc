#include "tests/differential/test_case.h"

#include <charconv>

namespace prome::differential {
namespace {

std::string duration(std::int64_t ms) {
  return (ms < 0 ? "-" : "") + std::to_string(ms < 0 ? -ms : ms) + "ms";
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out.append(" ").append(item);
  return out;
}

std::vector<std::string_view> linesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Items parted by blanks, `{{...}}` being one.
std::vector<std::string> itemsOf(std::string_view text) {
  std::vector<std::string> items;
  bool in_histogram = false;
  bool fresh = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "{{") in_histogram = true;
    if (text[i] == ' ' && !in_histogram) {
      fresh = true;
      continue;
    }
    if (fresh) items.emplace_back();
    fresh = false;
    items.back() += text[i];
    if (i > 0 && text.substr(i - 1, 2) == "}}") in_histogram = false;
  }
  return items;
}

std::int64_t milliseconds(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool readEval(std::string_view line, TestCase& test_case) {
  Times& times = test_case.times;
  const auto word = [&line] {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view first = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return first;
  };
  word();
  times.kind = word() == "instant" ? QueryKind::kInstant : QueryKind::kRange;
  word();
  times.start_ms = times.end_ms = milliseconds(word());
  if (times.kind == QueryKind::kRange) {
    word();
    times.end_ms = milliseconds(word());
    word();
    times.step_ms = milliseconds(word());
  }
  test_case.query = line;
  return times.step_ms > 0 && !line.empty();
}

}  // namespace

std::string loadText(const TestCase& test_case) {
  std::string out = "load " + duration(test_case.load_step_ms) + "\n";
  for (const SeriesText& series : test_case.series) {
    if (!series.starts.empty()) out += "  " + series.metric + "@st" + joined(series.starts) + "\n";
    out += "  " + series.metric + joined(series.values) + "\n";
  }
  return out;
}

std::string scriptText(const TestCase& test_case) {
  std::string out;
  if (test_case.name_removal == NameRemoval::kDelayed) out += "# delayed\n";
  if (test_case.dialect == model::Dialect::kPrometheus2) out += "# 2.x\n";
  out += loadText(test_case) + "\n";
  const Times& times = test_case.times;
  if (times.kind == QueryKind::kInstant)
    return out + "eval instant at " + duration(times.start_ms) + " " + test_case.query + "\n";
  return out + "eval range from " + duration(times.start_ms) + " to " + duration(times.end_ms) + " step " +
         duration(times.step_ms) + " " + test_case.query + "\n";
}

std::expected<std::vector<TestCase>, std::string> parseScripts(std::string_view text) {
  std::vector<TestCase> cases;
  TestCase next;
  std::vector<std::string> starts;
  for (const std::string_view line : linesOf(text)) {
    if (line.empty()) continue;
    if (line == "# delayed") {
      next.name_removal = NameRemoval::kDelayed;
    } else if (line == "# 2.x") {
      next.dialect = model::Dialect::kPrometheus2;
    } else if (line.starts_with("#")) {
      continue;
    } else if (line.starts_with("load ")) {
      next.load_step_ms = milliseconds(line.substr(5));
    } else if (line.starts_with("eval ")) {
      if (!readEval(line, next)) return std::unexpected("not an eval: " + std::string(line));
      cases.push_back(std::move(next));
      next = {};
    } else {
      std::vector<std::string> items = itemsOf(line);
      std::string metric = items[0];
      items.erase(items.begin());
      if (metric.ends_with("@st")) {
        starts = std::move(items);
      } else {
        next.series.push_back({std::move(metric), std::move(items), std::move(starts)});
        starts.clear();
      }
    }
  }
  return cases;
}

}  // namespace prome::differential
