#include "config/config.h"

#include <optional>
#include <utility>

#include "config/read_file.h"
#include "config/reader.h"
#include "config/sections.h"
#include "config/yaml_tree.h"

namespace prome::config {
namespace {

Config parseRoot(Mapping& root) {
  Config out;
  out.shard_sets = parseShardSets(root);
  out.http = parseHttp(root.mapping("http"));
  out.client = parseClient(root.mapping("client"));
  out.probe = parseProbe(root.mapping("probe"));
  out.query = parseQuery(root.mapping("query"));
  out.verification = parseVerification(root.mapping("verification"));
  out.log = parseLog(root.mapping("log"));
  root.finish();
  return out;
}

/// An error is one line: whatever a key or value holds, it is shown on that line.
std::string onOneLine(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
  }
  return out;
}

}  // namespace

std::string ConfigError::text() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  return out + ": " + onOneLine(message);
}

std::expected<Config, ConfigErrors> parseConfig(std::string_view yaml, std::string_view file) {
  YamlDocument document = parseYaml(yaml);
  Reader reader(file);
  reader.mistakes(std::move(document.mistakes));
  Config config;
  if (document.readable) {
    if (document.root.kind == NodeKind::kMap) {
      Mapping root(reader, &document.root, "");
      config = parseRoot(root);
    } else {
      reader.mistake(document.root.at, shapeMessage(kMappingShape, document.root));
    }
  }
  ConfigErrors errors = reader.takeErrors();
  if (!errors.empty()) return std::unexpected(std::move(errors));
  config.yaml = emitYaml(document.root);
  return config;
}

std::expected<Config, ConfigErrors> loadConfig(const std::string& file) {
  auto text = readFile(file, kMaxYamlBytes);
  if (!text) return std::unexpected(ConfigErrors{{file, 0, 0, "cannot " + text.error()}});
  return parseConfig(*text, file);
}

std::vector<KeyInfo> knownKeys() {
  std::vector<KeyInfo> out;
  Reader reader("", out);
  Mapping root(reader, nullptr, "");
  parseRoot(root);
  return out;
}

}  // namespace prome::config
