// Warnings and infos of an answer, in Prometheus' wording, gathered while it is evaluated.
//
// The same text at several places is one annotation, as in Prometheus: the later position stands. A few kinds
// count what they merge. Not thread-safe: one per evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace prome::model {

enum class Severity : std::uint8_t { kWarning, kInfo };

/// Warnings, and infos, an answer shows; of the rest it tells the number.
inline constexpr std::size_t kMaxShownAnnotations = 10;

/// What histogram_quantile had to mend, over all samples it was mended in.
struct ForcedMonotonicity {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  double min_bucket = 0;
  double max_bucket = 0;
  double max_difference = 0;
};

struct ShownAnnotations {
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

class Annotations {
 public:
  /// Adds `text` without its prefix ("PromQL warning: ") about the byte at `position` of the query.
  void add(Severity severity, std::string text, std::uint32_t position);
  void warn(std::string text, std::uint32_t position) { add(Severity::kWarning, std::move(text), position); }
  void inform(std::string text, std::uint32_t position) { add(Severity::kInfo, std::move(text), position); }

  /// "input to histogram_quantile needed to be fixed for monotonicity (see ...) for metric name ...",
  /// counted.
  void addForcedMonotonicity(std::string_view metric_name, const ForcedMonotonicity& mended,
                             std::uint32_t position);
  /// "start time overlap ... for metric ...", counted.
  void addStartTimeOverlap(std::string_view metric_name, std::uint32_t position);

  bool empty() const { return entries_.empty(); }

  /// All texts with " (line:col)" of `query` at the end, sorted, so that equal evaluations show equal lists;
  /// at most `limit` of each severity, then "N more warning annotations omitted". 0: all of them.
  ShownAnnotations show(std::string_view query, std::size_t limit = kMaxShownAnnotations) const;

 private:
  struct Entry {
    Severity severity = Severity::kWarning;
    std::uint32_t position = 0;
    std::uint64_t count = 1;
    std::optional<ForcedMonotonicity> monotonicity;
    bool counted_overlap = false;
  };

  Entry& entry(Severity severity, std::string text, std::uint32_t position);

  std::unordered_map<std::string, Entry> entries_;  // by prefixed text
};

}  // namespace prome::model
