#include <algorithm>
#include <array>

#include "config/base64.h"
#include "config/limits.h"
#include "config/sections.h"

// The words are Prometheus' own (basic_auth, authorization, bearer_token, tls_config, http_headers), and so
// are the rules: one way to authorize, one place for each secret, no header that the client sets itself.
// Secrets are read here, once a load, so that a missing file is a mistake in the configuration and not one of
// the first query.

namespace prome::config {
namespace {

constexpr Wanted kFileName{.type = "file", .expected = "a file name"};
constexpr Wanted kSecretText{.type = "secret", .expected = "text", .secrecy = Secrecy::kSecret};

/// Headers that the client writes itself, or that mean something between two hops only.
constexpr std::array<std::string_view, 21> kReservedHeaders{"accept-encoding",
                                                            "authorization",
                                                            "connection",
                                                            "content-encoding",
                                                            "content-length",
                                                            "content-type",
                                                            "expect",
                                                            "host",
                                                            "http2-settings",
                                                            "keep-alive",
                                                            "proxy-authenticate",
                                                            "proxy-authorization",
                                                            "proxy-connection",
                                                            "te",
                                                            "trailer",
                                                            "transfer-encoding",
                                                            "upgrade",
                                                            "user-agent",
                                                            "via",
                                                            "www-authenticate",
                                                            "content-range"};

char lowerChar(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lowerChar);
  return out;
}

/// RFC 9110's `token`.
bool isToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    const char l = lowerChar(c);
    return (c >= '0' && c <= '9') || (l >= 'a' && l <= 'z') || kMarks.find(c) != std::string_view::npos;
  });
}

/// Whether a header that is called so most likely carries a secret.
bool soundsSecret(std::string_view name) {
  constexpr std::array<std::string_view, 8> kWords{"auth",  "token",  "key",     "secret",
                                                   "passw", "cookie", "session", "credential"};
  const std::string lowered = lower(name);
  return std::ranges::any_of(kWords,
                             [&](std::string_view word) { return lowered.find(word) != lowered.npos; });
}

/// A value fit for a header: no control characters, not too long. What it says is never repeated.
bool checkHeaderValue(Reader& reader, Position at, std::string_view value, std::string_view what) {
  const bool bad = std::ranges::any_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
  if (bad) {
    reader.mistake(at, std::string(what) + " must not hold line breaks or control characters");
  } else if (value.size() > kMaxSecretBytes) {
    reader.mistake(
        at, std::string(what) + " must not be longer than " + std::to_string(kMaxSecretBytes) + " bytes");
  } else {
    return true;
  }
  return false;
}

/// The content of a secret's file without its last line break.
std::optional<Text> readSecretFile(Reader& reader, const Text& name) {
  auto content = reader.fileContent(name, kMaxSecretBytes);
  if (!content) return std::nullopt;
  if (content->ends_with('\n')) content->pop_back();
  if (content->ends_with('\r')) content->pop_back();
  return Text{std::move(*content), name.at};
}

/// `key` or `key_file`, not both; nothing where neither is given or the one that is given is a mistake.
std::optional<Text> readTextOrFile(Mapping& section, std::string_view key, const Wanted& wanted) {
  const std::string file_key = std::string(key) + "_file";
  auto direct = section.text(key, wanted);
  const auto file = section.text(file_key, kFileName);
  if (section.has(key) && section.has(file_key)) {
    section.reader().mistake(section.keyAt(file_key),
                             "\"" + std::string(key) + "\" and \"" + file_key + "\" exclude each other");
    return std::nullopt;
  }
  if (file) direct = readSecretFile(section.reader(), *file);
  if (!direct || !checkHeaderValue(section.reader(), direct->at, direct->value, key)) return std::nullopt;
  return direct;
}

std::string parseBasicAuth(Mapping section) {
  const auto username = readTextOrFile(section, "username", {});
  const auto password = readTextOrFile(section, "password", kSecretText);
  section.finish();
  if (!section.present()) return {};
  if (!section.has("username") && !section.has("username_file")) {
    section.reader().mistake(section.at(), "basic_auth needs \"username\" or \"username_file\"");
  }
  if (username && username->value.find(':') != std::string::npos) {
    section.reader().mistake(username->at, "a user name must not hold \":\"");
  }
  if (!username) return {};
  return "Basic " + base64Encode(username->value + ":" + (password ? password->value : std::string()));
}

