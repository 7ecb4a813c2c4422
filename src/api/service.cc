#include "api/service.h"

#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <exception>

#include "api/answers.h"
#include "api/build_info.h"
#include "api/query_endpoint.h"
#include "api/verified_query.h"
#include "base/json_writer.h"
#include "promql/printer.h"
#include "telemetry/log.h"

namespace prome::api {
namespace {

using namespace std::string_view_literals;

struct EndpointPath {
  std::string_view path;
  Endpoint endpoint;
};

constexpr std::array kEndpoints = {
    EndpointPath{"/api/v1/query", Endpoint::kQuery},
    EndpointPath{"/api/v1/query_range", Endpoint::kQueryRange},
    EndpointPath{"/api/v1/series", Endpoint::kSeries},
    EndpointPath{"/api/v1/explain", Endpoint::kExplain},
    EndpointPath{"/api/v1/format_query", Endpoint::kFormatQuery},
    EndpointPath{"/api/v1/parse_query", Endpoint::kParseQuery},
    EndpointPath{"/api/v1/status/buildinfo", Endpoint::kStatus},
    EndpointPath{"/api/v1/status/config", Endpoint::kStatus},
    EndpointPath{"/api/v1/status/flags", Endpoint::kStatus},
    EndpointPath{"/api/v1/status/runtimeinfo", Endpoint::kStatus},
    EndpointPath{"/-/healthy", Endpoint::kHealth},
    EndpointPath{"/-/ready", Endpoint::kHealth},
    EndpointPath{"/-/reload", Endpoint::kReload},
    EndpointPath{"/metrics", Endpoint::kMetrics},
};

Endpoint findEndpoint(std::string_view path) {
  for (const auto& known : kEndpoints) {
    if (known.path == path) return known.endpoint;
  }
  return Endpoint::kOther;
}

/// The methods an endpoint takes, as its Allow field; empty for unknown endpoints.
std::string_view allowedMethods(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kQuery:
    case Endpoint::kQueryRange:
    case Endpoint::kSeries:
    case Endpoint::kExplain:
    case Endpoint::kFormatQuery:
    case Endpoint::kParseQuery:
      return "GET, OPTIONS, POST";
    case Endpoint::kStatus:
      return "GET, OPTIONS";
    case Endpoint::kHealth:
    case Endpoint::kMetrics:
      return "GET, HEAD";
    case Endpoint::kReload:
      return "POST, PUT";
    case Endpoint::kVerification:
    case Endpoint::kOther:
      break;
  }
  return {};
}

bool isAllowed(std::string_view methods, std::string_view method) {
  while (!methods.empty()) {
    const auto comma = methods.find(", ");
    if (methods.substr(0, comma) == method) return true;
    methods = comma == std::string_view::npos ? std::string_view{} : methods.substr(comma + 2);
  }
  return false;
}

/// RFC 3339 in UTC, to the second.
std::string isoTime(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), size};
}

std::string runtimeInfo(const ServiceContext& context, const Snapshot& snapshot) {
  std::array<char, 4096> folder{};
  const char* const cwd = getcwd(folder.data(), folder.size());
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  json.key("startTime").string(isoTime(context.start_time_ms));
  json.key("CWD").string(cwd == nullptr ? "" : cwd);
  json.key("reloadConfigSuccess").boolean(context.reload_good.load());
  json.key("lastConfigTime").string(isoTime(context.reload_time_ms.load()));
  json.key("corruptionCount").integer(0);
  json.key("goroutineCount").integer(0);
  json.key("GOMAXPROCS").integer(sysconf(_SC_NPROCESSORS_ONLN));
  json.key("GOGC").string("");
  json.key("GODEBUG").string("");
  json.key("storageRetention").string("");
  json.key("shardSets").integer(static_cast<std::int64_t>(snapshot.shards.sets().size()));
  json.key("shards").integer(static_cast<std::int64_t>(snapshot.shards.size()));
  json.endObject();
  return out;
}

std::string flagsInfo(const ServiceContext& context) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  for (const auto& [name, value] : context.flags) json.key(name).string(value);
  json.endObject();
  return out;
}

std::string configInfo(const Snapshot& snapshot) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("yaml").string(snapshot.yaml).endObject();
  return out;
}

}  // namespace

Service::Service(http::Loop& loop, ServiceContext& context, SnapshotPtr snapshot)
    : loop_(loop),
      context_(context),
      snapshot_(std::move(snapshot)),
      forwarder_(loop, context.resolver, snapshot_->client),
      gates_(loop.io.get_executor()) {
  shard_metrics_.resize(snapshot_->shards.size());
}

void Service::setSnapshot(SnapshotPtr snapshot) {
  snapshot_ = std::move(snapshot);
  shard_metrics_.assign(snapshot_->shards.size(), nullptr);
  forwarder_.setOptions(snapshot_->client);
  prepared_.clear();
}

/// The metrics of a shard of the current snapshot; one look-up by name the first time.
Metrics::OfShard& Service::shardMetrics(const topology::Shard& shard, topology::ShardId id) {
  const bool current = id < shard_metrics_.size() && &snapshot_->fleet->shards[id].shard == &shard;
  if (!current) return context_.metrics.ofShard(shard.name);
  if (shard_metrics_[id] == nullptr) shard_metrics_[id] = &context_.metrics.ofShard(shard.name);
  return *shard_metrics_[id];
}

