#include "tests/differential/data_generator.h"

#include <algorithm>

#include "base/number_format.h"

namespace prome::differential {
namespace {

std::string number(double value) {
  std::string out;
  appendGeneral(out, value);
  return out;
}

class DataGenerator {
 public:
  DataGenerator(Random& random, std::size_t samples, Histograms histograms)
      : random_(random), samples_(samples), histograms_(histograms) {}

  void floats() {
    for (const std::string metric : {"requests_total", "errors_total"}) {
      const std::size_t count = random_.below(6);
      for (std::size_t i = 0; i < count; ++i) add(metric + labels(true), counter());
    }
    for (const std::string metric : {"temperature", "load", "up"}) {
      const std::size_t count = random_.below(4);
      for (std::size_t i = 0; i < count; ++i) add(metric + labels(false), gauge());
    }
    if (random_.percent(60)) classicHistogram();
    if (random_.percent(50)) infoSeries();
  }

  void histograms() {
    const std::size_t count = random_.below(4);
    for (std::size_t i = 0; i < count; ++i) add("native" + labels(false), exponential(false));
    if (random_.percent(50)) add("sizes" + labels(false), exponential(true));
    const std::size_t customs = random_.below(3);
    for (std::size_t i = 0; i < customs; ++i) add("custom" + labels(false), customBuckets());
    if (random_.percent(40)) add("mixed" + labels(false), mixed());
  }

  std::vector<SeriesText> take() { return std::move(series_); }

 private:
  std::string labels(bool with_code) {
    std::string out = "{job=\"" + random_.pick({"api", "db", "web"}) + "\"";
    if (random_.percent(85)) out += ",instance=\"" + random_.pick({"a:1", "b:2", "c10"}) + "\"";
    if (with_code && random_.percent(80)) out += ",code=\"" + random_.pick({"200", "404", "500"}) + "\"";
    if (random_.percent(3)) out += ",__type__=\"counter\"";
    return out + "}";
  }

  void add(const std::string& metric, std::vector<std::string> values) {
    const auto same = [&](const SeriesText& series) { return series.metric == metric; };
    if (std::ranges::any_of(series_, same)) return;
    for (std::string& value : values) {
      if (random_.percent(gaps_)) value = "_";
      if (random_.percent(2)) value = "stale";
    }
    SeriesText series{metric, std::move(values), {}};
    // Prometheus' storage keeps the start timestamps of floats alone.
    const bool has_histograms =
        std::ranges::any_of(series.values, [](const std::string& value) { return value.starts_with("{{"); });
    if (!has_histograms && random_.percent(8)) addStarts(series);
    series_.push_back(std::move(series));
    gaps_ = random_.pick(std::vector<std::size_t>{0, 0, 5, 30, 80});
  }

  void addStarts(SeriesText& series) {
    const std::int64_t base = random_.between(1, 20);
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      const std::int64_t age =
          random_.percent(20) ? random_.between(0, 30) : base + static_cast<std::int64_t>(i) % 7;
      series.starts.push_back(
          random_.percent(10) || series.values[i] == "_" ? "_" : "-" + std::to_string(age * 5) + "s");
    }
  }

  std::string odd() {
    return random_.pick({"NaN", "Inf", "-Inf", "-0", "0", "1e308", "-1e308", "5e-324", "1e-300"});
  }

  std::vector<std::string> counter() {
    std::vector<std::string> values;
    double value = static_cast<double>(random_.below(50));
    const double unit = random_.percent(70) ? 1 : 0.1;
    for (std::size_t i = 0; i < samples_; ++i) {
      if (random_.percent(6)) value = random_.percent(50) ? 0 : static_cast<double>(random_.below(5));
      if (random_.percent(80)) value += static_cast<double>(random_.below(20)) * unit;
      values.push_back(random_.percent(1) ? odd() : number(value));
    }
    return values;
  }

  std::vector<std::string> gauge() {
    std::vector<std::string> values;
    const std::size_t odds = random_.pick(std::vector<std::size_t>{0, 0, 3, 30});
    const double base = static_cast<double>(random_.below(100));
    const bool constant = random_.percent(15);
    for (std::size_t i = 0; i < samples_; ++i) {
      const double value = constant ? base : base + static_cast<double>(random_.between(-60, 60)) / 4;
      values.push_back(random_.percent(odds) ? odd() : number(value));
    }
    return values;
  }

  void classicHistogram() {
    const std::size_t sets = 1 + random_.below(3);
    for (std::size_t set = 0; set < sets; ++set) {
      std::string base = labels(false);
      base.pop_back();
      const std::vector<std::string> bounds =
          random_.pick(std::vector<std::vector<std::string>>{{"0.1", "0.5", "1", "+Inf"},
                                                             {"-1", "0", "1", "2.5", "+Inf"},
                                                             {"1", "2"},
                                                             {"1", "+Inf"},
                                                             {"1", "1.0", "+Inf"},
                                                             {"x", "1", "+Inf"}});
      std::vector<std::vector<std::string>> values(bounds.size());
      std::vector<double> counts(bounds.size(), 0);
      for (std::size_t i = 0; i < samples_; ++i) {
        double total = 0;
        for (std::size_t b = 0; b < bounds.size(); ++b) {
          if (random_.percent(60)) counts[b] += static_cast<double>(random_.below(4));
          total += counts[b];
          const double wrong = random_.percent(2) ? -1.5 : 0;
          values[b].push_back(number(std::max(0.0, total + wrong)));
        }
        if (random_.percent(3)) std::ranges::fill(counts, 0);
      }
      for (std::size_t b = 0; b < bounds.size(); ++b) {
        add("latency_bucket" + base + ",le=\"" + bounds[b] + "\"}", values[b]);
      }
      add("latency_count" + base + "}", values.back());
      add("latency_sum" + base + "}", counter());
    }
    if (histograms_ == Histograms::kAllKinds && random_.percent(20))
      add("latency_bucket" + labels(false), exponential(false));
  }

