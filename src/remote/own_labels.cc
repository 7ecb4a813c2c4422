// A series' own labels win over the server's, and so a series need not have all that the server adds: what is
// learnt of several is put together.
#include "remote/own_labels.h"

#include <algorithm>
#include <iterator>

namespace prome::remote {
namespace {

/// Learning looks at all known sets; series that are not among them (ended, or new) teach nothing.
constexpr std::size_t kMaxFailedLessons = 16;

bool isPartOf(const model::Labels& part, const model::Labels& whole) {
  return std::ranges::all_of(part,
                             [&](const model::Label& label) { return whole.get(label.name) == label.value; });
}

std::ptrdiff_t countOf(const model::Labels& labels) {
  return std::ranges::distance(labels.begin(), labels.end());
}

}  // namespace

model::Labels OwnLabels::withoutAdded(const model::Labels& labels) const {
  model::LabelsBuilder own(labels);
  for (const model::Label& label : added_) {
    if (labels.get(label.name) == label.value) own.remove(label.name);
  }
  return own.labels();
}

/// Adds to added_ what `labels` have more than the largest known set in them. False if there is none.
bool OwnLabels::learn(const model::Labels& labels) {
  const model::Labels* largest = nullptr;
  for (const model::Labels& known : known_) {
    if (!isPartOf(known, labels)) continue;
    if (largest == nullptr || countOf(known) > countOf(*largest)) largest = &known;
  }
  if (largest == nullptr) return false;
  model::LabelsBuilder added(added_);
  for (const model::Label& label : labels) {
    if (!largest->has(label.name)) added.set(label.name, label.value);
  }
  added_ = added.labels();
  return true;
}

model::Labels OwnLabels::of(const model::Labels& labels) {
  if (known_.contains(labels)) return labels;
  const model::Labels own = withoutAdded(labels);
  if (known_.contains(own) || failed_lessons_ >= kMaxFailedLessons) return own;
  if (learn(labels)) return withoutAdded(labels);
  ++failed_lessons_;
  return own;
}

}  // namespace prome::remote
