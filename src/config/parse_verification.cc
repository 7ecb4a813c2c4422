#include "config/address.h"
#include "config/limits.h"
#include "config/sections.h"

namespace prome::config {

verify::ShadowOptions parseVerification(Mapping section) {
  verify::ShadowOptions out;
  const auto oracle =
      section.text("oracle", {.type = "address", .expected = "an address like 10.0.0.1:9090"});
  if (oracle) {
    if (const auto endpoint = parseEndpoint(oracle->value)) {
      out.oracle = endpoint->url();
    } else {
      section.reader().mistake(oracle->at, endpoint.error());
    }
  }
  section.ratio("ratio", out.ratio);
  section.number("max_concurrency", out.max_concurrency, {std::size_t{1}, kMaxVerifications});
  section.number("max_queue", out.max_queue, {std::size_t{1}, kMaxVerificationQueue});
  section.duration("timeout", out.timeout, {kMinTimeout, kMaxTimeout});
  section.duration("settle", out.settle, {std::chrono::milliseconds(0), kMaxTimeout});
  section.size("max_answer_bytes", out.max_answer_bytes, {kMinAnswerBytes, kMaxAnswerBytes});
  out.request = mergeRequestSettings(parseRequestSettings(section), {});
  section.finish();
  return out;
}

}  // namespace prome::config
