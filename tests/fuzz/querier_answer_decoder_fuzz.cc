// Any bytes -> AnswerDecoder and SamplesDecoder. The first byte gives the size of the pieces and the grid.
// Fed in pieces and whole they must say the same; where the bytes are JSON, what a JSON library makes of
// them, and refuse what is no answer.
#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/histogram_buckets.h"
#include "querier/answer_decoder.h"
#include "querier/samples_decoder.h"

namespace prome::querier {
namespace {

using Json = nlohmann::json;

void require(bool holds, std::string_view what, std::string_view bytes) {
  if (holds) return;
  std::cerr << what << "\nbytes: " << bytes << "\n";
  std::abort();
}

/// What is made of an answer.
struct Reading {
  struct Histogram {
    double count = 0;
    double sum = 0;
    std::vector<model::Bucket> buckets;  // empty ones left out
    bool has_buckets = true;             // false: they could not be rebuilt
  };
  struct Series {
    std::map<std::string, std::string> labels;
    std::map<std::int64_t, double> floats;
    std::map<std::int64_t, Histogram> histograms;
  };
  std::vector<Series> series;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  std::optional<Error> error;
};

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

bool same(const Reading::Histogram& a, const Reading::Histogram& b) {
  if (!same(a.count, b.count) || !same(a.sum, b.sum)) return false;
  if (!a.has_buckets || !b.has_buckets) return true;
  return std::ranges::equal(a.buckets, b.buckets, [](const model::Bucket& x, const model::Bucket& y) {
    return x.lower == y.lower && x.upper == y.upper && x.lower_inclusive == y.lower_inclusive &&
           x.upper_inclusive == y.upper_inclusive && same(x.count, y.count);
  });
}

bool same(const Reading::Series& a, const Reading::Series& b) {
  const auto same_items = [](const auto& x, const auto& y) {
    return x.first == y.first && same(x.second, y.second);
  };
  return a.labels == b.labels && std::ranges::equal(a.floats, b.floats, same_items) &&
         std::ranges::equal(a.histograms, b.histograms, same_items);
}

bool same(const Reading& a, const Reading& b) {
  return std::ranges::equal(a.series, b.series, [](const auto& x, const auto& y) { return same(x, y); }) &&
         a.warnings == b.warnings && a.infos == b.infos;
}

Reading::Histogram shown(const model::FloatHistogram& histogram, std::string_view bytes) {
  Reading::Histogram out;
  out.count = histogram.count;
  out.sum = histogram.sum;
  out.buckets = model::allBuckets(histogram);
  const bool plain = histogram.count >= 0 && histogram.zero_count >= 0 &&
                     std::ranges::all_of(out.buckets, [](const auto& bucket) { return bucket.count >= 0; });
  require(!plain || histogram.validate().has_value(), "a histogram is not valid", bytes);
  std::erase_if(out.buckets, [](const model::Bucket& bucket) { return bucket.count == 0; });
  out.has_buckets = !out.buckets.empty();
  return out;
}

void addLabels(Reading::Series& series, const model::Labels& labels) {
  for (const model::Label label : labels) series.labels.emplace(label.name, label.value);
}

template <class Decoder>
void finish(Decoder& decoder, Reading& out) {
  if (const auto finished = decoder.finish(); !finished) out.error = finished.error();
  out.warnings.assign(decoder.warnings().begin(), decoder.warnings().end());
  out.infos.assign(decoder.infos().begin(), decoder.infos().end());
}

Reading decode(std::string_view bytes, const engine::StepGrid& grid, std::size_t piece) {
  const engine::EngineOptions options;
  engine::Evaluation evaluation(options, grid, {});
  AnswerDecoder decoder(grid, {}, evaluation);
  Reading out;
  engine::Series series;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string copy(bytes.substr(at, piece));  // so that a look beyond the piece is seen
    if (!decoder.feed(copy)) break;
    while (decoder.next(series)) {
      Reading::Series& read = out.series.emplace_back();
      addLabels(read, series.labels);
      for (std::size_t step = 0; step < grid.steps(); ++step) {
        require(!series.hasFloat(step) || !series.hasHistogram(step), "a float beside a histogram", bytes);
        if (series.hasFloat(step)) read.floats[grid.time(step)] = series.floats[step];
        if (series.hasHistogram(step))
          read.histograms[grid.time(step)] = shown(*series.histograms[step], bytes);
      }
    }
  }
  finish(decoder, out);
  return out;
}

Reading decodeSamples(std::string_view bytes, std::size_t piece) {
  const engine::EngineOptions options;
  engine::Evaluation evaluation(options, engine::StepGrid::at(0), {});
  SamplesDecoder decoder(model::kMinTimeMs, model::kMaxTimeMs, {}, evaluation);
  Reading out;
  engine::SampleRun run;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string copy(bytes.substr(at, piece));
    if (!decoder.feed(copy)) break;
    while (decoder.next(run)) {
      Reading::Series& read = out.series.emplace_back();
      addLabels(read, run.labels);
      for (std::size_t i = 0; i < run.floats.size(); ++i)
        read.floats[run.floats.times[i]] = run.floats.values[i];
      for (std::size_t i = 0; i < run.histograms.size(); ++i) {
        read.histograms[run.histograms.times[i]] = shown(*run.histograms.values[i], bytes);
      }
    }
  }
  finish(decoder, out);
  return out;
}

