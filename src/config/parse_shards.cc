#include <algorithm>
#include <map>
#include <set>

#include "api/times.h"
#include "config/address.h"
#include "config/limits.h"
#include "config/scalars.h"
#include "config/sections.h"

// Two ways to say which shards there are. The small form is one routing label and one address a value:
//     replace_label_name: cluster
//     prome_servers: {a: 10.0.0.1:9090, b: 10.0.0.2:9090}
// The full form, `shard_sets`, has several labels, replicas and request settings. Both end as the same
// ShardSet.

namespace prome::config {
namespace {

constexpr std::string_view kDefaultSet = "default";
constexpr Wanted kAddress{.type = "address", .expected = "an address like 10.0.0.1:9090"};

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// A name that must be unique, and where it was given first.
class Names {
 public:
  Names(Reader& reader, std::string_view what) : reader_(reader), what_(what) {}

  void add(const std::string& name, Position at, std::string_view advice) {
    if (name.empty()) {
      reader_.mistake(at, what_ + " must not be empty" + std::string(advice));
    } else if (name.size() > kMaxNameBytes) {
      reader_.mistake(at, what_ + " must not be longer than " + std::to_string(kMaxNameBytes) + " bytes");
    } else if (const auto [first, is_new] = seen_.emplace(name, at); !is_new) {
      reader_.mistake(at, what_ + " " + quoted(name) + " is taken, see line " +
                              std::to_string(first->second.line) + std::string(advice));
    }
  }

 private:
  Reader& reader_;
  std::string what_;
  std::map<std::string, Position> seen_;
};

/// What is shared by all shards of a file.
struct ShardScope {
  Names names;
  std::size_t shards = 0;
  bool told = false;  // that there are too many
};

/// What a shard set says for all its shards.
struct ShardSetContext {
  std::vector<std::string> routing_labels;  // sorted
  bool labels_given = false;                // as they should be; otherwise the shards' own labels count
  bool stored = false;
  RequestSettings request;
};

/// A shard and what is checked only when all of its set are known.
struct ParsedShard {
  topology::Shard shard;
  Position labels_at;
  bool labels_known = false;  // false: there was a mistake in them
};

bool checkLabelName(Reader& reader, Position at, std::string_view name) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const bool valid = !name.empty() && isLetter(name[0]) &&
                     std::ranges::all_of(name, [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); });
  if (!valid) {
    reader.mistake(at, quoted(name) + " is not a label name");
  } else if (name == "__name__") {
    reader.mistake(at, "\"__name__\" cannot be a routing label");
  } else {
    return true;
  }
  return false;
}

void countShard(Reader& reader, ShardScope& scope, Position at) {
  if (++scope.shards <= kMaxShards || scope.told) return;
  scope.told = true;
  reader.mistake(at, "more than " + std::to_string(kMaxShards) + " shards");
}

std::optional<topology::Endpoint> readEndpoint(Reader& reader, const Text& text) {
  auto endpoint = parseEndpoint(text.value);
  if (endpoint) return std::move(*endpoint);
  reader.mistake(text.at, endpoint.error());
  return std::nullopt;
}

std::vector<topology::Endpoint> parseReplicas(Mapping& shard) {
  Reader& reader = shard.reader();
  const auto texts =
      shard.texts("replicas", {.type = "address", .expected = kAddress.expected, .default_text = "required"});
  std::vector<topology::Endpoint> out;
  if (!texts) {
    if (shard.present() && !shard.has("replicas")) reader.mistake(shard.at(), "\"replicas\" is missing");
    return out;
  }
  if (texts->empty()) reader.mistake(shard.keyAt("replicas"), "a shard needs at least one replica");
  if (texts->size() > kMaxReplicas) {
    reader.mistake(shard.keyAt("replicas"),
                   "a shard has at most " + std::to_string(kMaxReplicas) + " replicas");
    return out;
  }
  for (const Text& text : *texts) {
    auto endpoint = readEndpoint(reader, text);
    if (!endpoint) continue;
    if (std::ranges::find(out, *endpoint) != out.end()) {
      reader.mistake(text.at, "the replica " + endpoint->url() + " is given twice");
    } else {
      out.push_back(std::move(*endpoint));
    }
  }
  return out;
}

/// Nothing where they are missing or no mapping, which has been told.
std::optional<topology::LabelPairs> parseExternalLabels(Mapping& shard, const ShardSetContext& context) {
  Reader& reader = shard.reader();
  const auto entries = shard.entries("external_labels", {.type = "text", .default_text = "required"});
  if (!entries) {
    if (shard.present() && !shard.has("external_labels"))
      reader.mistake(shard.at(), "\"external_labels\" is missing");
    return std::nullopt;
  }
  topology::LabelPairs out;
  for (YamlEntry* entry : *entries) {
    if (context.labels_given && !std::ranges::binary_search(context.routing_labels, entry->key)) {
      reader.mistake(entry->at, quoted(entry->key) + " is not a routing label of this shard set");
      continue;
    }
    if (!context.labels_given && !checkLabelName(reader, entry->at, entry->key)) continue;
    const Wanted wanted{.expected = "text (\"\" where the shard has no such label)"};
    const auto value = reader.scalar(entry->value, wanted);
    out.emplace_back(entry->key, value ? value->value : std::string());
  }
  std::ranges::sort(out);
  return out;
}

