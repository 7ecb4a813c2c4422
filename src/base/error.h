// Error and Result: how every operating error travels.
//
// An Error's kind is Prometheus' own errorType, so that an error met anywhere below the API reaches the
// client with the type and HTTP status one Prometheus would have used. Values are immutable and thread-safe
// to share.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace prome {

enum class ErrorKind : std::uint8_t {
  kBadData,
  kExecution,
  kCanceled,
  kTimeout,
  kInternal,
  kUnavailable,
  kNotFound,
  kNotAcceptable,
};

/// The `errorType` text of Prometheus' JSON envelope, e.g. "bad_data".
std::string_view errorTypeName(ErrorKind kind);

/// The kind whose errorType `name` is, if there is one.
std::optional<ErrorKind> errorKindNamed(std::string_view name);

/// The HTTP status that goes with `kind`: bad_data 400, execution 422, canceled 499, timeout 503, internal
/// 500, unavailable 503, not_found 404, not_acceptable 406.
int httpStatus(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for returning an error from a function with a Result.
inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

}  // namespace prome
