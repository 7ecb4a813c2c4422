// Warnings and infos of an answer, in Prometheus' wording, gathered while it is evaluated.
//
// The same text at several places is one annotation, as in Prometheus: the position stands of the part of the
// query that Prometheus evaluates last, which is the one that contains the other, else the one further right,
// in whatever order they are told here. A few kinds
// count what they merge; of these the first position stands. Not thread-safe: one per evaluation.
// Source of texts and rules: prometheus/util/annotations.
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
  double min_bucket = 0;  // upper bounds
  double max_bucket = 0;
  double max_difference = 0;
};

/// "line:column" of a byte of a query, both from 1 and in bytes.
std::string placeText(std::uint32_t position, std::string_view query);

struct ShownAnnotations {
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

class Annotations {
 public:
  /// Adds `text` without its prefix ("PromQL warning: ") about the bytes from `position` to before `end` of
  /// the query; 0 where the end is not known.
  void add(Severity severity, std::string text, std::uint32_t position, std::uint32_t end = 0);
  void warn(std::string text, std::uint32_t position, std::uint32_t end = 0) {
    add(Severity::kWarning, std::move(text), position, end);
  }
  void inform(std::string text, std::uint32_t position, std::uint32_t end = 0) {
    add(Severity::kInfo, std::move(text), position, end);
  }

  /// "input to histogram_quantile needed to be fixed for monotonicity (see ...) for metric name ..." (without
  /// a name where there is none), of one sample; samples are counted and what was mended in them is merged.
  void addForcedMonotonicity(std::string_view metric_name, const ForcedMonotonicity& mended,
                             std::uint32_t position);
  /// The same of a text that was shown: up to its numbers and without prefix, of `samples` samples.
  void addForcedMonotonicity(std::string_view text, const ForcedMonotonicity& mended, std::uint64_t samples,
                             std::uint32_t position);
  /// "sample has start time that overlaps with previous sample timestamp for metric ...", counted.
  void addStartTimeOverlap(std::string_view metric_name, std::uint32_t position);

  bool empty() const { return entries_.empty(); }

  /// All texts with " (line:col)" of `query` at the end (columns are bytes from 1), sorted, so that equal
  /// evaluations show equal lists; at most `limit` of each severity, then "N more warning annotations
  /// omitted". 0: all of them. Without a query: neither positions nor what was counted.
  ShownAnnotations show(std::string_view query, std::size_t limit = kMaxShownAnnotations) const;

 private:
  enum class Kind : std::uint8_t { kPlain, kForcedMonotonicity, kStartTimeOverlap };

  struct Entry {
    Severity severity = Severity::kWarning;
    Kind kind = Kind::kPlain;
    std::uint32_t position = 0;
    std::uint32_t end = 0;    // of kPlain
    std::uint64_t count = 1;  // of samples, for the counted kinds
    ForcedMonotonicity mended;
  };

  static std::string shown(const std::string& text, const Entry& entry, std::string_view query);

  std::unordered_map<std::string, Entry> entries_;  // by prefixed text
};

}  // namespace prome::model
