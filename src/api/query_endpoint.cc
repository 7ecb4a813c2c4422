// One query, step by step: read the parameters in Prometheus' order (so that of several mistakes the same one
// is reported), parse, route, and either answer here or hand the rewritten request to the forwarder.
//
// Every parameter but the query itself is passed on as it was given; `time` is set where it is missing, so
// that "now" is read once, here; `timeout` is passed on less what is spent.
#include "api/query_endpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "api/explain.h"
#include "api/planned_answer.h"
#include "api/series_answer.h"
#include "api/times.h"
#include "api/verified_query.h"
#include "plan/planner.h"
#include "telemetry/log.h"

namespace prome::api {
namespace {

using namespace std::string_view_literals;
using plan::Route;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::int64_t kMaxPoints = 11'000;
constexpr std::size_t kMaxAnyShards = 3;  // shards tried for a query that any can answer
constexpr std::size_t kMaxLoggedQuery = 2048;

Error invalidParameter(std::string_view name, const std::string& why) {
  return {ErrorKind::kBadData, "invalid parameter \"" + std::string(name) + "\": " + why};
}

/// Client fields that are passed on to shards: what Grafana adds for its logs, traces, and Accept.
bool isPassedOn(const http::Field& field) {
  if (field.id != http::FieldName::kOther) return field.id == http::FieldName::kAccept;
  const auto is = [&](std::string_view known) { return http::isFieldName(field.name, known); };
  const auto startsWith = [&](std::string_view prefix) {
    return field.name.size() > prefix.size() &&
           http::isFieldName(field.name.substr(0, prefix.size()), prefix);
  };
  if (field.name.size() < 7) return false;
  switch (field.name[0] | 0x20) {
    case 'b':
      return is("baggage");
    case 't':
      return is("traceparent") || is("tracestate");
    case 'x':
      break;
    default:
      return false;
  }
  switch (field.name[2] | 0x20) {
    case 'g':
      return startsWith("x-grafana-");
    case 'd':
      return startsWith("x-dashboard-") || startsWith("x-datasource-");
    case 'p':
      return startsWith("x-panel-");
    case 'r':
      return startsWith("x-rule-") || is("x-request-id");
    default:
      return false;
  }
}

/// One query in flight, as long as this lives.
class InFlight {
 public:
  explicit InFlight(std::atomic<std::uint64_t>& count)
      : count_(count), before_(count.fetch_add(1, std::memory_order_relaxed)) {}
  ~InFlight() { count_.fetch_sub(1, std::memory_order_relaxed); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  /// How many there were before this one.
  std::uint64_t before() const { return before_; }

 private:
  std::atomic<std::uint64_t>& count_;
  std::uint64_t before_;
};

std::int64_t nowMs() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string_view typeName(promql::ValueType type) {
  switch (type) {
    case promql::ValueType::kScalar:
      return "scalar";
    case promql::ValueType::kVector:
      return "instant vector";
    case promql::ValueType::kMatrix:
      return "range vector";
    case promql::ValueType::kString:
      return "string";
    case promql::ValueType::kNone:
      break;
  }
  return "none";
}

double seconds(http::Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

QueryEndpoint::QueryEndpoint(Service& service, http::Exchange& exchange, Endpoint endpoint)
    : service_(service),
      exchange_(exchange),
      endpoint_(endpoint),
      snapshot_(service.snapshot_),
      parameters_(exchange, endpoint == Endpoint::kSeries ? BodyForms::kUrlencodedOnly : BodyForms::kAll),
      now_ms_(nowMs()),
      timeout_(snapshot_->query.timeout) {}

// Reading the parameters.

Result<void> QueryEndpoint::readTimeout() {
  const auto text = parameters_.get("timeout");
  if (text.empty()) return {};
  const auto nanos = parseDuration(text);
  if (!nanos) return std::unexpected(invalidParameter("timeout", nanos.error().message));
  client_timeout_ = true;
  timeout_ = std::min(nanoseconds(*nanos), timeout_);
  return {};
}

Result<Time> QueryEndpoint::readTime(std::string_view name) const {
  const auto time = parseTime(parameters_.get(name));
  if (time) return *time;
  // Prometheus says it twice of a time that may be left out, and its 2.x with a capital.
  std::string why = time.error().message;
  if (!isRange()) {
    const bool old = snapshot_->dialect() == model::Dialect::kPrometheus2;
    why = (old ? "Invalid" : "invalid") + (" time value for '" + std::string(name) + "': ") + why;
  }
  return std::unexpected(invalidParameter(name, why));
}

Result<void> QueryEndpoint::readTimes() {
  if (!isRange()) {
    const auto at =
        parameters_.get("time").empty() ? Result<Time>(Time::ofMilliseconds(now_ms_)) : readTime("time");
    if (!at) return std::unexpected(at.error());
    grid_ = {.start = at->milliseconds(), .end = at->milliseconds(), .step = 0};
    times_read_ = true;
    return {};
  }
  const auto start = readTime("start");
  if (!start) return std::unexpected(start.error());
  const auto end = readTime("end");
  if (!end) return std::unexpected(end.error());
  if (*end < *start)
    return std::unexpected(invalidParameter("end", "end timestamp must not be before start time"));
  const auto step = parseDuration(parameters_.get("step"));
  if (!step) return std::unexpected(invalidParameter("step", step.error().message));
  if (*step <= 0) {
    return std::unexpected(invalidParameter(
        "step", "zero or negative query resolution step widths are not accepted. Try a positive integer"));
  }
  if (end->nanosecondsSince(*start) / *step > kMaxPoints) {
    return fail(ErrorKind::kBadData,
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
                "resolution (?step=XX)");
  }
  grid_ = {.start = start->milliseconds(),
           .end = end->milliseconds(),
           .step = std::max<std::int64_t>(*step / 1'000'000, 1)};
  times_read_ = true;
  return {};
}

Result<void> QueryEndpoint::checkType(promql::ValueType type) const {
  using promql::ValueType;
  if (!isRange() || type == ValueType::kVector || type == ValueType::kScalar) return {};
  return std::unexpected(
      invalidParameter("query", "invalid expression type \"" + std::string(typeName(type)) +
                                    "\" for range query, must be Scalar or instant Vector"));
}

bool QueryEndpoint::isRange() const {
  if (endpoint_ == Endpoint::kExplain) {
    return !parameters_.get("start").empty() || !parameters_.get("step").empty();
  }
  return endpoint_ == Endpoint::kQueryRange;
}

Result<promql::Query> QueryEndpoint::parse(std::string_view text) const {
  if (text.size() > snapshot_->query.max_query_bytes) {
    return std::unexpected(invalidParameter("query", "expression of " + std::to_string(text.size()) +
                                                         " bytes is over the limit of " +
                                                         std::to_string(snapshot_->query.max_query_bytes)));
  }
  auto query = promql::parse(text);
  if (!query) return std::unexpected(invalidParameter("query", query.error().message()));
  if (auto good = checkType(query->root().type); !good) return std::unexpected(good.error());
  return *std::move(query);
}

Result<PreparedQueryPtr> QueryEndpoint::parseAndRoute(std::string_view text) const {
  auto query = parse(text);
  if (!query) return std::unexpected(query.error());
  auto prepared = std::make_shared<PreparedQuery>();
  prepared->type = query->root().type;
  prepared->dialect = snapshot_->dialect();
  prepared->route = plan::routeQuery(*query, snapshot_->shards, prepared->dialect);
  if (prepared->route.kind == Route::Kind::kPlanned) {
    prepared->query = std::make_shared<const promql::Query>(*std::move(query));
    return prepared;
  }
  prepared->parameter = "query=";
  http::appendEscaped(prepared->parameter, prepared->route.text);
  if (prepared->route.kind == Route::Kind::kShard) {
    prepared->labels = forward::SplicedLabels(prepared->route.labels);
  }
  return prepared;
}

Result<PreparedQueryPtr> QueryEndpoint::readQuery() {
  const auto text = parameters_.get("query");
  // The memory is that of the service's snapshot, which a reload may have changed since this request began.
  const bool current = service_.snapshot_ == snapshot_;
  auto known = current ? service_.prepared_.find(text) : nullptr;
  if (known != nullptr && known->dialect == snapshot_->dialect()) {
    if (auto good = checkType(known->type); !good) return std::unexpected(good.error());
    return known;
  }
  auto prepared = parseAndRoute(text);
  if (prepared && current) service_.prepared_.remember(text, *prepared);
  return prepared;
}

forward::AnswerShape QueryEndpoint::answerShape(promql::ValueType type) const {
  if (endpoint_ == Endpoint::kSeries) return forward::AnswerShape::kSeries;
  const bool matrix = isRange() || type == promql::ValueType::kMatrix;
  return matrix ? forward::AnswerShape::kMatrix : forward::AnswerShape::kInstant;
}

std::string QueryEndpoint::resultType(promql::ValueType type) const {
  return answerShape(type) == forward::AnswerShape::kMatrix ? "matrix" : "vector";
}

// Preparing.

Result<QueryEndpoint::Work> QueryEndpoint::prepareQuery() {
  if (auto times = readTimes(); !times) return std::unexpected(times.error());
  if (auto timeout = readTimeout(); !timeout) return std::unexpected(timeout.error());
  auto query = readQuery();
  if (!query) return std::unexpected(query.error());
  if (timeout_.count() <= 0) return fail(ErrorKind::kTimeout, "query timed out in query queue");
  Work work{.query = std::move(*query), .local_data = {}, .series = {}};
  const Route& route = work.query->route;
  if (route.kind == Route::Kind::kEmpty) work.local_data = emptyResult(resultType(work.query->type));
  if (route.kind == Route::Kind::kAbsent) {
    // A range that wraps round has no steps.
    work.local_data = grid_.start <= grid_.end ? onesResult(route.labels, grid_)
                                               : emptyResult(resultType(work.query->type));
  }
  return work;
}

Result<QueryEndpoint::Work> QueryEndpoint::prepareSeries() {
  if (!parameters_.problem().empty()) {
    return fail(ErrorKind::kBadData, "error parsing form values: " + parameters_.problem());
  }
  const auto texts = parameters_.all("match[]");
  if (texts.empty()) return fail(ErrorKind::kBadData, "no match[] parameter provided");
  std::array<std::int64_t, 2> span = {INT64_MIN, INT64_MAX};
  for (const std::size_t end : {0U, 1U}) {
    const auto name = end == 0 ? "start"sv : "end"sv;
    if (parameters_.get(name).empty()) continue;
    const auto time = readTime(name);
    if (!time) return std::unexpected(time.error());
    span[end] = time->milliseconds();
  }
  std::vector<promql::Query> selectors;
  for (const auto text : texts) {
    auto selector = promql::parseMetricSelector(text);
    if (!selector) return std::unexpected(invalidParameter("match[]", selector.error().message()));
    selectors.push_back(std::move(*selector));
  }
  Work work{.query = nullptr, .local_data = {}, .series = plan::routeSeries(selectors, snapshot_->shards)};
  std::erase_if(work.series, [&](const plan::SeriesPiece& piece) {
    return !snapshot_->shards.shard(piece.shard).times.meet(span[0], span[1], now_ms_);
  });
  if (work.series.empty()) {
    work.local_data = "[]";
  } else if (work.series.size() == 1) {
    auto prepared = std::make_shared<PreparedQuery>();
    prepared->labels = forward::SplicedLabels(work.series[0].labels);
    prepared->route = {.kind = Route::Kind::kShard, .shard = work.series[0].shard, .text = {}, .labels = {}};
    work.query = std::move(prepared);
  }
  return work;
}

Result<QueryEndpoint::Work> QueryEndpoint::prepare() {
  return endpoint_ == Endpoint::kSeries ? prepareSeries() : prepareQuery();
}

// Forwarding.

/// Of a series request to several shards: all but selectors and limit.
std::string QueryEndpoint::seriesParameters() const {
  std::string out;
  for (const auto name : {"start"sv, "end"sv}) {
    if (parameters_.get(name).empty()) continue;
    out.append(out.empty() ? "" : "&").append(name).append("=");
    http::appendEscaped(out, parameters_.get(name));
  }
  return out;
}

std::string QueryEndpoint::forwardedParameters(const Work& work) const {
  std::string out;
  out.reserve(work.query->parameter.size() + 128);
  out = work.query->parameter;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!out.empty()) out += '&';
    http::appendEscaped(out, name);
    out += '=';
    http::appendEscaped(out, value);
  };
  if (!work.series.empty()) {
    for (const auto& match : work.series[0].matches) add("match[]", match);
  }
  for (const auto& parameter : parameters_.list()) {
    if (parameter.name == "query" || parameter.name == "match[]" || parameter.name == "timeout") continue;
    if (parameter.name == "time" && parameter.value.empty()) continue;
    if (parameter.raw.empty()) {
      add(parameter.name, parameter.value);
    } else {
      out.append(out.empty() ? "" : "&").append(parameter.raw);
    }
  }
  if (endpoint_ == Endpoint::kQuery && parameters_.get("time").empty()) {
    std::string time;
    appendTime(time, now_ms_);
    add("time", time);
  }
  return out;
}

std::string QueryEndpoint::clientFields() const {
  std::string out;
  out.reserve(256);
  for (const http::Field& field : exchange_.head.fields()) {
    if (!isPassedOn(field) || http::isNominated(exchange_.head, field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return out;
}

/// The shards that may answer: the one routed to, or, where any will do, some that have a replica not known
/// down.
std::vector<const remote::RemoteShard*> QueryEndpoint::candidates(const Work& work) const {
  const auto& shards = snapshot_->fleet->shards;
  if (work.query->route.kind == Route::Kind::kShard) return {&shards[work.query->route.shard]};
  static std::atomic<std::uint32_t> turn{0};
  const std::size_t first = turn.fetch_add(1, std::memory_order_relaxed);
  const auto now = http::Clock::now();
  std::vector<const remote::RemoteShard*> up;
  std::vector<const remote::RemoteShard*> down;
  for (std::size_t i = 0; i < shards.size() && up.size() < kMaxAnyShards; ++i) {
    const auto& shard = shards[(first + i) % shards.size()];
    const bool healthy =
        std::ranges::any_of(shard.replicas, [&](const auto& replica) { return replica->health.up(now); });
    (healthy ? up : down).push_back(&shard);
  }
  for (std::size_t i = 0; i < down.size() && up.size() < kMaxAnyShards; ++i) up.push_back(down[i]);
  return up;
}

http::Awaitable<void> QueryEndpoint::forward(const Work& work) {
  const std::string answer_fields = commonFields(exchange_);
  forward::ShardRequest request;
  using Method = forward::ShardRequest::Method;
  request.method = exchange_.head.method == "POST" ? Method::kPost : Method::kGet;
  request.path = endpointName(endpoint_);
  request.parameters = forwardedParameters(work);
  request.client_fields = clientFields();
  request.authorization = exchange_.head.find(http::FieldName::kAuthorization).value_or("");
  request.accept_encoding = exchange_.head.find(http::FieldName::kAcceptEncoding).value_or("");
  request.pass_timeout = client_timeout_ && endpoint_ != Endpoint::kSeries;
  request.received = exchange_.received;
  request.deadline = exchange_.received + timeout_;
  request.timeout = timeout_;
  request.answer_fields = answer_fields;
  request.labels = &work.query->labels;
  request.shape = answerShape(work.query->type);
  const auto asked = candidates(work);
  auto& in_flight = *service_.shardMetrics(asked.front()->shard, work.query->route.shard).in_flight;
  in_flight.Increment();
  const forward::ForwardReport report = co_await service_.forwarder_.forward(exchange_, asked, request);
  in_flight.Decrement();
  count(report);
  if (report.error && !exchange_.begun() && !report.client_gone)
    co_await respondError(exchange_, *report.error);
  logAccess(&report, report.error ? std::string_view(report.error->message) : std::string_view{});
}

/// The parameters that every shard gets as the client gave them.
std::string QueryEndpoint::extraParameters() const {
  std::string out;
  for (const auto& parameter : parameters_.list()) {
    if (parameter.name != "lookback_delta" || parameter.value.empty()) continue;
    out.append(out.empty() ? "" : "&").append("lookback_delta=");
    http::appendEscaped(out, parameter.value);
  }
  if (client_timeout_) {
    const auto left =
        std::chrono::duration<double>(exchange_.received + timeout_ - http::Clock::now()).count();
    std::array<char, 48> text{};
    const auto size = std::snprintf(text.data(), text.size(), "timeout=%.3f", std::max(left, 0.001));
    out.append(out.empty() ? "" : "&").append(text.data(), static_cast<std::size_t>(size));
  }
  return out;
}

/// `format` of explain.
Result<ExplainFormat> QueryEndpoint::readFormat() const {
  const auto text = parameters_.get("format");
  if (text.empty() || text == "json") return ExplainFormat::kData;
  if (text == "text") return ExplainFormat::kText;
  return std::unexpected(invalidParameter("format", "expected json or text"));
}

Result<plan::Exactness> QueryEndpoint::readExactness() const {
  const auto text = parameters_.get("exactness");
  if (text.empty()) return snapshot_->query.exactness;
  if (text == "rounding") return plan::Exactness::kRoundingAllowed;
  if (text == "exact") return plan::Exactness::kExact;
  return std::unexpected(invalidParameter("exactness", "expected rounding or exact"));
}

/// May the answer be a partial one? `partial_response` is Thanos' name for asking that.
Result<bool> QueryEndpoint::readPartial() const {
  const PartialAnswers allowed = snapshot_->query.partial_answers;
  const auto text = parameters_.get("partial_response");
  if (text.empty()) return allowed == PartialAnswers::kAlways;
  const bool yes = text == "true" || text == "1";
  if (!yes && text != "false" && text != "0") {
    return std::unexpected(invalidParameter("partial_response", "expected true or false"));
  }
  return yes && allowed != PartialAnswers::kNever;
}

/// `analyze` of explain.
Result<ExplainDepth> QueryEndpoint::readDepth() const {
  const auto text = parameters_.get("analyze");
  if (text.empty() || text == "false" || text == "0") return ExplainDepth::kPlan;
  if (text == "true" || text == "1") return ExplainDepth::kAnalysis;
  return std::unexpected(invalidParameter("analyze", "expected true or false"));
}

/// `limit`; in 2.x it says nothing.
Result<std::size_t> QueryEndpoint::readLimit() const {
  const auto text = parameters_.get("limit");
  if (text.empty() || snapshot_->dialect() == model::Dialect::kPrometheus2) return 0;
  std::int64_t limit = 0;
  const auto read =
      std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), text.data() + text.size(), limit);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::unexpected(invalidParameter(
        "limit", "strconv.Atoi: parsing \"" + std::string(text) + "\": " +
                     (read.ec == std::errc::result_out_of_range ? "value out of range" : "invalid syntax")));
  }
  return static_cast<std::size_t>(std::max<std::int64_t>(limit, 0));
}

Result<milliseconds> QueryEndpoint::readLookback() const {
  const auto text = parameters_.get("lookback_delta");
  if (text.empty() || snapshot_->dialect() == model::Dialect::kPrometheus2)
    return snapshot_->query.lookback_delta;
  const auto lookback = parseDuration(text);
  if (!lookback) {
    return std::unexpected(invalidParameter(
        "lookback_delta", "error parsing lookback delta duration: " + lookback.error().message));
  }
  const milliseconds out(*lookback / 1'000'000);
  return out.count() > 0 ? out : snapshot_->query.lookback_delta;
}

Result<PlannedRequest> QueryEndpoint::plannedRequest(const promql::Query& query) const {
  const auto limit = readLimit();
  if (!limit) return std::unexpected(limit.error());
  const auto lookback = readLookback();
  if (!lookback) return std::unexpected(lookback.error());
  const auto exactness = readExactness();
  if (!exactness) return std::unexpected(exactness.error());
  const auto partial = readPartial();
  if (!partial) return std::unexpected(partial.error());
  const bool range = isRange();
  PlannedRequest request(query);
  request.spec.kind = range ? engine::QueryKind::kRange : engine::QueryKind::kInstant;
  request.spec.grid = {grid_.start, grid_.end, range ? grid_.step : 1};
  request.limit = *limit;
  request.extra_parameters = extraParameters();
  request.client_fields = clientFields();
  request.authorization = exchange_.head.find(http::FieldName::kAuthorization).value_or("");
  request.lookback_delta = *lookback;
  request.exactness = *exactness;
  request.may_be_partial = *partial;
  request.now_ms = now_ms_;
  request.deadline = exchange_.received + timeout_;
  request.timeout = timeout_;
  return request;
}

http::Awaitable<void> QueryEndpoint::answerPlanned(const Work& work) {
  const auto request = plannedRequest(*work.query->query);
  std::optional<Error> error;
  if (!request) {
    error = request.error();
  } else {
    PlannedAnswer answer(service_, exchange_, snapshot_, *request);
    error = co_await answer.run();
  }
  if (error && !exchange_.begun() && error->kind != ErrorKind::kCanceled)
    co_await respondError(exchange_, *error);
  logAccess(nullptr, error ? std::string_view(error->message) : std::string_view{});
}

http::Awaitable<std::optional<Error>> QueryEndpoint::explain() {
  if (auto times = readTimes(); !times) co_return times.error();
  if (auto timeout = readTimeout(); !timeout) co_return timeout.error();
  const auto format = readFormat();
  if (!format) co_return format.error();
  const auto depth = readDepth();
  if (!depth) co_return depth.error();
  const std::string_view text = parameters_.get("query");
  const auto query = parse(text);
  if (!query) co_return query.error();
  const auto request = plannedRequest(*query);
  if (!request) co_return request.error();
  PlannedAnswer answer(service_, exchange_, snapshot_, *request);
  co_return co_await answer.explain(text, *format, *depth);
}

http::Awaitable<void> QueryEndpoint::answerSeries(const Work& work) {
  const auto limit = readLimit();
  std::optional<Error> error;
  if (!limit) {
    error = limit.error();
  } else {
    SeriesAnswerRequest request;
    request.pieces = work.series;
    request.parameters = seriesParameters();
    request.limit = *limit;
    request.client_fields = clientFields();
    request.authorization = exchange_.head.find(http::FieldName::kAuthorization).value_or("");
    request.deadline = exchange_.received + timeout_;
    request.timeout = timeout_;
    SeriesAnswer answer(service_, exchange_, snapshot_, request);
    error = co_await answer.run();
  }
  if (error && !exchange_.begun() && error->kind != ErrorKind::kCanceled)
    co_await respondError(exchange_, *error);
  logAccess(nullptr, error ? std::string_view(error->message) : std::string_view{});
}

http::Awaitable<void> QueryEndpoint::run() {
  const InFlight in_flight(service_.context_.queries_in_flight);
  auto& metrics = service_.context_.metrics;
  if (endpoint_ == Endpoint::kExplain) {
    std::optional<Error> error;
    if (in_flight.before() < snapshot_->query.max_in_flight)
      error = co_await explain();
    else
      error = Error{ErrorKind::kUnavailable, "too many queries in flight"};
    if (error && error->kind != ErrorKind::kCanceled) co_await respondError(exchange_, *error);
    logAccess(nullptr, error ? std::string_view(error->message) : std::string_view{});
    co_return;
  }
  // Temporaries with a destructor stay out of co_await: g++ 12 destroys them twice.
  Result<Work> work = in_flight.before() < snapshot_->query.max_in_flight
                          ? prepare()
                          : fail(ErrorKind::kUnavailable, "too many queries in flight");
  if (!work) {
    metrics.decided(work.error().kind == ErrorKind::kBadData ? Decision::kInvalid : Decision::kRefused);
    co_await respondError(exchange_, work.error());
    logAccess(nullptr, work.error().message);
  } else if (!work->local_data.empty()) {
    metrics.decided(Decision::kLocal);
    const std::string body = successBody(work->local_data);
    co_await respondJson(exchange_, body);
    logAccess(nullptr, {});
  } else if (work->query == nullptr) {
    metrics.decided(Decision::kPlanned);
    co_await answerSeries(*work);
  } else if (work->query->route.kind == Route::Kind::kPlanned) {
    metrics.decided(Decision::kPlanned);
    co_await answerPlanned(*work);
  } else {
    metrics.decided(work->query->route.kind == Route::Kind::kShard ? Decision::kShard : Decision::kAnyShard);
    co_await forward(*work);
  }
  if (endpoint_ != Endpoint::kSeries) offerForVerification();
}

// Telling.

void QueryEndpoint::offerForVerification() const {
  verify::Shadow* const shadow = service_.context_.shadow;
  if (shadow == nullptr || !times_read_ || exchange_.wasCut() || !isVerifiable(exchange_.status())) return;
  if (isVerification(exchange_.head, endpoint_) || !shadow->samples()) return;
  shadow->take(questionOf(exchange_.head, parameters_, endpoint_,
                          {.start_ms = grid_.start, .end_ms = grid_.end, .step_ms = grid_.step}));
}

void QueryEndpoint::count(const forward::ForwardReport& report) const {
  if (report.shard == nullptr) return;
  const auto& shards = snapshot_->fleet->shards;
  const auto id = static_cast<topology::ShardId>(report.shard - shards.data());
  auto& metrics = service_.shardMetrics(report.shard->shard, id);
  metrics.duration->Observe(seconds(report.total));
  metrics.bytes->Increment(static_cast<double>(report.bytes_in));
  if (report.foreign_labels > 0)
    metrics.foreign_labels->Increment(static_cast<double>(report.foreign_labels));
  if (report.misplaced_series > 0)
    metrics.misplaced_series->Increment(static_cast<double>(report.misplaced_series));
  if (report.error) {
    if (!report.client_gone) metrics.failed->Increment();
  } else {
    (report.status < 400 ? metrics.ok : metrics.errors)->Increment();
  }
}

void QueryEndpoint::logAccess(const forward::ForwardReport* report, std::string_view detail) const {
  using telemetry::LogLevel;
  if (report != nullptr && report->error && !report->client_gone) {
    telemetry::log(LogLevel::kWarn, "shard failed", {{"shard", report->shard->shard.name}, {"err", detail}});
  }
  if (report != nullptr && report->foreign_labels > 0) {
    telemetry::log(LogLevel::kWarn, "series of a shard carry a routing label of their own",
                   {{"shard", report->shard->shard.name}, {"series", report->foreign_labels}});
  }
  if (report != nullptr && report->misplaced_series > 0) {
    telemetry::log(LogLevel::kWarn, "series sent out of order, too much would have had to be held back",
                   {{"shard", report->shard->shard.name}, {"series", report->misplaced_series}});
  }
  if (!snapshot_->access_log) return;
  const auto query = endpoint_ == Endpoint::kSeries ? parameters_.get("match[]") : parameters_.get("query");
  const auto us = [](http::Clock::duration time) {
    return static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  };
  telemetry::log(
      LogLevel::kInfo, isVerification(exchange_.head, endpoint_) ? "verification" : "query",
      {{"handler", endpointName(endpoint_)},
       {"status", exchange_.status()},
       {"shard",
        report != nullptr && report->shard != nullptr ? std::string_view(report->shard->shard.name) : ""},
       {"shard_status", report != nullptr ? report->status : 0},
       {"attempts", report != nullptr ? report->attempts : 0u},
       {"bytes_in", report != nullptr ? report->bytes_in : 0u},
       {"bytes_out", exchange_.bytesSent()},
       {"first_byte_us", report != nullptr ? us(report->first_byte) : 0},
       {"duration_us", us(http::Clock::now() - exchange_.received)},
       {"query", query.substr(0, kMaxLoggedQuery)},
       {"err", detail}});
}

}  // namespace prome::api
