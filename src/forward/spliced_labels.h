// SplicedLabels: the labels that every series of a shard's answer gets, rendered once for many answers.
//
// Immutable once made; safe to share between threads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prome::forward {

/// Appends a label's name or value to a sort key, with its end. Keys made of names and values in turn compare
/// as bytes the way Prometheus compares label sets: name by name, value by value, a beginning before what it
/// begins. NUL ends a text; the two lowest bytes are doubled so that they stay behind an end.
void appendKeyText(std::string& key, std::string_view text);

/// The labels to add: sorted by name, names unique, values not empty.
class SplicedLabels {
 public:
  struct Label {
    std::string name;    // as it stands in JSON, without quotes
    std::string json;    // "name":"value"
    std::string before;  // json and a comma: stands before another label
    std::string key;     // its part of a sort key
  };

  SplicedLabels() = default;
  explicit SplicedLabels(const std::vector<std::pair<std::string, std::string>>& labels);

  bool empty() const { return labels_.empty(); }
  std::span<const Label> all() const { return labels_; }

 private:
  std::vector<Label> labels_;
};

}  // namespace prome::forward
