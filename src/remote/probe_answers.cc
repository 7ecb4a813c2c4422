#include "remote/probe_answers.h"

#include <algorithm>

#include "base/json_reader.h"

namespace prome::remote {
namespace {

/// At most `max` bytes of `text`, cut between characters.
std::string shortened(std::string_view text, std::size_t max) {
  std::size_t size = std::min(text.size(), max);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size));
}

std::string* fieldOf(BuildInfo& info, std::string_view key) {
  if (key == "version") return &info.version;
  if (key == "revision") return &info.revision;
  if (key == "branch") return &info.branch;
  if (key == "buildUser") return &info.build_user;
  if (key == "buildDate") return &info.build_date;
  if (key == "goVersion") return &info.go_version;
  return key == "application" ? &info.application : nullptr;
}

/// Reads `{"status":"success","data":...}`, whose data `data()` reads. False where it is something else.
template <class Data>
bool readSuccess(JsonReader& json, Data data) {
  std::string status;
  bool has_data = false;
  json.object([&](const std::string& key) {
    if (key == "status") {
      json.string(status);
    } else if (key == "data") {
      has_data = true;
      data();
    } else {
      json.skip();
    }
  });
  return status == "success" && has_data;
}

}  // namespace

Result<BuildInfo> parseBuildInfo(std::string_view body) {
  JsonReader json(body);
  BuildInfo info;
  bool has_version = false;
  const bool success = readSuccess(json, [&] {
    json.object([&](const std::string& key) {
      std::string* const field = fieldOf(info, key);
      if (field == nullptr) {
        json.skip();
        return;
      }
      std::string text;
      json.string(text);
      *field = shortened(text, kMaxBuildInfoText);
      has_version = has_version || key == "version";
    });
  });
  if (!success || !has_version || !json.atEnd())
    return fail(ErrorKind::kUnavailable, "the answer is not Prometheus' build info");
  info.release = releaseOf(info);
  return info;
}

Result<ForeignLabel> parseLabelValues(std::string_view name, std::string_view body, Extent extent) {
  JsonReader json(body);
  ForeignLabel label{.name = std::string(name), .values = 0, .first = {}};
  const bool success = readSuccess(json, [&] {
    json.array([&] {
      std::string value;
      if (!json.string(value)) return;
      if (label.values < kMaxForeignValues) ++label.values;
      if (label.first.size() < kShownForeignValues)
        label.first.push_back(shortened(value, kShownForeignBytes));
    });
  });
  const bool whole = extent == Extent::kWhole && json.atEnd();
  // A beginning without any value could be anything.
  const bool begun = extent == Extent::kBeginning && label.values > 0;
  if (!success || !(whole || begun))
    return fail(ErrorKind::kUnavailable, "the answer is not Prometheus' list of label values");
  return label;
}

}  // namespace prome::remote
