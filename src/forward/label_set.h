// LabelSet: the labels of one series as they stand in an answer, with a shard's labels added, and the key it
// is sorted by.
//
// Pure. Label sets of Prometheus are sorted; of one that is not, the added labels stand before the first name
// that sorts after them.
#pragma once

#include <cstdint>
#include <string>

#include "forward/spliced_labels.h"

namespace prome::forward {

struct LabelSet {
  std::string text;           // JSON members, without the braces
  std::string key;            // see appendKeyText()
  std::uint64_t foreign = 0;  // labels to be added that the set has itself: its own stand
  bool ends_added = false;    // the last label is an added one
};

enum class SetOutcome : std::uint8_t { kWhole, kCut, kBad };
enum class KeyUse : std::uint8_t { kSorted, kNone };

/// Reads the label set in [at, end), from behind its opening brace up to the closing one, where `at` then
/// stands. kCut: it goes on behind `end`; `at` stays.
SetOutcome readLabelSet(const char*& at, const char* end, const SplicedLabels& added, KeyUse use,
                        LabelSet& set);

}  // namespace prome::forward
