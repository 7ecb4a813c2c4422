// Addresses: where a replica listens, and where we listen. Pure functions; nothing is resolved.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "topology/shard.h"

namespace prome::config {

/// `host`, `host:port`, `[::1]:port`, each with `http://` or `https://` before and a path behind it, or not.
/// Without a port: 9090, or the scheme's own (80, 443) where one is written. The error is a message without
/// position; it never repeats user information.
std::expected<topology::Endpoint, std::string> parseEndpoint(std::string_view text);

/// `host:port`, `:port`, `[::1]:port`; port 0 picks a free one. Returns the text itself.
std::expected<std::string, std::string> parseListenAddress(std::string_view text);

/// A path prefix such as `/prometheus`: the same without a trailing slash, empty for `/`.
std::expected<std::string, std::string> parsePathPrefix(std::string_view text);

}  // namespace prome::config
