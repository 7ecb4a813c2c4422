// The protocol is told in prometheus/main.go.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "tests/differential/evaluators.h"

namespace prome::differential {
namespace {

std::string fromHex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  return out;
}

double readDouble(std::istream& in) {
  std::string hex;
  in >> hex;
  std::uint64_t bits = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), bits, 16);
  return std::bit_cast<double>(bits);
}

std::vector<double> readDoubles(std::istream& in) {
  std::size_t count = 0;
  in >> count;
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(readDouble(in));
  return values;
}

std::vector<model::Span> readSpans(std::istream& in) {
  std::size_t count = 0;
  in >> count;
  std::vector<model::Span> spans(count);
  for (model::Span& span : spans) in >> span.offset >> span.length;
  return spans;
}

model::HistogramPtr readHistogram(std::istream& in) {
  model::FloatHistogram h;
  int hint = 0;
  in >> hint >> h.schema;
  h.counter_reset_hint = static_cast<model::CounterResetHint>(hint);
  h.zero_threshold = readDouble(in);
  h.zero_count = readDouble(in);
  h.count = readDouble(in);
  h.sum = readDouble(in);
  h.positive_spans = readSpans(in);
  h.positive_buckets = readDoubles(in);
  h.negative_spans = readSpans(in);
  h.negative_buckets = readDoubles(in);
  h.custom_values = readDoubles(in);
  return std::make_shared<const model::FloatHistogram>(std::move(h));
}

model::Labels readLabels(std::istream& in) {
  model::LabelsBuilder labels;
  for (std::string name, value; in >> name >> value;) labels.set(fromHex(name), fromHex(value));
  return labels.labels();
}

void readKind(std::istream& in, Answer& answer) {
  std::string kind;
  std::string text;
  in >> kind;
  if (kind == "scalar") answer.kind = AnswerKind::kScalar;
  if (kind == "matrix") answer.kind = AnswerKind::kMatrix;
  if (kind == "string") {
    answer.kind = AnswerKind::kString;
    in >> text;
    answer.text = fromHex(std::string_view(text).substr(1));
  }
  if (kind == "error") {
    answer.kind = AnswerKind::kError;
    in >> kind >> text;
    answer.error_kind = kind == "bad_data" ? ErrorKind::kBadData : ErrorKind::kExecution;
    answer.text = fromHex(text);
  }
}

class Prometheus : public Evaluator {
 public:
  explicit Prometheus(const std::string& program) {
    int to[2];
    int from[2];
    if (pipe(to) != 0 || pipe(from) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execl(program.c_str(), program.c_str(), nullptr);
      std::perror(program.c_str());
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    to_ = fdopen(to[1], "w");
    from_ = fdopen(from[0], "r");
  }
  Prometheus(const Prometheus&) = delete;
  Prometheus& operator=(const Prometheus&) = delete;
  ~Prometheus() override {
    std::fclose(to_);
    std::fclose(from_);
    waitpid(pid_, nullptr, 0);
  }

  std::string name() const override { return "prometheus"; }

  Result<void> load(const TestCase& test_case) override {
    const std::string text = loadText(test_case);
    send("DATA " + std::to_string(text.size()) + "\n" + text);
    const std::string reply = line();
    if (reply == "OK") return {};
    return fail(ErrorKind::kBadData, reply);
  }

  Answers answer(const TestCase& test_case, Effort effort) override {
    const Times& times = test_case.times;
    const bool delayed = test_case.name_removal == NameRemoval::kDelayed;
    const std::string repetitions = effort == Effort::kAgain ? "30" : "1";
    send("EVAL " + repetitions + (delayed ? " 1" : " 0") + (times.kind == QueryKind::kRange ? " r " : " i ") +
         std::to_string(times.start_ms) + " " + std::to_string(times.end_ms) + " " +
         std::to_string(times.step_ms) + " " + std::to_string(test_case.query.size()) + "\n" +
         test_case.query);
    Answers answers(1);
    for (std::string next = line(); next != "END"; next = line()) {
      std::istringstream in(next);
      std::string word;
      in >> word;
      Answer& answer = answers.back();
      std::string text;
      std::int64_t time_ms = 0;
      if (word == "OR") answers.emplace_back();
      if (word == "KIND") readKind(in, answer);
      if (word == "SERIES") answer.series.push_back({readLabels(in), {}});
      if (word == "WARN" && in >> text) answer.warnings.push_back(fromHex(text));
      if (word == "INFO" && in >> text) answer.infos.push_back(fromHex(text));
      if (word != "F" && word != "H") continue;
      in >> time_ms;
      if (answer.kind == AnswerKind::kScalar) answer.series.resize(1);
      Point& point = answer.series.back().points.emplace_back(Point{.time_ms = time_ms});
      if (word == "F") point.value = readDouble(in);
      if (word == "H") point.histogram = readHistogram(in);
    }
    for (Answer& answer : answers) sortPoints(answer);
    return answers;
  }

 private:
  static void sortPoints(Answer& answer);

  void send(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), to_);
    std::fflush(to_);
  }
  std::string line() {
    std::string out;
    for (int c = std::fgetc(from_); c != '\n'; c = std::fgetc(from_)) {
      if (c == EOF) {
        std::fprintf(stderr, "the oracle is gone\n");
        std::abort();
      }
      out += static_cast<char>(c);
    }
    return out;
  }

  pid_t pid_ = 0;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

void Prometheus::sortPoints(Answer& answer) {
  for (AnswerSeries& series : answer.series) {
    std::ranges::stable_sort(series.points, {}, &Point::time_ms);
  }
}

}  // namespace

std::unique_ptr<Evaluator> prometheusEvaluator(const std::string& program) {
  return std::make_unique<Prometheus>(program);
}

}  // namespace prome::differential
