// Any bytes as a configuration: no crash, no exception, and what is accepted reads back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/config.h"
#include "config/yaml_tree.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = prome::config::parseConfig(text, "/nonexistent/fuzz.yml");
  if (!config) {
    if (config.error().empty()) std::abort();
    return 0;
  }
  const prome::config::YamlDocument shown = prome::config::parseYaml(config->yaml);
  if (!shown.mistakes.empty() || prome::config::emitYaml(shown.root) != config->yaml) std::abort();
  return 0;
}
