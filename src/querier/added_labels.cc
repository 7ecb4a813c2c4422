#include "querier/added_labels.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace prome::querier {
namespace {

using model::Label;

topology::LabelPairs withoutEmpty(topology::LabelPairs pairs) {
  std::erase_if(pairs, [](const auto& pair) { return pair.second.empty(); });
  return pairs;
}

}  // namespace

AddedLabels::AddedLabels(topology::LabelPairs added) : added_(withoutEmpty(std::move(added))) {}

Result<model::Labels> AddedLabels::join(std::span<const Label> own) {
  own_.assign(own.begin(), own.end());
  std::erase_if(own_, [](const Label& label) { return label.value.empty(); });
  if (!std::ranges::is_sorted(own_, {}, &Label::name)) std::ranges::sort(own_, {}, &Label::name);
  if (const auto twice = std::ranges::adjacent_find(own_, {}, &Label::name); twice != own_.end()) {
    return fail(ErrorKind::kUnavailable,
                "a series of the answer has the label " + std::string(twice->name) + " twice");
  }
  joined_.clear();
  bool foreign = false;
  auto next = own_.begin();
  for (const auto& [name, value] : added_) {
    while (next != own_.end() && next->name < name) joined_.push_back(*next++);
    if (next != own_.end() && next->name == name) {
      foreign = foreign || next->value != value;
    } else {
      joined_.push_back({name, value});
    }
  }
  joined_.insert(joined_.end(), next, own_.end());
  if (foreign) ++foreign_;
  return model::Labels::fromSorted(joined_);
}

}  // namespace prome::querier
