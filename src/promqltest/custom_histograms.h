// Classic histograms as native ones with custom buckets: what `load_with_nhcb` stores beside them.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "promqltest/script.h"

namespace prome::promqltest {

/// One sample of a series made by the conversion.
struct ConvertedSample {
  model::Labels labels;
  std::int64_t time_ms = 0;
  model::FloatHistogram histogram;
};

/// For all `X_bucket`, `X_count` and `X_sum` series of `load` with equal labels but `le`: histograms `X` of
/// schema -53, one for each time any of them has a float at, by series and time. Series with an `le` that is
/// no number are left out. kBadData where counts are negative, not cumulative, or contradict the total.
Result<std::vector<ConvertedSample>> convertClassicHistograms(const LoadCommand& load);

}  // namespace prome::promqltest
