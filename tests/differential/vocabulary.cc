#include "tests/differential/vocabulary.h"

namespace prome::differential {

verify::Vocabulary vocabulary(Histograms histograms) {
  verify::Vocabulary words;
  words.metrics = {"requests_total", "requests_total", "errors_total", "temperature", "load", "up",
                   "latency_bucket", "latency_count",  "latency_sum",  "missing"};
  if (histograms == Histograms::kAllKinds) {
    words.histogram_metrics = {"native", "native", "sizes", "custom", "mixed", "latency_bucket"};
  }
  words.name_patterns = {
      "requests_total|errors_total", "temperature|load", ".*_total", "latency_.*", "up|load|native",
      "temperature|load|mixed"};
  words.matchers = {R"(job="api")",   R"(job!="db")",       R"(job=~"a.*|web")", R"(code="200")",
                    R"(code!~"4..")", R"(instance="a:1")",  R"(instance!="")",   R"(code="")",
                    R"(job=~".+")",   R"(instance=~"a.*")", R"(le="+Inf")",      R"(job="nope")",
                    R"(version="2")"};
  words.excluding_matchers = {R"(job="api")"};
  words.info_matchers = {R"(version=~".+")", R"(__name__="build_info")",
                         R"(__name__=~".*_info", version!="2")", R"(version="")",
                         R"(__name__!="target_info")"};
  words.labels = {"job", "job", "instance", "code", "le", "__name__", "version", "nope"};
  words.keys = {"job", "job, instance", "instance", "", "code", "job, code"};
  words.histograms = {"latency_bucket",
                      "native",
                      "rate(latency_bucket[2m])",
                      "rate(native[2m])",
                      "custom",
                      "sizes",
                      "sum by (le) (rate(latency_bucket[1m]))",
                      "sum by (le, job) (latency_bucket)",
                      "sum(native)",
                      "increase(custom[5m])",
                      R"({__name__=~"native|latency_bucket|custom"})",
                      "mixed",
                      "avg(native)"};
  words.times = {"100", "0", "250.5", "600", "-10", "120"};
  return words;
}

}  // namespace prome::differential
