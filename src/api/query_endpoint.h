// /api/v1/query, query_range, series and explain: from parameters to a route to an answer.
//
// Lives for one request, in its coroutine; one event loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/answers.h"
#include "api/planned_answer.h"
#include "api/service.h"
#include "api/times.h"

namespace prome::api {

class QueryEndpoint {
 public:
  QueryEndpoint(Service& service, http::Exchange& exchange, Endpoint endpoint);

  http::Awaitable<void> run();

 private:
  /// What remains to be done once the parameters are read: an answer, or a request to a shard.
  struct Work {
    PreparedQueryPtr query;                 // of a series request for one shard: its route and labels alone
    std::string local_data;                 // for routes answered here
    std::vector<plan::SeriesPiece> series;  // a series request
  };

  Result<Work> prepare();
  Result<Work> prepareQuery();
  Result<Work> prepareSeries();
  Result<Time> readTime(std::string_view name) const;
  Result<void> readTimes();
  Result<void> readTimeout();
  Result<PreparedQueryPtr> readQuery();
  Result<PreparedQueryPtr> parseAndRoute(std::string_view text) const;
  Result<promql::Query> parse(std::string_view text) const;
  Result<PlannedRequest> plannedRequest(const promql::Query& query) const;
  http::Awaitable<std::optional<Error>> explain();
  /// Is it about a range? Of explain, as its parameters say.
  bool isRange() const;
  Result<void> checkType(promql::ValueType type) const;
  forward::AnswerShape answerShape(promql::ValueType type) const;
  std::string resultType(promql::ValueType type) const;
  std::string forwardedParameters(const Work& work) const;
  std::string clientFields() const;
  std::vector<const remote::RemoteShard*> candidates(const Work& work) const;
  std::string extraParameters() const;
  std::string seriesParameters() const;
  Result<ExplainFormat> readFormat() const;
  Result<ExplainDepth> readDepth() const;
  Result<plan::Exactness> readExactness() const;
  Result<bool> readPartial() const;
  Result<std::size_t> readLimit() const;
  Result<std::chrono::milliseconds> readLookback() const;
  http::Awaitable<void> forward(const Work& work);
  http::Awaitable<void> answerPlanned(const Work& work);
  http::Awaitable<void> answerSeries(const Work& work);
  void count(const forward::ForwardReport& report) const;
  /// Has the answer verified in the background, if it is one of the sample.
  void offerForVerification() const;
  void logAccess(const forward::ForwardReport* report, std::string_view detail) const;

  Service& service_;
  http::Exchange& exchange_;
  Endpoint endpoint_;
  SnapshotPtr snapshot_;
  Parameters parameters_;
  std::int64_t now_ms_;
  Grid grid_;
  std::chrono::nanoseconds timeout_;
  bool client_timeout_ = false;
  bool times_read_ = false;
};

}  // namespace prome::api