/// What a shard is called that has no name of its own: its label values.
std::string nameOf(const topology::LabelPairs& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (value.empty()) continue;
    if (!out.empty()) out += '/';
    out += value;
  }
  return out;
}

std::optional<topology::TimeBound> parseTimeBound(Mapping& shard, std::string_view key) {
  const Wanted wanted{.type = "time", .expected = "a time like 2026-01-31T00:00:00Z or -15d"};
  const auto text = shard.text(key, wanted);
  if (!text) return std::nullopt;
  using Base = topology::TimeBound::Base;
  if (text->value.starts_with('-')) {
    const auto age = parseDuration(std::string_view(text->value).substr(1));
    if (age) return topology::TimeBound{Base::kNow, -age->count()};
  } else if (const auto time = api::parseTime(text->value)) {
    return topology::TimeBound{Base::kEpoch, time->milliseconds()};
  }
  shard.reader().mistake(text->at,
                         "expected " + std::string(wanted.expected) + ", got " + quoted(text->value));
  return std::nullopt;
}

topology::TimeBounds parseTimes(Mapping& shard) {
  topology::TimeBounds out{.min = parseTimeBound(shard, "min_time"),
                           .max = parseTimeBound(shard, "max_time")};
  if (out.min && out.max && out.min->base == out.max->base && out.max->ms < out.min->ms) {
    shard.reader().mistake(shard.keyAt("max_time"), "\"max_time\" is before \"min_time\"");
  }
  return out;
}

ParsedShard parseShard(Mapping section, const ShardSetContext& context, ShardScope& scope) {
  ParsedShard out;
  topology::Shard& shard = out.shard;
  countShard(section.reader(), scope, section.at());
  const auto name = section.text("name", {.default_text = "the label values"});
  const auto labels = parseExternalLabels(section, context);
  out.labels_known = labels.has_value();
  shard.external_labels = labels.value_or(topology::LabelPairs{});
  out.labels_at = section.keyAt("external_labels");
  shard.replicas = parseReplicas(section);
  shard.stored = context.stored;
  section.boolean("stored", shard.stored);
  shard.times = parseTimes(section);
  shard.request = mergeRequestSettings(context.request, parseRequestSettings(section));
  section.finish();
  shard.name = name ? name->value : nameOf(shard.external_labels);
  if (!section.present()) return out;
  if (name) {
    scope.names.add(shard.name, name->at, "");
  } else if (!section.has("name") && !shard.external_labels.empty()) {
    scope.names.add(shard.name, out.labels_at, ": give this shard a \"name\"");
  }
  return out;
}

ShardSetContext parseContext(Mapping& section) {
  Reader& reader = section.reader();
  ShardSetContext out;
  const auto labels = section.texts(
      "routing_labels",
      {.type = "label names", .expected = "a label name", .default_text = "all in external_labels"});
  bool all_good = true;
  for (const Text& label : labels.value_or(std::vector<Text>{})) {
    if (!checkLabelName(reader, label.at, label.value)) {
      all_good = false;
      continue;
    }
    if (std::ranges::find(out.routing_labels, label.value) != out.routing_labels.end()) {
      reader.mistake(label.at, "the routing label " + quoted(label.value) + " is given twice");
    } else {
      out.routing_labels.push_back(label.value);
    }
  }
  out.labels_given = labels.has_value() && all_good;
  std::ranges::sort(out.routing_labels);
  section.boolean("stored", out.stored);
  out.request = parseRequestSettings(section);
  return out;
}

/// Every shard must have a value for every routing label.
void checkLabelsComplete(Reader& reader, const topology::ShardSet& set,
                         const std::vector<ParsedShard>& shards) {
  for (const ParsedShard& parsed : shards) {
    if (!parsed.labels_known) continue;
    for (const std::string& label : set.routing_labels) {
      const auto& labels = parsed.shard.external_labels;
      if (std::ranges::any_of(labels, [&](const auto& pair) { return pair.first == label; })) continue;
      reader.mistake(parsed.labels_at, "the routing label " + quoted(label) + " has no value here (write " +
                                           label + ": \"\" where the shard has no such label)");
    }
  }
}

