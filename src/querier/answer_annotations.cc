#include "querier/answer_annotations.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace prome::querier {
namespace {

constexpr std::string_view kWarningPrefix = "PromQL warning: ";
constexpr std::string_view kInfoPrefix = "PromQL info: ";

/// ` (line:column)` at the end of a text, both from 1.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::size_t at = 0;  // where it begins
};

std::optional<Place> placeIn(std::string_view text) {
  const auto open = text.rfind(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
  Place place;
  place.at = open;
  const char* const end = text.data() + text.size() - 1;
  const auto line = std::from_chars(text.data() + open + 2, end, place.line);
  if (line.ec != std::errc() || line.ptr == end || *line.ptr != ':') return std::nullopt;
  const auto column = std::from_chars(line.ptr + 1, end, place.column);
  if (column.ec != std::errc() || column.ptr != end || place.line == 0 || place.column == 0)
    return std::nullopt;
  return place;
}

/// The byte that `place` is in `text`.
std::uint32_t positionOf(const Place& place, std::string_view text) {
  std::size_t begin = 0;
  for (std::uint32_t line = 1; line < place.line; ++line) {
    const auto end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  return static_cast<std::uint32_t>(begin) + place.column - 1;
}

/// What histogram_quantile says it mended, at the end of its info.
struct Mended {
  model::ForcedMonotonicity mended;
  std::uint64_t samples = 0;
  std::size_t at = 0;  // where it begins
};

std::int64_t utcMs(const std::array<int, 6>& time) {
  using namespace std::chrono;
  const sys_days day = year(time[0]) / month(static_cast<unsigned>(time[1])) /
                       std::chrono::day(static_cast<unsigned>(time[2]));
  const auto at = day + hours(time[3]) + minutes(time[4]) + seconds(time[5]);
  return duration_cast<milliseconds>(at.time_since_epoch()).count();
}

std::optional<Mended> mendedIn(std::string_view text) {
  Mended out;
  out.at = text.find(", from buckets ");
  if (out.at == std::string_view::npos || text.find("fixed for monotonicity") == std::string_view::npos)
    return std::nullopt;
  std::array<int, 6> first{};
  std::array<int, 6> last{};
  unsigned long long samples = 0;
  const std::string numbers(text.substr(out.at));
  const int read = std::sscanf(
      numbers.c_str(),
      ", from buckets %lf to %lf, with a max diff of %lf, over %llu samples from %d-%d-%dT%d:%d:%dZ to "
      "%d-%d-%dT%d:%d:%dZ",
      &out.mended.min_bucket, &out.mended.max_bucket, &out.mended.max_difference, &samples, &first[0],
      &first[1], &first[2], &first[3], &first[4], &first[5], &last[0], &last[1], &last[2], &last[3], &last[4],
      &last[5]);
  if (read != 16) return std::nullopt;
  out.mended.first_ms = utcMs(first);
  out.mended.last_ms = utcMs(last);
  out.samples = samples;
  return out;
}

constexpr std::string_view kOmittedWarnings = " more warning annotations omitted";
constexpr std::string_view kOmittedInfos = " more info annotations omitted";

/// N of `N more warning annotations omitted`, 0 of another text.
std::uint64_t omittedIn(std::string_view text, std::string_view what) {
  if (!text.ends_with(what)) return 0;
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size() - what.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? number : 0;
}

/// Puts `others` behind what is shown, and says that `omitted` more were left out.
void append(std::vector<std::string>& shown, const std::set<std::string>& others, std::uint64_t omitted,
            std::string_view what) {
  if (!shown.empty()) {
    if (const std::uint64_t own = omittedIn(shown.back(), what); own > 0) {
      omitted += own;
      shown.pop_back();
    }
  }
  shown.insert(shown.end(), others.begin(), others.end());
  if (omitted > 0) shown.push_back(std::to_string(omitted).append(what));
}

}  // namespace

model::ShownAnnotations AnswerAnnotations::show(const model::Annotations& annotations,
                                                std::string_view query) const {
  model::ShownAnnotations shown = annotations.show(query);
  append(shown.warnings, other_warnings_, omitted_warnings_, kOmittedWarnings);
  append(shown.infos, other_infos_, omitted_infos_, kOmittedInfos);
  return shown;
}

void AnswerAnnotations::add(const ShardAnnotation& said, model::Annotations& annotations) {
  const bool warning = said.severity == model::Severity::kWarning;
  const std::string_view prefix = warning ? kWarningPrefix : kInfoPrefix;
  const std::string_view text = said.text;
  const auto place = placeIn(text);
  const std::uint64_t omitted = omittedIn(text, warning ? kOmittedWarnings : kOmittedInfos);
  if (omitted > 0) {
    (warning ? omitted_warnings_ : omitted_infos_) += omitted;
    return;
  }
  if (!text.starts_with(prefix) || !place) {
    (warning ? other_warnings_ : other_infos_).insert(said.text);
    return;
  }
  const std::uint32_t position = said.piece->original(positionOf(*place, said.piece->text));
  const std::string_view about = text.substr(prefix.size(), place->at - prefix.size());
  if (const auto mended = mendedIn(about); mended && !warning) {
    annotations.addForcedMonotonicity(about.substr(0, mended->at), mended->mended, mended->samples, position);
  } else {
    annotations.add(said.severity, std::string(about), position);
  }
}

std::optional<OperationNote> operationNote(const ShardAnnotation& said) {
  const std::string_view text = said.text;
  const auto prefix = said.severity == model::Severity::kWarning ? kWarningPrefix : kInfoPrefix;
  const auto place = placeIn(text);
  if (!text.starts_with(prefix) || !place) return std::nullopt;
  const std::string_view about = text.substr(prefix.size(), place->at - prefix.size());
  const bool of_operation = about.find("encountered for binary operator") != std::string_view::npos ||
                            about.ends_with(" addition") || about.ends_with(" subtraction");
  if (!of_operation) return std::nullopt;
  return OperationNote{said.piece->original(positionOf(*place, said.piece->text)), std::string(about)};
}

bool warnsOfHistograms(const ShardAnnotation& said) {
  return said.severity == model::Severity::kWarning && said.text.starts_with(kWarningPrefix) &&
         said.text.find("histogram") != std::string::npos;
}

}  // namespace prome::querier
