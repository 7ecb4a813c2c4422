// count_values: how many series of a group have each value, which goes into a label.
//
// A value of a group is an entry. Values may be as many as samples, so an entry begins as a list of the steps
// it was met at and becomes a count a step once that is no longer.
#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/number_format.h"
#include "base/utf8.h"
#include "engine/aggregation_context.h"
#include "engine/aggregation_kinds.h"
#include "engine/grouping.h"
#include "model/quote.h"

namespace prome::engine {
namespace {

bool isLegacyLabelName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  for (const char c : name) {
    if (!letter(c) && !(c >= '0' && c <= '9')) return false;
  }
  return !name.empty() && letter(name.front());
}

/// How often each step was met.
class Occurrences {
 public:
  void add(std::size_t step, std::size_t steps) {
    if (!counts_.empty()) {
      ++counts_[step];
      return;
    }
    met_.push_back(static_cast<std::uint32_t>(step));
    if (met_.size() < steps) return;
    counts_.resize(steps);
    for (const std::uint32_t met : met_) ++counts_[met];
    met_ = {};
  }

  /// Into a column that is all absent.
  void write(Column& column) const {
    for (std::size_t step = 0; step < counts_.size(); ++step) {
      if (counts_[step] > 0) column[step] = static_cast<double>(counts_[step]);
    }
    for (const std::uint32_t step : met_) column[step] = isAbsent(column[step]) ? 1 : column[step] + 1;
  }

 private:
  std::vector<std::uint32_t> met_;
  std::vector<std::uint32_t> counts_;
};

class CountValuesAggregation final : public Operator {
 public:
  CountValuesAggregation(const Place& place, OperatorPtr input)
      : Operator(place),
        context_(place),
        label_(promql::as<promql::StringLiteral>(context_.parameter())->value),
        input_(std::move(input)),
        index_(groupingWithoutLabel(), place.evaluation.budget()),
        claim_(place.evaluation.budget()) {}

 protected:
  Result<bool> produce(Series& result) override {
    if (input_ != nullptr) {
      if (Result<void> counted = countInput(); !counted) return std::unexpected(counted.error());
      input_ = nullptr;
    }
    if (next_ == entries_.size()) return false;
    const Entry& entry = entries_[next_++];
    model::LabelsBuilder labels(index_.labels(entry.group));
    if (shows_value_) labels.set(label_, entry.text);
    result.labels = labels.labels();
    result.floats = evaluation().columns().absent(steps());
    entry.occurrences.write(result.floats);
    return true;
  }

 private:
  struct Entry {
    std::size_t group = 0;
    std::string text;
    Occurrences occurrences;
  };

  /// A float's bits, all NaNs being one. Histograms go by their text instead.
  struct Key {
    std::size_t group = 0;
    std::uint64_t bits = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
      const std::uint64_t mixed = (key.bits ^ (key.group * kOdd)) * kOdd;
      return mixed ^ (mixed >> 32);
    }
  };

  // `without (label)` takes the label off again once the value is in it.
  Grouping groupingWithoutLabel() {
    Grouping grouping(context_.aggregate());
    shows_value_ = !(grouping.isWithout() && grouping.names(label_));
    grouping.leaveOut(label_);
    return grouping;
  }

  Result<void> countInput() {
    const bool valid =
        evaluation().is3x() ? !label_.empty() && isValidUtf8(label_) : isLegacyLabelName(label_);
    if (!valid) return fail(ErrorKind::kExecution, "invalid label name " + model::quoted(label_));
    Series series;
    while (true) {
      const Result<bool> more = input_->next(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
      if (!holdsSample(series)) continue;
      count(series, index_.of(series.labels));
    }
  }

  void count(const Series& series, std::size_t group) {
    std::size_t met = 0;
    std::size_t entry = 0;
    std::uint64_t last_bits = model::kStaleNaNBits;  // of no value
    for (std::size_t step = 0; step < steps(); ++step) {
      if (series.hasFloat(step)) {
        const std::uint64_t bits = bitsOf(series.floats[step]);
        if (last_bits != bits) entry = floatEntry({group, bits}, series.floats[step]);
        last_bits = bits;
      } else if (series.hasHistogram(step)) {
        entry = histogramEntry(group, *series.histograms[step]);
        last_bits = model::kStaleNaNBits;
      } else {
        continue;
      }
      entries_[entry].occurrences.add(step, steps());
      if (++met % kValuesPerCheckpoint == 0) evaluation().checkpoint();
    }
    claim_.add(met * sizeof(std::uint32_t));
  }

  std::uint64_t bitsOf(double value) const {
    if (!shows_value_) return 0;
    return std::bit_cast<std::uint64_t>(std::isnan(value) ? model::kNormalNaN : value);
  }

  std::size_t floatEntry(Key key, double value) {
    const auto [found, is_new] = by_float_.try_emplace(key, entries_.size());
    if (is_new) {
      std::string text;
      if (shows_value_) appendFixed(text, value);
      addEntry(key.group, std::move(text));
    }
    return found->second;
  }

  std::size_t histogramEntry(std::size_t group, const model::FloatHistogram& histogram) {
    if (!shows_value_) return floatEntry({group, 0}, 0);
    std::string text = histogram.toString();
    const auto [found, is_new] = by_text_.try_emplace(std::to_string(group) + ' ' + text, entries_.size());
    if (is_new) addEntry(group, std::move(text));
    return found->second;
  }

  void addEntry(std::size_t group, std::string text) {
    claim_.add(kBytesPerEntry + text.capacity());
    entries_.push_back({group, std::move(text), {}});
  }

  static constexpr std::size_t kValuesPerCheckpoint = 1024;
  static constexpr std::size_t kBytesPerEntry = sizeof(Entry) + 64;  // beside it, a node of a map

  const AggregationContext context_;
  const std::string_view label_;
  bool shows_value_ = true;
  OperatorPtr input_;  // null once counted
  GroupIndex index_;
  MemoryClaim claim_;
  std::unordered_map<Key, std::size_t, KeyHash> by_float_;
  std::unordered_map<std::string, std::size_t> by_text_;  // "group text"
  std::vector<Entry> entries_;
  std::size_t next_ = 0;
};

}  // namespace

OperatorPtr makeCountValues(const Place& place, OperatorPtr input) {
  return std::make_unique<CountValuesAggregation>(place, std::move(input));
}

}  // namespace prome::engine
