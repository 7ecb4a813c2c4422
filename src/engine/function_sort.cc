// sort, sort_desc, sort_by_label, sort_by_label_desc: they order instant vectors, and warn on ranges.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engine/annotation_text.h"
#include "engine/function_table.h"
#include "engine/held_result.h"
#include "engine/natural_order.h"

namespace prome::engine {
namespace {

/// Go sorts up to twelve elements by insertion, so that even an order that contradicts itself (NaNs, "1" and
/// "01") has one outcome; what it does with more of them is its own affair. `before` need be no strict order.
template <class Before>
void sortAsGo(std::vector<Series>& series, Before before) {
  constexpr std::size_t kInsertionSorted = 12;
  if (series.size() > kInsertionSorted) {
    std::stable_sort(series.begin(), series.end(), before);
    return;
  }
  for (std::size_t i = 1; i < series.size(); ++i) {
    for (std::size_t j = i; j > 0 && before(series[j], series[j - 1]); --j)
      std::swap(series[j], series[j - 1]);
  }
}

enum class Direction : std::uint8_t { kAscending, kDescending };
enum class Histograms : std::uint8_t { kKept, kLeftOut };

template <class Before>
class Sort final : public HeldResult {
 public:
  Sort(const Place& place, OperatorPtr input, Histograms histograms, Before before)
      : HeldResult(place), input_(std::move(input)), histograms_(histograms), before_(std::move(before)) {}

 protected:
  Result<std::vector<Series>> evaluate() override {
    const bool is_range = grid().start_ms != grid().end_ms;
    Result<std::vector<Series>> all = drain(*input_);
    if (!all) return all;
    // After the input, so that of nested calls the outer one is told about.
    if (is_range && evaluation().is3x()) evaluation().warn(annotation_text::sortInRangeQuery(), expr());
    if (histograms_ == Histograms::kLeftOut) {
      for (Series& series : *all) series.histograms.reset();
    }
    if (is_range || steps() == 0) return all;
    std::erase_if(*all, [](const Series& series) { return !series.present(0); });
    sortAsGo(*all, before_);
    return all;
  }

 private:
  OperatorPtr input_;
  Histograms histograms_;
  Before before_;
};

/// NaN comes last in both directions, and before another NaN.
template <Direction kDirection>
OperatorPtr makeSort(const CallSite& site) {
  const auto before = [](const Series& a, const Series& b) {
    const double x = a.floats[0];
    const double y = b.floats[0];
    if (std::isnan(y)) return true;
    return kDirection == Direction::kAscending ? x < y : x > y;
  };
  return std::make_unique<Sort<decltype(before)>>(site.place, site.take(0), Histograms::kLeftOut, before);
}

template <Direction kDirection>
OperatorPtr makeSortByLabel(const CallSite& site) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < site.operands.size(); ++i) names.emplace_back(site.text(i));
  const auto before = [names = std::move(names)](const Series& a, const Series& b) {
    for (const std::string& name : names) {
      const std::string_view x = a.labels.get(name);
      const std::string_view y = b.labels.get(name);
      if (x == y) continue;
      return naturallyBefore(x, y) == (kDirection == Direction::kAscending);
    }
    return kDirection == Direction::kAscending ? a.labels < b.labels : b.labels < a.labels;
  };
  return std::make_unique<Sort<decltype(before)>>(site.place, site.take(0), Histograms::kKept, before);
}

constexpr std::array kFunctions{
    FunctionEntry{"sort", makeSort<Direction::kAscending>},
    FunctionEntry{"sort_by_label", makeSortByLabel<Direction::kAscending>},
    FunctionEntry{"sort_by_label_desc", makeSortByLabel<Direction::kDescending>},
    FunctionEntry{"sort_desc", makeSort<Direction::kDescending>},
};

}  // namespace

std::span<const FunctionEntry> sortFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
