#include "api/answers.h"

#include "api/times.h"
#include "base/json_writer.h"

namespace prome::api {

std::string errorBody(const Error& error) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  json.key("status").string("error");
  json.key("errorType").string(errorTypeName(error.kind));
  json.key("error").string(error.message);
  json.endObject();
  return out;
}

std::string successBody(std::string_view data) {
  std::string out = R"({"status":"success","data":)";
  return out.append(data).append("}");
}

std::string emptyResult(std::string_view result_type) {
  std::string out = R"({"resultType":")";
  return out.append(result_type).append(R"(","result":[]})");
}

std::string onesResult(const topology::LabelPairs& labels, const Grid& grid) {
  const bool instant = grid.step == 0;
  std::string out = R"({"resultType":")";
  out.append(instant ? "vector" : "matrix").append(R"(","result":[{"metric":)");
  JsonWriter json(out);
  json.beginObject();
  for (const auto& [name, value] : labels) json.key(name).string(value);
  json.endObject();
  out += instant ? R"(,"value":)" : R"(,"values":[)";
  // Unsigned: the step behind the last one may be more than an int64 holds.
  const auto span = static_cast<std::uint64_t>(grid.end) - static_cast<std::uint64_t>(grid.start);
  const auto steps = instant ? 0 : span / static_cast<std::uint64_t>(grid.step);
  for (std::uint64_t i = 0; i <= steps; ++i) {
    if (i != 0) out += ',';
    out += '[';
    appendTime(out, static_cast<std::int64_t>(static_cast<std::uint64_t>(grid.start) +
                                              i * static_cast<std::uint64_t>(grid.step)));
    out += R"(,"1"])";
  }
  return out.append(instant ? "}]}" : "]}]}");
}

std::string commonFields(const http::Exchange& exchange) {
  if (!exchange.head.find(http::FieldName::kOrigin)) return "Vary: Accept-Encoding, Origin\r\n";
  return "Vary: Accept-Encoding, Origin\r\n"
         "Access-Control-Allow-Headers: Accept, Authorization, Content-Type, Origin\r\n"
         "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
         "Access-Control-Allow-Origin: *\r\n"
         "Access-Control-Expose-Headers: Date\r\n";
}

http::Awaitable<void> respondError(http::Exchange& exchange, const Error& error) {
  const std::string body = errorBody(error);
  const std::string fields = commonFields(exchange);
  co_await exchange.respond(httpStatus(error.kind), kJson, body, fields);
}

http::Awaitable<void> respondJson(http::Exchange& exchange, std::string_view body) {
  const std::string fields = commonFields(exchange);
  co_await exchange.respond(200, kJson, body, fields);
}

}  // namespace prome::api
