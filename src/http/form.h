// Request parameters: urlencoded text and multipart/form-data, as Go's net/http reads them for Prometheus.
//
// Pure functions over texts the caller keeps.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prome::http {

struct Parameter {
  std::string name;
  std::string value;
  std::string_view raw;  // the pair as it came, escaped (`a=b+c`); empty where it did not come urlencoded
};

/// Parameters of a request; more than this many are refused as malformed.
inline constexpr std::size_t kMaxParameters = 10'000;

/// Appends the pairs of `text` (`a=1&b=2`) to `out`. As in Go, a pair with a bad escape or a `;` is skipped;
/// the return value tells what was wrong with the first such pair ("" if nothing), in Go's words.
std::string appendUrlencoded(std::string_view text, std::vector<Parameter>& out);

/// Appends the fields of a multipart/form-data `body` (files are skipped). Returns "" or what was wrong.
std::string appendMultipart(std::string_view content_type, std::string_view body,
                            std::vector<Parameter>& out);

/// Appends `text` escaped for a query string or an urlencoded body (space as `+`).
void appendEscaped(std::string& out, std::string_view text);

}  // namespace prome::http
