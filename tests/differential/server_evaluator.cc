// A real Prometheus server, asked over HTTP: floats go in by remote write, answers come out as JSON.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/differential/evaluators.h"
#include "tests/differential/loopback_http.h"
#include "tests/differential/prometheus_server.h"
#include "tests/differential/remote_write.h"

namespace prome::differential {
namespace {

using Json = nlohmann::json;

std::string formEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char code[4];
    std::snprintf(code, sizeof(code), "%%%02X", static_cast<unsigned char>(c));
    out += code;
  }
  return out;
}

/// Milliseconds as the API takes them: seconds with three decimals.
std::string seconds(std::int64_t ms) {
  const std::string digits = std::to_string(std::abs(ms) + 1'000'000'000'000);
  const std::string whole = std::to_string(std::abs(ms) / 1000);
  return (ms < 0 ? "-" : "") + whole + "." + digits.substr(digits.size() - 3);
}

double valueOf(const std::string& text) {
  return std::strtod(text.c_str(), nullptr);  // the shortest digits that read back the same; NaN, +Inf, -Inf
}

Point pointOf(const Json& pair) {
  const double time = pair.at(0).get<double>();
  return {.time_ms = std::llround(time * 1000), .value = valueOf(pair.at(1).get<std::string>())};
}

AnswerSeries seriesOf(const Json& element) {
  model::LabelsBuilder labels;
  for (const auto& [name, value] : element.at("metric").items()) labels.set(name, value.get<std::string>());
  AnswerSeries series{labels.labels(), {}};
  if (element.contains("value")) series.points.push_back(pointOf(element.at("value")));
  if (element.contains("values")) {
    for (const Json& pair : element.at("values")) series.points.push_back(pointOf(pair));
  }
  return series;
}

std::vector<std::string> annotationsOf(const Json& document, const char* key) {
  std::vector<std::string> texts;
  if (document.contains(key)) texts = document.at(key).get<std::vector<std::string>>();
  std::ranges::sort(texts);
  return texts;
}

Answer errorOf(const Json& document) {
  Answer answer{.kind = AnswerKind::kError};
  const auto type = document.at("errorType").get<std::string>();
  answer.error_kind = type == "bad_data"   ? ErrorKind::kBadData
                      : type == "timeout"  ? ErrorKind::kTimeout
                      : type == "internal" ? ErrorKind::kInternal
                                           : ErrorKind::kExecution;
  answer.text = document.at("error").get<std::string>();
  constexpr std::string_view kPlace = "invalid parameter \"query\": ";
  if (answer.text.starts_with(kPlace)) answer.text.erase(0, kPlace.size());
  return answer;
}

Answer answerOf(const Json& document) {
  if (document.at("status") != "success") return errorOf(document);
  Answer answer;
  const Json& data = document.at("data");
  const Json& result = data.at("result");
  const auto type = data.at("resultType").get<std::string>();
  if (type == "string") {
    answer.kind = AnswerKind::kString;
    answer.text = result.at(1).get<std::string>();
  } else if (type == "scalar") {
    answer.kind = AnswerKind::kScalar;
    answer.series = {{{}, {pointOf(result)}}};
  } else {
    answer.kind = type == "matrix" ? AnswerKind::kMatrix : AnswerKind::kVector;
    for (const Json& element : result) answer.series.push_back(seriesOf(element));
  }
  answer.warnings = annotationsOf(document, "warnings");
  answer.infos = annotationsOf(document, "infos");
  return answer;
}

class Server : public Evaluator {
 public:
  explicit Server(std::string program) : program_(std::move(program)) {}

  std::string name() const override { return "server"; }

  /// Each data set has a server of its own: older samples than those it has would not be taken.
  Result<void> load(const TestCase& test_case) override {
    promqltest::MemoryStorage storage(test_case.dialect);
    if (auto stored = store(test_case, storage); !stored) return stored;
    server_.emplace(program_);
    const auto answer = post(server_->port(), "/api/v1/write",
                             "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n"
                             "X-Prometheus-Remote-Write-Version: 0.1.0\r\n",
                             remoteWriteBody(everything(storage)));
    if (answer && answer->status / 100 == 2) return {};
    return fail(ErrorKind::kBadData, answer ? answer->body : "no answer to a remote write");
  }

  Answers answer(const TestCase& test_case, Effort) override {
    const Times& times = test_case.times;
    const bool is_range = times.kind == QueryKind::kRange;
    std::string form = "query=" + formEncoded(test_case.query);
    if (is_range) {
      form += "&start=" + seconds(times.start_ms) + "&end=" + seconds(times.end_ms) +
              "&step=" + seconds(times.step_ms);
    } else {
      form += "&time=" + seconds(times.start_ms);
    }
    const auto answer = post(server_->port(), is_range ? "/api/v1/query_range" : "/api/v1/query",
                             "Content-Type: application/x-www-form-urlencoded\r\n", form);
    if (!answer) return {Answer{.kind = AnswerKind::kError, .text = "no answer"}};
    return {answerOf(Json::parse(answer->body))};
  }

 private:
  const std::string program_;
  std::optional<PrometheusServer> server_;
};

}  // namespace

std::unique_ptr<Evaluator> serverEvaluator(const std::string& program) {
  return std::make_unique<Server>(program);
}

}  // namespace prome::differential