void resolveRoutingLabels(Mapping& section, ShardSetContext context, const std::vector<ParsedShard>& shards,
                          topology::ShardSet& set) {
  Reader& reader = section.reader();
  std::set<std::string> names(context.routing_labels.begin(), context.routing_labels.end());
  if (!context.labels_given) {
    for (const ParsedShard& parsed : shards) {
      for (const auto& [name, value] : parsed.shard.external_labels) names.insert(name);
    }
  }
  set.routing_labels.assign(names.begin(), names.end());
  const Position at = section.keyAt("routing_labels");
  const bool all_known = std::ranges::all_of(shards, &ParsedShard::labels_known);
  if (names.empty() && !shards.empty() && all_known) {
    reader.mistake(at, "a shard set needs at least one routing label");
  }
  if (names.size() > kMaxRoutingLabels) {
    reader.mistake(at, "a shard set has at most " + std::to_string(kMaxRoutingLabels) + " routing labels");
  }
  checkLabelsComplete(reader, set, shards);
}

topology::ShardSet parseShardSet(Mapping section, Names& set_names, ShardScope& scope) {
  Reader& reader = section.reader();
  topology::ShardSet set;
  const auto name = section.requiredText("name", {.default_text = "required"});
  if (name) {
    set.name = name->value;
    set_names.add(set.name, name->at, "");
  }
  ShardSetContext context = parseContext(section);
  std::vector<ParsedShard> shards;
  for (Mapping& shard : section.mappings("shards", "required"))
    shards.push_back(parseShard(shard, context, scope));
  section.finish();
  if (section.present() && !section.has("shards")) reader.mistake(section.at(), "\"shards\" is missing");
  if (section.present() && shards.empty() && section.isEmptyList("shards")) {
    reader.mistake(section.keyAt("shards"), "a shard set needs at least one shard");
  }
  resolveRoutingLabels(section, std::move(context), shards, set);
  for (ParsedShard& parsed : shards) set.shards.push_back(std::move(parsed.shard));
  return set;
}

topology::ShardSet parseSmallForm(Mapping& root, const std::optional<Text>& label,
                                  const std::vector<YamlEntry*>& servers, ShardScope& scope) {
  Reader& reader = root.reader();
  topology::ShardSet set;
  set.name = kDefaultSet;
  if (label && checkLabelName(reader, label->at, label->value)) set.routing_labels.push_back(label->value);
  if (servers.empty()) reader.mistake(root.keyAt("prome_servers"), "\"prome_servers\" names no server");
  const Wanted wanted{.expected =
                          "an address like 10.0.0.1:9090 (several replicas of a shard need shard_sets)"};
  for (YamlEntry* entry : servers) {
    topology::Shard shard;
    countShard(reader, scope, entry->at);
    shard.name = entry->key;
    scope.names.add(shard.name, entry->at, "");
    if (label) shard.external_labels.emplace_back(label->value, entry->key);
    if (const auto text = reader.scalar(entry->value, wanted)) {
      if (auto endpoint = readEndpoint(reader, *text)) shard.replicas.push_back(std::move(*endpoint));
    }
    set.shards.push_back(std::move(shard));
  }
  return set;
}

/// Says which form to give up where a file has both, and what is missing where it has half of one.
void checkForms(Mapping& root) {
  Reader& reader = root.reader();
  const bool label = root.has("replace_label_name");
  const bool servers = root.has("prome_servers");
  if (root.has("shard_sets") && (label || servers)) {
    const std::string small = label && servers ? "\"replace_label_name\" and \"prome_servers\""
                              : label          ? "\"replace_label_name\""
                                               : "\"prome_servers\"";
    reader.mistake(root.keyAt("shard_sets"), "the shards are given twice: remove " + small +
                                                 " to keep \"shard_sets\", or remove \"shard_sets\"");
    return;
  }
  if (label && !servers) {
    reader.mistake(root.keyAt("replace_label_name"), "\"replace_label_name\" needs \"prome_servers\"");
  }
  if (servers && !label) {
    reader.mistake(root.keyAt("prome_servers"), "\"prome_servers\" needs \"replace_label_name\"");
  }
  if (!label && !servers && !root.has("shard_sets")) {
    reader.mistake({}, "no shards: give \"replace_label_name\" and \"prome_servers\", or \"shard_sets\"");
  }
}

}  // namespace

std::vector<topology::ShardSet> parseShardSets(Mapping& root) {
  Reader& reader = root.reader();
  checkForms(root);
  const auto label = root.text("replace_label_name", {.type = "label name", .expected = "a label name"});
  const auto servers = root.entries("prome_servers", {.type = "address"});
  std::vector<topology::ShardSet> out;
  ShardScope scope{Names(reader, "the shard name")};
  if (servers && !root.has("shard_sets")) out.push_back(parseSmallForm(root, label, *servers, scope));
  Names set_names(reader, "the shard set name");
  for (Mapping& section : root.mappings("shard_sets"))
    out.push_back(parseShardSet(section, set_names, scope));
  if (root.isEmptyList("shard_sets")) {
    reader.mistake(root.keyAt("shard_sets"), "\"shard_sets\" holds no shard set");
  }
  return out;
}

}  // namespace prome::config