/// The bytes are JSON, but nothing is said of what should come of them.
struct Unjudged {};
/// They are no answer to the question.
struct Refused {};

/// A plain reading of what a JSON library gives. Throws Refused or Unjudged.
class Reference {
 public:
  /// `grid`: null for raw samples.
  explicit Reference(const engine::StepGrid* grid) : grid_(grid) {}

  Reading read(const Json& answer) {
    check(answer.is_object());
    if (text(answer, "status") == "error") throw Refused{};
    check(text(answer, "status") == "success");
    for (const char* const key : {"error", "errorType"}) {
      if (answer.contains(key)) text(answer, key);
    }
    Reading out;
    out.warnings = notes(answer, "warnings");
    out.infos = notes(answer, "infos");
    const Json& data = member(answer, "data");
    const std::string type = text(data, "resultType");
    const Json& result = member(data, "result");
    if (type == "scalar") {
      check(grid_ != nullptr && grid_->steps() == 1);
      Reading::Series& series = out.series.emplace_back();
      addFloat(series, result);
      return out;
    }
    check(type == "matrix" || (type == "vector" && grid_ != nullptr && grid_->steps() == 1));
    for (const Json& element : list(result)) {
      Reading::Series series = readSeries(element);
      if (!series.floats.empty() || !series.histograms.empty()) out.series.push_back(std::move(series));
    }
    return out;
  }

 private:
  static void check(bool holds) {
    if (!holds) throw Refused{};
  }
  static const Json& member(const Json& object, const char* key) {
    check(object.is_object() && object.contains(key));
    return object[key];
  }
  static std::string text(const Json& object, const char* key) {
    const Json& value = member(object, key);
    check(value.is_string());
    return value;
  }
  static const Json& list(const Json& value) {
    static const Json kNone = Json::array();
    check(value.is_null() || value.is_array());
    return value.is_null() ? kNone : value;
  }
  static std::vector<std::string> notes(const Json& answer, const char* key) {
    std::vector<std::string> out;
    if (!answer.contains(key)) return out;
    for (const Json& note : list(answer[key])) {
      check(note.is_string());
      out.push_back(note);
    }
    return out;
  }

  Reading::Series readSeries(const Json& element) {
    Reading::Series series;
    const Json& metric = member(element, "metric");
    check(metric.is_object());
    for (const auto& [name, value] : metric.items()) {
      check(value.is_string());
      if (value != "") series.labels[name] = value;
    }
    check(!((element.contains("value") || element.contains("histogram")) &&
            (element.contains("values") || element.contains("histograms"))));
    if (element.contains("value")) addFloat(series, element["value"]);
    if (element.contains("histogram")) addHistogram(series, element["histogram"]);
    if (element.contains("values")) {
      for (const Json& sample : list(element["values"])) addFloat(series, sample);
    }
    if (element.contains("histograms")) {
      for (const Json& sample : list(element["histograms"])) addHistogram(series, sample);
    }
    for (const auto& [time, histogram] : series.histograms)
      check(grid_ == nullptr || !series.floats.contains(time));
    return series;
  }

  template <class Samples>
  std::int64_t timeOf(const Json& sample, const Samples& before) {
    constexpr double kSurelyExact = 1e12;
    check(sample.is_array() && sample.size() == 2 && sample[0].is_number());
    const double seconds = sample[0];
    if (!(std::abs(seconds) < kSurelyExact)) throw Unjudged{};
    const double millis = std::round(seconds * 1000);
    // A number that is halfway between two milliseconds may be rounded twice.
    if (std::abs(std::abs(seconds * 1000 - millis) - 0.5) < 0.01) throw Unjudged{};
    const auto time = static_cast<std::int64_t>(millis);
    check(before.empty() || time > before.rbegin()->first);
    if (grid_ != nullptr) {
      check(time >= grid_->start_ms && time <= grid_->end_ms &&
            (time - grid_->start_ms) % grid_->step_ms == 0);
    }
    return time;
  }

