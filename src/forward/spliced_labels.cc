#include "forward/spliced_labels.h"

#include "base/json_writer.h"

namespace prome::forward {

void appendKeyText(std::string& key, std::string_view text) {
  constexpr char kEscape = '\1';
  for (const char c : text) {
    if (c == '\0' || c == kEscape)
      key.append({kEscape, static_cast<char>(c + 1)});
    else
      key += c;
  }
  key += '\0';
}

SplicedLabels::SplicedLabels(const std::vector<std::pair<std::string, std::string>>& labels) {
  for (const auto& [name, value] : labels) {
    Label label;
    appendJsonString(label.name, name);
    label.json = label.name + ":";
    appendJsonString(label.json, value);
    label.before = label.json + ",";
    label.name = label.name.substr(1, label.name.size() - 2);
    appendKeyText(label.key, name);
    appendKeyText(label.key, value);
    labels_.push_back(std::move(label));
  }
}

}  // namespace prome::forward
