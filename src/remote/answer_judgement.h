// What the head and the first bytes of a shard's answer tell of the rest. Pure.
#pragma once

#include <string_view>

#include "http/message.h"

namespace prome::remote {

inline bool isSuccess(int status) {
  return status >= 200 && status < 300;
}

/// Does the head say that the body is something else than JSON?
inline bool deniesJson(const http::ResponseHead& head) {
  const auto type = head.find(http::FieldName::kContentType).value_or("");
  return !type.empty() && type.find("json") == std::string_view::npos;
}

/// May a Prometheus answer begin so? White space alone may.
inline bool isJsonStart(std::string_view body) {
  const auto at = body.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos || body[at] == '{';
}

}  // namespace prome::remote
