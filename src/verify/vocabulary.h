// The words random queries are made of: what the data is called. A value; nothing is shared.
#pragma once

#include <string>
#include <vector>

namespace prome::verify {

/// An entry that stands in a list several times is chosen more often.
struct Vocabulary {
  std::vector<std::string> metrics;             // with selectors of all kinds, also unknown names
  std::vector<std::string> histogram_metrics;   // may be empty
  std::vector<std::string> name_patterns;       // regular expressions, as they stand between quotes
  std::vector<std::string> matchers;            // `job="api"`
  std::vector<std::string> excluding_matchers;  // those that do not match the empty string
  std::vector<std::string> info_matchers;       // of info(): `version=~".+"`
  std::vector<std::string> labels;              // label names
  std::vector<std::string> keys;        // lists of label names that tell series apart: `job, instance`
  std::vector<std::string> histograms;  // expressions for functions of histograms; may be empty
  std::vector<std::string> times;       // behind `@`: `1700000000.5`
};

}  // namespace prome::verify
