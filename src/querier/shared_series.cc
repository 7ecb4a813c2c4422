#include "querier/shared_series.h"

#include <algorithm>

namespace prome::querier {
namespace {

class Reader final : public engine::SeriesStream {
 public:
  explicit Reader(std::shared_ptr<SharedSeries> shared) : shared_(std::move(shared)) {}

  Result<bool> next(engine::Series& series) override { return shared_->copy(next_++, series); }

 private:
  const std::shared_ptr<SharedSeries> shared_;
  std::size_t next_ = 0;
};

bool sameFetch(const plan::Fetch& a, const plan::Fetch& b) {
  return a.pieces == b.pieces &&
         std::ranges::equal(a.texts, b.texts, {}, &plan::PieceText::text, &plan::PieceText::text);
}

}  // namespace

bool asksTheSame(const plan::PlanNode& a, const plan::PlanNode& b) {
  // Candidates depend on the node above them.
  return a.merge == b.merge && a.merge != plan::Merge::kTop &&
         std::ranges::equal(a.fetches, b.fetches, sameFetch);
}

Result<bool> SharedSeries::copy(std::size_t number, engine::Series& series) {
  while (number >= series_.size() && stream_ != nullptr) {
    engine::Series next;
    const Result<bool> more = stream_->next(next);
    if (!more) return more;
    if (*more) {
      series_.push_back(std::move(next));
    } else {
      stream_.reset();
    }
  }
  if (number >= series_.size()) return false;
  const engine::Series& from = series_[number];
  engine::ColumnPool& columns = leaf_.context.evaluation.columns();
  series.clear();
  series.labels = from.labels;
  if (!from.floats.empty()) {
    series.floats = columns.uninitialized(from.floats.size());
    std::ranges::copy(from.floats.values(), series.floats.values().begin());
  }
  if (!from.histograms.empty()) {
    series.histograms = columns.histograms(from.histograms.size());
    for (std::size_t step = 0; step < from.histograms.size(); ++step) {
      series.histograms[step] = from.histograms[step];
    }
  }
  return true;
}

SeriesStreamPtr readerOf(std::shared_ptr<SharedSeries> shared) {
  return std::make_unique<Reader>(std::move(shared));
}

}  // namespace prome::querier
