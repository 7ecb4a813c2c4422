#include "verify/answer.h"

#include <map>

#include "base/json_reader.h"

namespace prome::verify {
namespace {

model::Labels labelsOf(JsonReader& json) {
  std::map<std::string, std::string> pairs;
  json.object([&](const std::string& name) { json.string(pairs[name]); });
  std::vector<model::Label> labels;
  for (const auto& [name, value] : pairs) labels.push_back({name, value});
  return model::Labels::fromUnsorted(std::move(labels));
}

/// A string, or any other value as it stands.
std::string token(JsonReader& json) {
  std::string_view raw;
  if (!json.raw(raw)) return {};
  if (!raw.starts_with('"')) return std::string(raw);
  std::string out;
  JsonReader(raw).string(out);
  return out;
}

std::vector<std::string> tokens(JsonReader& json) {
  std::vector<std::string> out;
  json.array([&] { out.push_back(token(json)); });
  return out;
}

/// `[time, "value"]`, or `[time, {"count": ..., "sum": ..., "buckets": [...]}]`.
AnswerPoint pointOf(JsonReader& json) {
  AnswerPoint out;
  std::size_t index = 0;
  json.array([&] {
    std::string_view raw;
    if (index++ == 0) {
      out.time = token(json);
    } else if (json.raw(raw) && !raw.starts_with('{')) {
      JsonReader value(raw);
      out.value = token(value);
    } else {
      out.is_histogram = true;
      JsonReader histogram(raw);
      histogram.object([&](const std::string& key) {
        if (key == "count") {
          out.count = token(histogram);
        } else if (key == "sum") {
          out.value = token(histogram);
        } else if (key == "buckets") {
          histogram.array([&] {
            std::vector<std::string> bucket = tokens(histogram);
            bucket.resize(4);
            out.buckets.push_back({bucket[0], bucket[1], bucket[2], bucket[3]});
          });
        } else {
          histogram.skip();
        }
      });
    }
  });
  return out;
}

AnswerSeries seriesOf(JsonReader& json) {
  AnswerSeries out;
  json.object([&](const std::string& key) {
    if (key == "metric") {
      out.labels = labelsOf(json);
    } else if (key == "value") {
      out.points.push_back(pointOf(json));
    } else if (key == "histogram") {
      out.histograms.push_back(pointOf(json));
    } else if (key == "values") {
      json.array([&] { out.points.push_back(pointOf(json)); });
    } else if (key == "histograms") {
      json.array([&] { out.histograms.push_back(pointOf(json)); });
    } else {
      json.skip();
    }
  });
  return out;
}

bool readData(JsonReader& json, Answer& out) {
  std::string_view result;
  json.object([&](const std::string& key) {
    if (key == "resultType") {
      json.string(out.result_type);
    } else if (key == "result") {
      json.raw(result);
    } else {
      json.skip();
    }
  });
  JsonReader values(result);
  if (out.result_type == "scalar" || out.result_type == "string") {
    out.series.emplace_back().points.push_back(pointOf(values));
  } else {
    values.array([&] { out.series.push_back(seriesOf(values)); });
  }
  return values.atEnd();
}

}  // namespace

Result<Answer> parseAnswer(int status, std::string_view body) {
  Answer out;
  out.status = status;
  bool whole = true;
  JsonReader json(body);
  json.object([&](const std::string& key) {
    if (key == "data") {
      std::string_view raw;  // of errors, null
      json.raw(raw);
      JsonReader data(raw);
      if (raw.starts_with('{')) whole = readData(data, out);
    } else if (key == "errorType") {
      json.string(out.error_type);
    } else if (key == "error") {
      json.string(out.error);
    } else if (key == "warnings") {
      out.warnings = tokens(json);
    } else if (key == "infos") {
      out.infos = tokens(json);
    } else {
      json.skip();
    }
  });
  if (json.atEnd() && whole) return out;
  if (status / 100 == 2) {
    return fail(ErrorKind::kInternal, "no answer of Prometheus' form: " + std::string(body.substr(0, 200)));
  }
  out.error = std::string(body.substr(0, 200));
  return out;
}

Grade parseGrade(std::string_view header) {
  if (header == "rounding") return Grade::kRounding;
  if (header == "partial") return Grade::kPartial;
  return Grade::kExact;
}

std::string_view gradeName(Grade grade) {
  switch (grade) {
    case Grade::kExact:
      return "exact";
    case Grade::kRounding:
      return "rounding";
    case Grade::kPartial:
      return "partial";
  }
  return "";
}

}  // namespace prome::verify
