#include "config/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "config/scalars.h"

namespace prome::config {
namespace {

using Failure = std::unexpected<std::string>;

constexpr std::size_t kMaxHostLength = 253;  // RFC 1035's limit of a name

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

bool isHostChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_';
}

bool isIpv6(std::string_view text) {
  const std::size_t zone = text.find('%');
  if (zone != std::string_view::npos) {
    const std::string_view name = text.substr(zone + 1);
    if (name.empty() || !std::ranges::all_of(name, isHostChar)) return false;
  }
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text.substr(0, zone)).c_str(), &address) == 1;
}

/// A name, or four numbers that are an IPv4 address.
bool isNameOrIpv4(std::string_view text) {
  if (text.empty() || text.size() > kMaxHostLength || !std::ranges::all_of(text, isHostChar)) return false;
  if (text.front() == '.' || text.find("..") != std::string_view::npos) return false;
  const bool numeric = text.find_first_not_of("0123456789.") == std::string_view::npos;
  in_addr address{};
  return !numeric || inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::expected<std::uint16_t, std::string> parsePort(std::string_view text, std::uint16_t least) {
  const auto port = parseNumber(text);
  if (!port || *port < least || *port > std::numeric_limits<std::uint16_t>::max()) {
    return Failure("the port must be a number from " + std::to_string(least) + " to 65535, got " +
                   quoted(text));
  }
  return static_cast<std::uint16_t>(*port);
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`; an empty host is left to the caller.
std::expected<HostPort, std::string> splitHostPort(std::string_view text, std::uint16_t least_port) {
  HostPort out;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return Failure("\"[\" without \"]\" in " + quoted(text));
    out.host = text.substr(1, close - 1);
    if (!isIpv6(out.host)) return Failure(quoted(out.host) + " is not an IPv6 address");
    rest = text.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) {
      return Failure("only a port may follow \"]\" in " + quoted(text));
    }
  } else {
    if (isIpv6(text)) {
      return Failure("an IPv6 address must stand in brackets (and in quotes, for YAML): \"[" +
                     std::string(text) + "]:9090\"");
    }
    const std::size_t colon = text.find(':');
    out.host = text.substr(0, colon);
    if (!out.host.empty() && !isNameOrIpv4(out.host)) {
      return Failure(quoted(out.host) + " is not a host name or IP address");
    }
    if (colon != std::string_view::npos) rest = text.substr(colon);
  }
  out.host = lower(out.host);
  if (rest.empty()) return out;
  const auto port = parsePort(rest.substr(1), least_port);
  if (!port) return Failure(port.error());
  out.port = *port;
  return out;
}

bool isPathChar(char c) {
  constexpr std::string_view kRefused = "\"<>\\^`{|}?#";
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F && kRefused.find(c) == std::string_view::npos;
}

}  // namespace

std::expected<std::string, std::string> parsePathPrefix(std::string_view text) {
  if (text.empty()) return std::string();
  if (!text.starts_with('/')) return Failure("a path must start with \"/\", got " + quoted(text));
  if (!std::ranges::all_of(text, isPathChar)) {
    return Failure("a path holds printable ASCII without spaces, query or fragment, got " + quoted(text));
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

std::expected<topology::Endpoint, std::string> parseEndpoint(std::string_view text) {
  topology::Endpoint endpoint;
  std::string_view rest = text;
  if (const std::size_t scheme_end = text.find("://"); scheme_end != std::string_view::npos) {
    const std::string scheme = lower(text.substr(0, scheme_end));
    if (scheme != "http" && scheme != "https") {
      return Failure("the scheme must be http or https, got " + quoted(text.substr(0, scheme_end)));
    }
    endpoint.scheme = scheme == "https" ? topology::Scheme::kHttps : topology::Scheme::kHttp;
    endpoint.port = scheme == "https" ? 443 : 80;
    rest = text.substr(scheme_end + 3);
  }
  const std::size_t path = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, path);
  if (authority.find('@') != std::string_view::npos) {
    return Failure("an address must not hold a user or password, use basic_auth");
  }
  const auto host_port = splitHostPort(authority, 1);
  if (!host_port) return Failure(host_port.error());
  if (host_port->host.empty()) {
    return Failure("expected an address like 10.0.0.1:9090, got " + quoted(text));
  }
  endpoint.host = host_port->host;
  if (host_port->port) endpoint.port = *host_port->port;
  if (path != std::string_view::npos) {
    const auto prefix = parsePathPrefix(rest.substr(path));
    if (!prefix) return Failure(prefix.error());
    endpoint.path_prefix = *prefix;
  }
  return endpoint;
}

std::expected<std::string, std::string> parseListenAddress(std::string_view text) {
  if (parseNumber(text))
    return Failure("expected an address to listen on, write \":" + std::string(text) + "\"");
  const auto host_port = splitHostPort(text, 0);
  if (!host_port) return Failure(host_port.error());
  if (!host_port->port) {
    return Failure("expected an address to listen on like :9097 or 127.0.0.1:9097, got " + quoted(text));
  }
  return std::string(text);
}

}  // namespace prome::config
