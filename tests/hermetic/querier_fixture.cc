#include "querier_fixture.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>

#include "base/number_format.h"

namespace prome::hermetic {
namespace {

topology::Endpoint endpointOf(const std::string& url) {
  topology::Endpoint endpoint;
  const auto at = url.find("://") + 3;
  const auto colon = url.find(':', at);
  const auto slash = url.find('/', at);
  endpoint.host = url.substr(at, colon - at);
  endpoint.port = static_cast<std::uint16_t>(std::stoul(url.substr(colon + 1)));
  if (slash != std::string::npos) endpoint.path_prefix = url.substr(slash);
  return endpoint;
}

std::shared_ptr<const remote::Fleet> fleetOf(const std::vector<QuerierShard>& shards) {
  std::vector<topology::Shard> out;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    topology::Shard shard;
    shard.name = "s" + std::to_string(i);
    shard.request = shards[i].request;
    for (const auto& url : shards[i].replicas) shard.replicas.push_back(endpointOf(url));
    out.push_back(std::move(shard));
  }
  return *remote::buildFleet(out, nullptr);
}

}  // namespace

RemoteQuestions::RemoteQuestions(const std::vector<QuerierShard>& shards, QuerierSetting setting)
    : setting_(std::move(setting)) {
  pool_.emplace(loop_, setting_.client);
  gates_.emplace(loop_.io.get_executor(), setting_.questions_per_shard);
  options_.max_query_bytes = setting_.max_query_bytes;
  const auto deadline = engine::Clock::now() + setting_.timeout;
  const engine::EvaluationLimits limits{
      .process_budget = nullptr, .cancellation = &cancellation_, .deadline = deadline};
  evaluation_ = std::make_unique<engine::Evaluation>(options_, grid, limits);
  querier_.emplace(remote::QuerierContext{
      .port = {.loop = loop_, .resolver = resolver_, .pool = *pool_, .options = setting_.client},
      .gates = *gates_,
      .fleet = fleetOf(shards),
      .extra_parameters = setting_.extra_parameters,
      .client_fields = {},
      .authorization = setting_.authorization,
      .deadline = deadline,
      .timeout = setting_.timeout,
      .observer = observer(),
      .max_queued_answer = setting_.max_queued_answer,
      .max_queued_query = setting_.max_queued_query});
  running_ = std::thread([this] { loop_.io.run(); });
}

RemoteQuestions::~RemoteQuestions() {
  // Questions that a test has given up are over soon; what they report is counted until then.
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [this] { return reports_.size() == asked_; }));
  lock.unlock();
  std::promise<void> emptied;
  http::asio::post(loop_.io, [&] {
    pool_.reset();
    emptied.set_value();
  });
  emptied.get_future().wait();
  work_.reset();
  loop_.io.stop();
  running_.join();
}

remote::QuestionObserver RemoteQuestions::observer() {
  return {.asked =
              [this](topology::ShardId) {
                const std::lock_guard lock(mutex_);
                ++asked_;
              },
          .answered =
              [this](const remote::QuestionReport& report) {
                const std::lock_guard lock(mutex_);
                reports_.push_back(report);
                changed_.notify_all();
              },
          .foreign_labels =
              [this](topology::ShardId, std::uint64_t series) {
                const std::lock_guard lock(mutex_);
                foreign_labels_ += series;
                changed_.notify_all();
              }};
}

std::vector<remote::QuestionReport> RemoteQuestions::reports(std::size_t count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return reports_.size() >= count; }));
  return reports_;
}

std::size_t RemoteQuestions::foreignLabels() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return foreign_labels_ > 0; }));
  return foreign_labels_;
}

std::unique_ptr<querier::AnswerStream> RemoteQuestions::ask(topology::ShardId shard,
                                                            const std::string& text) {
  querier::Question question;
  question.shard = shard;
  question.kind = kind;
  question.text = std::make_shared<const plan::PieceText>(plan::PieceText{.text = text, .origins = {}});
  question.grid = grid;
  question.labels = {{"cluster", "s" + std::to_string(shard)}};
  return querier_->ask(std::move(question), *evaluation_);
}

std::unique_ptr<querier::SampleAnswerStream> RemoteQuestions::askSamples(const std::string& selector,
                                                                         std::int64_t start_ms,
                                                                         std::int64_t end_ms,
                                                                         engine::SamplesUse use) {
  querier::SamplesQuestion question;
  question.selector =
      std::make_shared<const plan::PieceText>(plan::PieceText{.text = selector, .origins = {}});
  question.start_ms = start_ms;
  question.end_ms = end_ms;
  question.use = use;
  question.labels = {{"cluster", "s0"}};
  return querier_->askSamples(std::move(question), *evaluation_);
}

std::string readAll(querier::AnswerStream& stream) {
  std::string out;
  engine::Series series;
  while (true) {
    const Result<bool> more = stream.next(series);
    if (!more) return std::string(errorTypeName(more.error().kind)) + ": " + more.error().message;
    if (!*more) return out;
    out += series.labels.toString();
    for (const double value : series.floats.values()) {
      out += ' ';
      if (engine::isAbsent(value)) {
        out += '-';
      } else {
        appendGeneral(out, value);
      }
    }
    out += '\n';
  }
}

std::string matrixBody(std::size_t count, const std::string& behind_data) {
  std::string out = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (std::size_t i = 0; i < count; ++i) {
    out += i == 0 ? "" : ",";
    out += R"({"metric":{"i":")" + std::to_string(i) +
           R"("},"values":[[1000.500,"1"],[1015.500,"2"],[1030.500,"3"]]})";
  }
  return out + "]}" + behind_data + "}";
}

}  // namespace prome::hermetic
