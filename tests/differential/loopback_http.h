// One HTTP request to a server on this machine, waiting for the answer. No state, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace prome::differential {

/// A port of 127.0.0.1 that nobody listened on a moment ago.
std::uint16_t freePort();

struct HttpAnswer {
  int status = 0;
  std::string body = {};
};

/// POSTs `body` to 127.0.0.1:`port` over a connection of its own. Nothing where there is no answer.
std::optional<HttpAnswer> post(std::uint16_t port, const std::string& path, const std::string& headers,
                               const std::string& body);

}  // namespace prome::differential