std::string parseAuthorization(Mapping section) {
  const auto type = section.text("type", {.default_text = "Bearer"});
  const auto credentials = readTextOrFile(section, "credentials", kSecretText);
  section.finish();
  if (!section.present()) return {};
  Reader& reader = section.reader();
  if (type && lower(type->value) == "basic") {
    reader.mistake(type->at, "the type must not be \"basic\", use basic_auth");
  } else if (type && !isToken(type->value)) {
    reader.mistake(type->at, "the type must be a word like Bearer");
  }
  if (!section.has("credentials") && !section.has("credentials_file")) {
    reader.mistake(section.at(), "authorization needs \"credentials\" or \"credentials_file\"");
  }
  if (!credentials) return {};
  return (type ? type->value : "Bearer") + " " + credentials->value;
}

/// The keys that say who a request comes from. Any of them replaces all of the level above.
std::optional<Credentials> parseCredentials(Mapping& level) {
  Credentials out;
  const std::string basic = parseBasicAuth(level.mapping("basic_auth"));
  const std::string authorization = parseAuthorization(level.mapping("authorization"));
  const auto bearer = readTextOrFile(level, "bearer_token", kSecretText);
  level.boolean("forward_authorization", out.forward_authorization);
  constexpr std::array<std::string_view, 4> kWays{"basic_auth", "authorization", "bearer_token",
                                                  "bearer_token_file"};
  std::vector<std::string_view> given;
  std::ranges::copy_if(kWays, std::back_inserter(given),
                       [&](std::string_view key) { return level.has(key); });
  if (out.forward_authorization) given.emplace_back("forward_authorization");
  // bearer_token and bearer_token_file together have been told already.
  const bool told = given.size() == 2 && given[0] == "bearer_token" && given[1] == "bearer_token_file";
  if (given.size() > 1 && !told) {
    level.reader().mistake(level.keyAt(given[1]), "\"" + std::string(given[0]) + "\" and \"" +
                                                      std::string(given[1]) + "\" exclude each other");
  }
  if (given.empty() && !level.has("forward_authorization")) return std::nullopt;
  out.authorization = !basic.empty() ? basic : authorization;
  if (bearer) out.authorization = "Bearer " + bearer->value;
  return out;
}

void checkPemFile(Reader& reader, const std::optional<Text>& name, std::string& out) {
  if (!name || !reader.fileContent(*name, kMaxPemBytes)) return;
  out = reader.resolvePath(name->value);
}

std::optional<topology::TlsOptions> parseTls(Mapping section) {
  topology::TlsOptions out;
  Reader& reader = section.reader();
  checkPemFile(reader, section.text("ca_file", kFileName), out.ca_file);
  checkPemFile(reader, section.text("cert_file", kFileName), out.cert_file);
  checkPemFile(reader, section.text("key_file", kFileName), out.key_file);
  if (auto name = section.text("server_name", {})) {
    if (checkHeaderValue(reader, name->at, name->value, "server_name"))
      out.server_name = std::move(name->value);
  }
  section.boolean("insecure_skip_verify", out.insecure_skip_verify);
  section.finish();
  if (section.has("cert_file") != section.has("key_file")) {
    reader.mistake(section.keyAt(section.has("cert_file") ? "cert_file" : "key_file"),
                   "\"cert_file\" and \"key_file\" go together");
  }
  if (!section.present()) return std::nullopt;
  return out;
}

void appendHeader(Reader& reader, const std::string& name, Text value, HeaderPairs& out) {
  if (!checkHeaderValue(reader, value.at, value.value, "a header value")) return;
  out.emplace_back(name, std::move(value.value));
}

