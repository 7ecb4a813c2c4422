#include "config/address.h"
#include "config/limits.h"
#include "config/sections.h"

namespace prome::config {
namespace {

/// Takes `text` where `parse` takes it; a mistake at the text where not.
template <class Parse>
void readParsed(Mapping& section, const std::optional<Text>& text, Parse parse, std::string& out) {
  if (!text) return;
  auto parsed = parse(text->value);
  if (parsed) {
    out = std::move(*parsed);
  } else {
    section.reader().mistake(text->at, parsed.error());
  }
}

}  // namespace

http::ServerOptions parseHttp(Mapping section) {
  using std::chrono::milliseconds;
  constexpr Bounds<milliseconds> kTimeouts{kMinTimeout, kMaxTimeout};
  http::ServerOptions out;
  const std::string listen_default = out.listen_addr;
  const auto listen =
      section.text("listen_addr",
                   {.type = "address", .expected = "an address like :9097", .default_text = listen_default});
  readParsed(section, listen, parseListenAddress, out.listen_addr);
  const auto prefix = section.text("route_prefix", {.type = "path", .expected = "a path like /prometheus"});
  readParsed(section, prefix, parsePathPrefix, out.route_prefix);
  section.number("threads", out.threads, {0u, kMaxThreads});
  section.size("max_head_bytes", out.max_head_bytes, {kMinHeadBytes, kMaxHeadBytes});
  section.size("max_body_bytes", out.max_body_bytes, {kMinBodyBytes, kMaxBodyBytes});
  section.number("max_connections", out.max_connections, {std::size_t{1}, kMaxConnections});
  section.duration("idle_timeout", out.idle_timeout, kTimeouts);
  section.duration("read_timeout", out.read_timeout, kTimeouts);
  section.duration("write_timeout", out.write_timeout, kTimeouts);
  section.duration("drain_timeout", out.drain_timeout, {milliseconds(0), kMaxTimeout});
  section.boolean("compress", out.compress);
  section.finish();
  return out;
}

}  // namespace prome::config