  void infoSeries() {
    for (const std::string metric : {"target_info", "build_info"}) {
      const std::size_t count = 1 + random_.below(3);
      for (std::size_t i = 0; i < count; ++i) {
        add(metric + "{job=\"" + random_.pick({"api", "db", "web"}) + "\",instance=\"" +
                random_.pick({"a:1", "b:2", "c10"}) + "\",version=\"" + random_.pick({"1.9", "1.10", "2"}) +
                "\"}",
            std::vector<std::string>(samples_, "1"));
      }
    }
  }

  std::string bucketList(const std::vector<double>& buckets) {
    std::string out = "[";
    for (const double bucket : buckets) out += (out.size() > 1 ? " " : "") + number(bucket);
    return out + "]";
  }

  void grow(std::vector<double>& buckets) {
    for (double& bucket : buckets) bucket += random_.percent(50) ? static_cast<double>(random_.below(5)) : 0;
  }

  static double total(const std::vector<double>& buckets) {
    double sum = 0;
    for (const double bucket : buckets) sum += bucket;
    return sum;
  }

  std::string exponentialText(std::int64_t schema, const std::vector<double>& positive,
                              const std::vector<double>& negative, double zeros, double width, double sum,
                              const std::string& hint) {
    std::string out = "{{schema:" + std::to_string(schema) +
                      " count:" + number(total(positive) + total(negative) + zeros) +
                      " sum:" + (random_.percent(1) ? "NaN" : number(sum));
    if (zeros > 0) out += " z_bucket:" + number(zeros);
    if (width > 0) out += " z_bucket_w:" + number(width);
    if (!positive.empty()) out += " offset:" + std::to_string(offset_) + " buckets:" + bucketList(positive);
    if (!negative.empty()) out += " n_offset:0 n_buckets:" + bucketList(negative);
    if (!hint.empty()) out += " counter_reset_hint:" + hint;
    return out + "}}";
  }

  std::vector<std::string> exponential(bool gauge) {
    std::vector<std::string> values;
    std::vector<double> positive(1 + random_.below(5), 1);
    std::vector<double> negative(random_.percent(30) ? 1 + random_.below(3) : 0, 1);
    std::int64_t schema = random_.between(-1, 3);
    double zeros = static_cast<double>(random_.below(3));
    const double width = random_.percent(50) ? 0.001 : 0;
    offset_ = random_.between(-3, 3);
    double sum = 5;
    for (std::size_t i = 0; i < samples_; ++i) {
      grow(positive);
      grow(negative);
      sum += static_cast<double>(random_.below(20)) / 2;
      if (random_.percent(4)) positive.push_back(1);
      if (random_.percent(3)) schema = random_.between(-1, 3);
      if (random_.percent(gauge ? 30 : 4)) {
        std::ranges::fill(positive, static_cast<double>(random_.below(2)));
        zeros = 0;
        sum = 1;
      }
      values.push_back(exponentialText(schema, positive, negative, zeros, width, sum, gauge ? "gauge" : ""));
    }
    return values;
  }

  std::vector<std::string> customBuckets() {
    std::vector<std::string> values;
    std::vector<std::vector<std::string>> layouts = {{"1", "2", "5"}, {"1", "5"}, {"-1", "0", "1"}, {"2"}};
    std::vector<std::string> bounds = random_.pick(layouts);
    std::vector<double> counts(bounds.size() + 1, 1);
    double sum = 0;
    for (std::size_t i = 0; i < samples_; ++i) {
      if (random_.percent(4)) {
        bounds = random_.pick(layouts);
        counts.assign(bounds.size() + 1, 0);
      }
      grow(counts);
      sum += static_cast<double>(random_.below(9));
      std::string list;
      for (const std::string& bound : bounds) list += (list.empty() ? "" : " ") + bound;
      values.push_back("{{schema:-53 count:" + number(total(counts)) + " sum:" + number(sum) +
                       " custom_values:[" + list + "] buckets:" + bucketList(counts) + "}}");
    }
    return values;
  }

  std::vector<std::string> mixed() {
    std::vector<std::string> values = counter();
    const std::vector<std::string> native = exponential(random_.percent(30));
    const std::vector<std::string> custom = customBuckets();
    for (std::size_t i = 0; i < samples_; ++i) {
      if (random_.percent(30)) values[i] = native[i];
      if (random_.percent(10)) values[i] = custom[i];
    }
    return values;
  }

  Random& random_;
  const std::size_t samples_;
  const Histograms histograms_;
  std::vector<SeriesText> series_;
  std::size_t gaps_ = 0;
  std::int64_t offset_ = 0;
};

}  // namespace

std::vector<SeriesText> generateSeries(Random& random, std::size_t samples, Histograms histograms) {
  DataGenerator generator(random, samples, histograms);
  generator.floats();
  if (histograms == Histograms::kAllKinds) generator.histograms();
  std::vector<SeriesText> series = generator.take();
  if (series.empty()) series.push_back({"up{job=\"api\"}", std::vector<std::string>(samples, "1"), {}});
  return series;
}

}  // namespace prome::differential
