#include "base/error.h"

namespace prome {

std::string_view errorTypeName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kBadData:
      return "bad_data";
    case ErrorKind::kExecution:
      return "execution";
    case ErrorKind::kCanceled:
      return "canceled";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kInternal:
      return "internal";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kNotAcceptable:
      return "not_acceptable";
  }
  return "internal";
}

std::optional<ErrorKind> errorKindNamed(std::string_view name) {
  for (const ErrorKind kind :
       {ErrorKind::kBadData, ErrorKind::kExecution, ErrorKind::kCanceled, ErrorKind::kTimeout,
        ErrorKind::kInternal, ErrorKind::kUnavailable, ErrorKind::kNotFound, ErrorKind::kNotAcceptable}) {
    if (name == errorTypeName(kind)) return kind;
  }
  return std::nullopt;
}

int httpStatus(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kBadData:
      return 400;
    case ErrorKind::kExecution:
      return 422;
    case ErrorKind::kCanceled:
      return 499;
    case ErrorKind::kTimeout:
      return 503;
    case ErrorKind::kInternal:
      return 500;
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kNotAcceptable:
      return 406;
  }
  return 500;
}

}  // namespace prome
