// Decodes whole answers, fed in pieces, for tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/evaluation.h"
#include "querier/answer_decoder.h"

namespace prome::querier::testing {

struct DecodedSeries {
  model::Labels labels;
  std::vector<double> floats;  // kAbsent where there is none; empty likewise
  std::vector<model::HistogramPtr> histograms;
};

struct Decoded {
  std::vector<DecodedSeries> series;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  std::uint64_t foreign_labels = 0;
  HistogramLoss histogram_loss = HistogramLoss::kNone;
  std::optional<Error> error;
  bool is_shard_error = false;
};

inline Decoded decode(std::string_view answer, const engine::StepGrid& grid, std::size_t piece,
                      const topology::LabelPairs& added = {}) {
  const engine::EngineOptions options;
  engine::Evaluation evaluation(options, grid, {});
  AnswerDecoder decoder(grid, added, evaluation);
  Decoded out;
  engine::Series series;
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    const std::string copy(answer.substr(at, piece));  // so that a look beyond the piece is seen
    if (!decoder.feed(copy)) break;
    while (decoder.next(series)) {
      const auto floats = series.floats.values();
      out.series.push_back({series.labels,
                            {floats.begin(), floats.end()},
                            {series.histograms.begin(), series.histograms.end()}});
    }
  }
  if (const auto finished = decoder.finish(); !finished) out.error = finished.error();
  out.warnings.assign(decoder.warnings().begin(), decoder.warnings().end());
  out.infos.assign(decoder.infos().begin(), decoder.infos().end());
  out.foreign_labels = decoder.foreignLabels();
  out.histogram_loss = decoder.histogramLoss();
  out.is_shard_error = decoder.isShardError();
  return out;
}

/// One line a series: `{a="b"} - 1.5 NaN h(3)`; a histogram by its count.
inline std::string textOf(const Decoded& decoded) {
  std::string out;
  for (const DecodedSeries& series : decoded.series) {
    out += series.labels.toString();
    const std::size_t steps = std::max(series.floats.size(), series.histograms.size());
    for (std::size_t step = 0; step < steps; ++step) {
      const bool is_float = !series.floats.empty() && !engine::isAbsent(series.floats[step]);
      const bool is_histogram = !series.histograms.empty() && series.histograms[step] != nullptr;
      char text[64];
      if (is_float && is_histogram) {
        out += " both";
      } else if (is_float) {
        std::snprintf(text, sizeof text, " %.17g", series.floats[step]);
        out += text;
      } else if (is_histogram) {
        std::snprintf(text, sizeof text, " h(%.17g)", series.histograms[step]->count);
        out += text;
      } else {
        out += " -";
      }
    }
    out += '\n';
  }
  for (const std::string& warning : decoded.warnings) out += "warning " + warning + '\n';
  for (const std::string& info : decoded.infos) out += "info " + info + '\n';
  if (decoded.error) {
    out += "error ";
    out += errorTypeName(decoded.error->kind);
    out += ": " + decoded.error->message + '\n';
  }
  return out;
}

}  // namespace prome::querier::testing
