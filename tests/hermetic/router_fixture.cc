#include "router_fixture.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "config/config.h"

namespace prome::hermetic {

std::string yamlOf(const RouterText& text) {
  const auto more = [](const std::string& keys) { return keys.empty() ? std::string() : ", " + keys; };
  std::string out = "shard_sets:\n  - name: test\n    routing_labels: [cluster]\n    shards:\n";
  for (const ShardText& shard : text.shards) {
    out += "      - {name: " + shard.name + ", external_labels: {cluster: " + shard.name + "}, replicas: [";
    for (const auto& replica : shard.replicas)
      out += (&replica == shard.replicas.data() ? "" : ", ") + replica;
    out += "]" + more(shard.more) + "}\n";
  }
  out += "http: {listen_addr: \"127.0.0.1:0\", threads: " + std::to_string(text.threads) + more(text.http) +
         "}\n";
  if (!text.client.empty()) out += "client: {" + text.client + "}\n";
  if (!text.query.empty()) out += "query: {" + text.query + "}\n";
  if (!text.probe.empty()) out += "probe: {" + text.probe + "}\n";
  if (!text.verification.empty()) out += "verification: {" + text.verification + "}\n";
  return out + "log: {" + text.log + "}\n";
}

Router::Router(const RouterText& text)
    : yaml_(yamlOf(text)),
      application_({.load = [this]() -> Result<config::Config> {
                      const std::lock_guard lock(mutex_);
                      auto config = config::parseConfig(yaml_, "test.yml");
                      if (config) return std::move(*config);
                      return fail(ErrorKind::kBadData, config.error().front().text());
                    },
                    .flags = {},
                    .lookup = text.lookup}) {
  const auto started = application_.start();
  if (!started) {
    ADD_FAILURE() << started.error().message << "\n" << yaml_;
    return;
  }
  port_ = application_.port();
  running_ = std::thread([this] { application_.run(); });
}

void Router::stop() {
  const std::lock_guard lock(stop_mutex_);
  if (!running_.joinable()) return;
  application_.drain();
  running_.join();
}

void Router::setText(const std::string& yaml) {
  const std::lock_guard lock(mutex_);
  yaml_ = yaml;
}

Answer Router::raw(std::string_view bytes) {
  return TestClient(port_).ask(bytes);
}

Answer Router::get(std::string_view target, std::string_view fields) {
  return raw(hermetic::get(target, fields));
}

Answer Router::post(std::string_view path, std::string_view body, std::string_view fields) {
  return raw(hermetic::post(path, body, fields));
}

double Router::metric(std::string_view series) {
  const Answer page = get("/metrics");
  const std::string line_start = "\n" + std::string(series) + " ";
  const auto at = page.body.find(line_start);
  if (at == std::string::npos) return -1;
  double value = -1;
  std::from_chars(page.body.data() + at + line_start.size(), page.body.data() + page.body.size(), value);
  return value;
}

std::string vectorBody(std::size_t count) {
  std::string out = R"({"status":"success","data":{"resultType":"vector","result":[)";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    out += R"({"metric":{"__name__":"up","instance":"host-)" + std::to_string(i) + R"("},"value":[1,"1"]})";
  }
  return out + "]}}";
}

std::string withCluster(std::string_view body, std::string_view value) {
  static constexpr std::string_view kNext = R"("instance":")";
  const std::string label = R"("cluster":")" + std::string(value) + R"(",)";
  std::string out;
  while (true) {
    const auto at = body.find(kNext);
    out.append(body.substr(0, at));
    if (at == std::string_view::npos) return out;
    out.append(label).append(kNext);
    body.remove_prefix(at + kNext.size());
  }
}

std::pair<std::string, std::string> errorOf(const Answer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (!json.is_object() || json.value("status", "") != "error") return {"<not an error>", answer.body};
  return {json.value("errorType", ""), json.value("error", "")};
}

}  // namespace prome::hermetic