  static double valueOf(const Json& value) {
    check(value.is_string());
    const std::string text = value;
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "+Inf" || text == "-Inf")
      return (text[0] == '-' ? -1 : 1) * std::numeric_limits<double>::infinity();
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    check(text.size() > sign && is_digit(text[sign]) && is_digit(text.back()));
    check(text.find_first_not_of("0123456789.eE+-") == std::string::npos);
    errno = 0;
    char* end = nullptr;
    const double out = std::strtod(text.c_str(), &end);
    check(end == text.c_str() + text.size() && std::isfinite(out));
    if (errno == ERANGE && out == 0) throw Unjudged{};
    return out;
  }

  void addFloat(Reading::Series& series, const Json& sample) {
    const std::int64_t time = timeOf(sample, series.floats);
    series.floats[time] = valueOf(sample[1]);
  }

  void addHistogram(Reading::Series& series, const Json& sample) {
    const std::int64_t time = timeOf(sample, series.histograms);
    Reading::Histogram histogram;
    histogram.count = valueOf(member(sample[1], "count"));
    histogram.sum = valueOf(member(sample[1], "sum"));
    if (sample[1].contains("buckets")) {
      check(sample[1]["buckets"].is_array());
      for (const Json& bucket : sample[1]["buckets"]) addBucket(histogram, bucket);
    }
    series.histograms[time] = std::move(histogram);
  }

  static void addBucket(Reading::Histogram& histogram, const Json& bucket) {
    check(bucket.is_array() && bucket.size() == 4 && bucket[0].is_number_unsigned() && bucket[0] <= 3);
    const unsigned rule = bucket[0];
    const model::Bucket read{.lower = valueOf(bucket[1]),
                             .upper = valueOf(bucket[2]),
                             .lower_inclusive = rule == 1 || rule == 3,
                             .upper_inclusive = rule == 0 || rule == 3,
                             .count = valueOf(bucket[3])};
    if (!(read.count > 0)) throw Unjudged{};  // a server never shows such
    histogram.buckets.push_back(read);
  }

  const engine::StepGrid* grid_;
};

/// Null where the bytes are no JSON, are deeper than we go, or have a key twice, which the library drops.
std::optional<Json> parse(std::string_view bytes) {
  std::vector<std::set<std::string>> keys;
  bool judged = bytes.find('\0') == std::string_view::npos;
  const Json::parser_callback_t see = [&](int depth, Json::parse_event_t event, Json& parsed) {
    judged = judged && depth < static_cast<int>(kMaxJsonDepth);
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) judged = keys.back().insert(parsed).second && judged;
    return true;
  };
  // A lone surrogate is JSON, but not for the library; we make U+FFFD of it.
  Json json = Json::parse(bytes, see, false);
  if (json.is_discarded() || !judged) return std::nullopt;
  return json;
}

void compare(std::string_view bytes, const Json& json, const engine::StepGrid* grid, const Reading& ours) {
  try {
    const Reading reference = Reference(grid).read(json);
    require(!ours.error, "an answer was refused: " + ours.error.value_or(Error{}).message, bytes);
    require(same(ours, reference), "an answer was read wrongly", bytes);
  } catch (const Refused&) {
    require(ours.error.has_value(), "taken, but no answer", bytes);
  } catch (const Unjudged&) {
  }
}

}  // namespace
}  // namespace prome::querier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace prome::querier;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  constexpr std::int64_t kStart = 1'700'000'000'500;
  const prome::engine::StepGrid grid =
      data[0] % 2 == 0
          ? prome::engine::StepGrid::at(kStart)
          : prome::engine::StepGrid{.start_ms = kStart, .end_ms = kStart + 90'000, .step_ms = 15'000};
  const std::size_t piece = 1 + data[0] / 2 * 3;
  const Reading whole = decode(bytes, grid, bytes.size());
  const Reading pieces = decode(bytes, grid, piece);
  require(same(whole, pieces) && whole.error == pieces.error, "pieces differ from the whole", bytes);
  const Reading samples = decodeSamples(bytes, bytes.size());
  const Reading sample_pieces = decodeSamples(bytes, piece);
  require(same(samples, sample_pieces) && samples.error == sample_pieces.error, "pieces of samples differ",
          bytes);
  if (const auto json = parse(bytes)) {
    compare(bytes, *json, &grid, whole);
    compare(bytes, *json, nullptr, samples);
  }
  return 0;
}
