#include "api/verified_query.h"

#include <string>

#include "verify/shadow.h"

namespace prome::api {

bool isVerification(const http::RequestHead& head, Endpoint endpoint) {
  if (endpoint != Endpoint::kQuery && endpoint != Endpoint::kQueryRange) return false;
  for (const http::Field& field : head.fields()) {
    if (field.id == http::FieldName::kOther && http::isFieldName(field.name, verify::kShadowHeader))
      return true;
  }
  return false;
}

bool isVerifiable(int status) {
  return status == 200 || status == 400 || status == 422;
}

verify::ShadowQuestion questionOf(const http::RequestHead& head, const Parameters& parameters,
                                  Endpoint endpoint, const QueryTimes& times) {
  verify::ShadowQuestion out;
  const bool range = endpoint == Endpoint::kQueryRange;
  out.question.query = parameters.get("query");
  out.question.kind = range ? verify::QuestionKind::kRange : verify::QuestionKind::kInstant;
  out.question.start_ms = times.start_ms;
  out.question.end_ms = times.end_ms;
  out.question.step_ms = times.step_ms;
  for (const std::string_view name : {"timeout", "limit", "lookback_delta"}) {
    const std::string_view value = parameters.get(name);
    if (!value.empty()) out.question.more.emplace_back(name, value);
  }
  out.authorization = head.find(http::FieldName::kAuthorization).value_or("");
  return out;
}

}  // namespace prome::api
