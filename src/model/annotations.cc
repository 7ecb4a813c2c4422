#include "model/annotations.h"

#include <algorithm>
#include <utility>

#include "base/number_format.h"
#include "model/quote.h"

namespace prome::model {
namespace {

std::string prefixed(Severity severity, std::string_view text) {
  std::string out = severity == Severity::kWarning ? "PromQL warning: " : "PromQL info: ";
  return out += text;
}

std::string general(double value) {
  std::string out;
  appendGeneral(out, value);
  return out;
}

void appendPadded(std::string& out, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number < 0 ? -number : number);
  if (number < 0) out += '-';
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

/// RFC 3339 in UTC, in whole seconds. The proleptic Gregorian calendar, in eras of 400 years that begin on
/// March 1st, for the standard library's years end at 32767.
std::string utcTime(std::int64_t time_ms) {
  constexpr std::int64_t kDaySeconds = 86400;
  constexpr std::int64_t kEraDays = 146097;
  constexpr std::int64_t kDaysToEpoch = 719468;  // from 0000-03-01
  const std::int64_t seconds = time_ms / 1000;
  const std::int64_t day_second = ((seconds % kDaySeconds) + kDaySeconds) % kDaySeconds;
  const std::int64_t days = (seconds - day_second) / kDaySeconds + kDaysToEpoch;
  const std::int64_t era_day = ((days % kEraDays) + kEraDays) % kEraDays;
  const std::int64_t era = (days - era_day) / kEraDays;
  const std::int64_t era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
  const std::int64_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
  const std::int64_t shifted_month = (5 * year_day + 2) / 153;  // 0 is March
  const std::int64_t day = year_day - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;

  std::string out;
  appendPadded(out, era * 400 + era_year + (month <= 2 ? 1 : 0), 4);
  out += '-';
  appendPadded(out, month, 2);
  out += '-';
  appendPadded(out, day, 2);
  out += 'T';
  appendPadded(out, day_second / 3600, 2);
  out += ':';
  appendPadded(out, day_second / 60 % 60, 2);
  out += ':';
  appendPadded(out, day_second % 60, 2);
  return out += 'Z';
}

std::string mendedText(const ForcedMonotonicity& mended, std::uint64_t samples) {
  constexpr int kDifferenceDigits = 2;
  std::string out = ", from buckets " + general(mended.min_bucket) + " to " + general(mended.max_bucket) +
                    ", with a max diff of ";
  appendGeneral(out, mended.max_difference, kDifferenceDigits);
  return out + ", over " + std::to_string(samples) + " samples from " + utcTime(mended.first_ms) + " to " +
         utcTime(mended.last_ms);
}

/// Comparisons as Prometheus has them: NaN neither takes nor gives way.
void merge(ForcedMonotonicity& into, const ForcedMonotonicity& other) {
  into.first_ms = std::min(into.first_ms, other.first_ms);
  into.last_ms = std::max(into.last_ms, other.last_ms);
  if (other.min_bucket < into.min_bucket) into.min_bucket = other.min_bucket;
  if (other.max_bucket > into.max_bucket) into.max_bucket = other.max_bucket;
  if (other.max_difference > into.max_difference) into.max_difference = other.max_difference;
}

void sortAndCut(std::vector<std::string>& texts, std::size_t limit, std::string_view what) {
  std::ranges::sort(texts);
  if (limit == 0 || texts.size() <= limit) return;
  const std::size_t omitted = texts.size() - limit;
  texts.resize(limit);
  texts.push_back(std::to_string(omitted) + " more " + std::string(what) + " annotations omitted");
}

}  // namespace

std::string placeText(std::uint32_t position, std::string_view query) {
  if (position > query.size()) return "invalid position";
  const std::string_view before = query.substr(0, position);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return std::to_string(line) + ':' + std::to_string(position - line_begin + 1);
}

void Annotations::add(Severity severity, std::string text, std::uint32_t position, std::uint32_t end) {
  end = std::max(position, end);
  const auto [known, is_new] = entries_.try_emplace(prefixed(severity, text));
  Entry& entry = known->second;
  const bool contains = position <= entry.position && entry.end <= end;
  if (!is_new && !contains && position < entry.end) return;
  entry = {.severity = severity, .position = position, .end = end, .mended = {}};
}

void Annotations::addForcedMonotonicity(std::string_view metric_name, const ForcedMonotonicity& mended,
                                        std::uint32_t position) {
  std::string text =
      "input to histogram_quantile needed to be fixed for monotonicity (see "
      "https://prometheus.io/docs/prometheus/latest/querying/functions/"
      "#histogram_quantile)";
  if (!metric_name.empty()) text += " for metric name " + quoted(metric_name);
  addForcedMonotonicity(text, mended, 1, position);
}

void Annotations::addForcedMonotonicity(std::string_view text, const ForcedMonotonicity& mended,
                                        std::uint64_t samples, std::uint32_t position) {
  const auto [entry, is_new] =
      entries_.try_emplace(prefixed(Severity::kInfo, text), Entry{.severity = Severity::kInfo,
                                                                  .kind = Kind::kForcedMonotonicity,
                                                                  .position = position,
                                                                  .count = samples,
                                                                  .mended = mended});
  if (is_new) return;
  entry->second.count += samples;
  merge(entry->second.mended, mended);
}

void Annotations::addStartTimeOverlap(std::string_view metric_name, std::uint32_t position) {
  const auto [entry, is_new] = entries_.try_emplace(
      prefixed(Severity::kWarning,
               "sample has start time that overlaps with previous sample timestamp for metric " +
                   quoted(metric_name)),
      Entry{.severity = Severity::kWarning,
            .kind = Kind::kStartTimeOverlap,
            .position = position,
            .mended = {}});
  if (!is_new) ++entry->second.count;
}

std::string Annotations::shown(const std::string& text, const Entry& entry, std::string_view query) {
  if (query.empty()) return text;
  std::string out = text;
  switch (entry.kind) {
    case Kind::kPlain:
      break;
    case Kind::kForcedMonotonicity:
      out += mendedText(entry.mended, entry.count);
      break;
    case Kind::kStartTimeOverlap:
      if (entry.count > 1) out += " (" + std::to_string(entry.count) + " occurrences)";
      break;
  }
  return out + " (" + placeText(entry.position, query) + ")";
}

ShownAnnotations Annotations::show(std::string_view query, std::size_t limit) const {
  ShownAnnotations out;
  for (const auto& [text, entry] : entries_) {
    (entry.severity == Severity::kWarning ? out.warnings : out.infos).push_back(shown(text, entry, query));
  }
  sortAndCut(out.warnings, limit, "warning");
  sortAndCut(out.infos, limit, "info");
  return out;
}

}  // namespace prome::model
