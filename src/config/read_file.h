// Small files: the configuration, and the secrets and certificates it names.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

namespace prome::config {

/// The whole file, or why not: `open /x: No such file or directory`, or that it is larger than `max_bytes`.
std::expected<std::string, std::string> readFile(const std::string& path, std::size_t max_bytes);

}  // namespace prome::config