http::Awaitable<void> Service::serve(http::Exchange& exchange) {
  std::string_view path = exchange.head.path;
  const std::string_view prefix = context_.route_prefix;
  const bool below = path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  path = below ? path.substr(prefix.size()) : std::string_view{};
  const Endpoint endpoint = findEndpoint(path);
  const Endpoint counted = isVerification(exchange.head, endpoint) ? Endpoint::kVerification : endpoint;
  context_.metrics.requestStarted(counted);
  std::string failure;
  try {
    co_await dispatch(exchange, endpoint, path);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (!failure.empty()) {
    telemetry::log(telemetry::LogLevel::kError, "request failed", {{"path", path}, {"err", failure}});
    const Error error{ErrorKind::kInternal, failure};  // no temporary in a co_await: g++ 12 destroys it twice
    if (exchange.begun())
      exchange.cut();
    else
      co_await respondError(exchange, error);
  }
  const double seconds = std::chrono::duration<double>(http::Clock::now() - exchange.received).count();
  context_.metrics.requestEnded(counted, exchange.status(), seconds, exchange.bytesSent());
}

http::Awaitable<void> Service::dispatch(http::Exchange& exchange, Endpoint endpoint, std::string_view path) {
  const auto methods = allowedMethods(endpoint);
  if (methods.empty()) {
    co_await exchange.respond(404, kPlainText, "404 page not found\n");
    co_return;
  }
  if (!isAllowed(methods, exchange.head.method)) {
    const std::string allow = "Allow: " + std::string(methods) + "\r\n";
    co_await exchange.respond(405, kPlainText, "Method Not Allowed\n", allow);
    co_return;
  }
  if (exchange.head.method == "OPTIONS") {
    const std::string fields = commonFields(exchange);
    co_await exchange.respond(204, {}, {}, fields);
    co_return;
  }
  switch (endpoint) {
    case Endpoint::kQuery:
    case Endpoint::kQueryRange:
    case Endpoint::kSeries:
    case Endpoint::kExplain: {
      QueryEndpoint query(*this, exchange, endpoint);
      co_await query.run();
      break;
    }
    case Endpoint::kFormatQuery:
    case Endpoint::kParseQuery:
      co_await formatOrParse(exchange, endpoint);
      break;
    case Endpoint::kStatus:
      co_await status(exchange, path);
      break;
    case Endpoint::kReload:
      co_await reload(exchange);
      break;
    case Endpoint::kMetrics:
      co_await metricsPage(exchange);
      break;
    case Endpoint::kHealth: {
      const bool good = path == "/-/healthy" || context_.ready.load(std::memory_order_relaxed);
      const auto text = path == "/-/healthy" ? "prome-route is Healthy.\n"sv
                        : good               ? "prome-route is Ready.\n"sv
                                             : "Service Unavailable\n"sv;
      co_await exchange.respond(good ? 200 : 503, kPlainText, text);
      break;
    }
    case Endpoint::kVerification:
    case Endpoint::kOther:
      break;
  }
}

http::Awaitable<void> Service::formatOrParse(http::Exchange& exchange, Endpoint endpoint) {
  const Parameters parameters(exchange, BodyForms::kAll);
  const auto query = promql::parse(parameters.get("query"));
  if (!query) {
    const Error error{ErrorKind::kBadData, "invalid parameter \"query\": " + query.error().message()};
    co_await respondError(exchange, error);
    co_return;
  }
  std::string data;
  if (endpoint == Endpoint::kFormatQuery)
    appendJsonString(data, promql::prettyPrint(query->root()));
  else
    promql::appendAstJson(data, query->root());
  const std::string body = successBody(data);
  co_await respondJson(exchange, body);
}

http::Awaitable<void> Service::status(http::Exchange& exchange, std::string_view path) {
  const SnapshotPtr snapshot = snapshot_;
  std::string data;
  if (path.ends_with("/buildinfo"))
    data = buildInfoData(*snapshot);
  else if (path.ends_with("/runtimeinfo"))
    data = runtimeInfo(context_, *snapshot);
  else if (path.ends_with("/flags"))
    data = flagsInfo(context_);
  else
    data = configInfo(*snapshot);
  const std::string body = successBody(data);
  co_await respondJson(exchange, body);
}

http::Awaitable<void> Service::runSlow(std::function<void()> task) {
  http::Timer done(loop_.io.get_executor(), http::Clock::time_point::max());
  context_.run_slow([&done, task = std::move(task), this] {
    task();
    http::asio::post(loop_.io, [&done] { done.cancel(); });
  });
  co_await done.async_wait(http::kAwait);
}

http::Awaitable<void> Service::metricsPage(http::Exchange& exchange) {
  std::string text;
  std::function<void()> task = [&] { text = context_.serialize_metrics(); };
  co_await runSlow(std::move(task));
  co_await exchange.respond(200, telemetry::kTextFormat, text);
}

http::Awaitable<void> Service::reload(http::Exchange& exchange) {
  Result<void> result;
  std::function<void()> task = [&] { result = context_.reload(); };
  co_await runSlow(std::move(task));
  if (result) {
    co_await exchange.respond(200, kPlainText, {});
    co_return;
  }
  const std::string text = "failed to reload config: " + result.error().message + "\n";
  co_await exchange.respond(500, kPlainText, text);
}

}  // namespace prome::api
