#include "topology/shard.h"

namespace prome::topology {

std::string Endpoint::authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Endpoint::url() const {
  return (scheme == Scheme::kHttps ? "https://" : "http://") + authority() + path_prefix;
}

}  // namespace prome::topology