/// `Name: {values: [...], secrets: [...], files: [...]}`.
void parseHeaderSources(const std::string& name, Mapping section, HeaderPairs& out) {
  Reader& reader = section.reader();
  const Secrecy secrecy = soundsSecret(name) ? Secrecy::kSecret : Secrecy::kPublic;
  const auto values = section.texts("values", {.secrecy = secrecy});
  const auto secrets = section.texts("secrets", kSecretText);
  const auto files = section.texts("files", kFileName);
  section.finish();
  if (!section.present()) return;
  for (const Text& value : values.value_or(std::vector<Text>{})) appendHeader(reader, name, value, out);
  for (const Text& value : secrets.value_or(std::vector<Text>{})) appendHeader(reader, name, value, out);
  for (const Text& file : files.value_or(std::vector<Text>{})) {
    if (auto value = readSecretFile(reader, file)) appendHeader(reader, name, std::move(*value), out);
  }
  // A list that is no list has been told already.
  const auto given = [&](std::string_view key, const std::optional<std::vector<Text>>& list) {
    return section.has(key) && (!list || !list->empty());
  };
  if (!given("values", values) && !given("secrets", secrets) && !given("files", files)) {
    reader.mistake(section.at(), "a header needs at least one of values, secrets and files");
  }
}

bool checkHeaderName(Reader& reader, const YamlEntry& entry, std::vector<std::string>& seen) {
  const std::string lowered = lower(entry.key);
  if (!isToken(entry.key)) {
    reader.mistake(entry.at, "\"" + entry.key + "\" is not a header name");
  } else if (lowered == "authorization") {
    reader.mistake(entry.at, "use basic_auth, authorization or bearer_token for the Authorization header");
  } else if (std::ranges::find(kReservedHeaders, lowered) != kReservedHeaders.end()) {
    reader.mistake(entry.at, "the header \"" + entry.key + "\" is set by prome-route itself");
  } else if (std::ranges::find(seen, lowered) != seen.end()) {
    reader.mistake(entry.at, "the header \"" + entry.key + "\" is given twice");
  } else {
    seen.push_back(lowered);
    return true;
  }
  return false;
}

std::optional<HeaderPairs> parseHeaders(Mapping& level) {
  Reader& reader = level.reader();
  const auto entries = level.entries("http_headers", {.type = "headers"});
  HeaderPairs out;
  if (reader.describing())
    parseHeaderSources("", Mapping(reader, nullptr, level.prefix() + "http_headers.<name>"), out);
  if (!entries) return std::nullopt;
  std::vector<std::string> seen;
  for (YamlEntry* entry : *entries) {
    const bool secret = soundsSecret(entry->key);
    const bool good_name = checkHeaderName(reader, *entry, seen);
    HeaderPairs ignored;
    HeaderPairs& target = good_name ? out : ignored;
    if (entry->value.kind == NodeKind::kMap) {
      parseHeaderSources(entry->key, Mapping(reader, &entry->value, ""), target);
      continue;
    }
    const Wanted wanted{.expected = "a header value, or a mapping of values, secrets and files",
                        .secrecy = secret ? Secrecy::kSecret : Secrecy::kPublic};
    if (auto value = reader.scalar(entry->value, wanted)) {
      appendHeader(reader, entry->key, std::move(*value), target);
    }
  }
  return out;
}

}  // namespace

RequestSettings parseRequestSettings(Mapping& level) {
  RequestSettings out;
  out.credentials = parseCredentials(level);
  out.http_headers = parseHeaders(level);
  out.tls = parseTls(level.mapping("tls_config"));
  topology::ShardCompression compression = topology::ShardCompression::kAuto;
  level.choice("compression", compression, {"auto", "on", "off"});
  if (level.has("compression")) out.compression = compression;
  return out;
}

topology::RequestOptions mergeRequestSettings(const RequestSettings& shard_set,
                                              const RequestSettings& shard) {
  topology::RequestOptions out;
  const auto& credentials = shard.credentials ? shard.credentials : shard_set.credentials;
  if (credentials) {
    if (!credentials->authorization.empty())
      out.headers.emplace_back("Authorization", credentials->authorization);
    out.forward_authorization = credentials->forward_authorization;
  }
  const auto& headers = shard.http_headers ? shard.http_headers : shard_set.http_headers;
  if (headers) out.headers.insert(out.headers.end(), headers->begin(), headers->end());
  const auto& tls = shard.tls ? shard.tls : shard_set.tls;
  if (tls) out.tls = *tls;
  const auto& compression = shard.compression ? shard.compression : shard_set.compression;
  if (compression) out.compression = *compression;
  return out;
}

}  // namespace prome::config
