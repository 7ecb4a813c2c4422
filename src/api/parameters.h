// The parameters of one API request, in the order and with the precedence of Go's net/http, which Prometheus'
// clients rely on: an urlencoded body beats the URL, a multipart body loses to it, repeated values keep their
// order.
//
// A value; owns its texts. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/exchange.h"
#include "http/form.h"

namespace prome::api {

/// Which bodies an endpoint reads. Prometheus' /series does not see multipart bodies.
enum class BodyForms : std::uint8_t { kAll, kUrlencodedOnly };

class Parameters {
 public:
  /// Reads URL and body. What cannot be read is left out; problem() tells.
  Parameters(const http::Exchange& exchange, BodyForms forms);

  /// The first value of `name`, "" if there is none.
  std::string_view get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  std::span<const http::Parameter> list() const { return list_; }
  /// What Go's ParseForm would have reported, "" if nothing.
  const std::string& problem() const { return problem_; }

 private:
  std::vector<http::Parameter> list_;
  std::string problem_;
};

}  // namespace prome::api
