#include "remote/build_info.h"

#include <charconv>

namespace prome::remote {
namespace {

constexpr Version kOldest{.major = 2, .minor = 0, .patch = 0};

/// A number at the front of `text`, which is removed.
std::optional<std::uint16_t> takeNumber(std::string_view& text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// The same behind a dot.
std::optional<std::uint16_t> takePart(std::string_view& text) {
  if (!text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  return takeNumber(text);
}

}  // namespace

std::optional<Version> parseVersion(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  const auto major = takeNumber(text);
  if (!major) return std::nullopt;
  const auto minor = takePart(text);
  if (!minor) return std::nullopt;
  return Version{.major = *major, .minor = *minor, .patch = takePart(text).value_or(0)};
}

model::Dialect dialectOf(const Version& version) {
  return version.major >= 3 ? model::Dialect::kPrometheus3 : model::Dialect::kPrometheus2;
}

std::optional<Version> releaseOf(const BuildInfo& info) {
  const bool speaks_for_prometheus =
      info.application.empty() || info.application == "Prometheus" || info.application == "prome-route";
  const auto release = speaks_for_prometheus ? parseVersion(info.version) : std::nullopt;
  return release && *release >= kOldest ? release : std::nullopt;
}

}  // namespace prome::remote
