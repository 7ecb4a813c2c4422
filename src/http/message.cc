// The head parser.
//
// A head is found by its empty line, then walked once, line by line. Names are checked against the token
// table, values by a search for the first control byte, which must be the line's own CRLF: that one search
// both finds the end of the line and refuses bare CR, bare LF, NUL and friends. It runs 16 bytes at a time
// where SSE2 is at hand.
//
// The same walk serves requests and responses; the fields that decide where the message ends (Content-Length,
// Transfer-Encoding, Connection) are judged as they pass, and refused when they could be read in two ways.
#include "http/message.h"

#include <algorithm>
#include <cstring>
#include <string>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace prome::http {
namespace {

constexpr auto kTokenTable = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool isToken(char c) {
  return kTokenTable[static_cast<unsigned char>(c)];
}

bool isControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

/// The first control byte (tab excepted) in [p, end), or end.
const char* findControl(const char* p, const char* end) {
#ifdef __SSE2__
  const __m128i max_control = _mm_set1_epi8(0x1F);
  const __m128i del = _mm_set1_epi8(0x7F);
  const __m128i tab = _mm_set1_epi8('\t');
  for (; end - p >= 16; p += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, max_control), v);
    const __m128i hit = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(v, tab), low), _mm_cmpeq_epi8(v, del));
    const int mask = _mm_movemask_epi8(hit);
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (p < end && !isControl(*p)) ++p;
  return p;
}

ParseOutcome refuse(int status, std::string_view reason) {
  return {.state = ParseState::kRefused, .size = 0, .status = status, .reason = reason};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// Digits only, as RFC 9110 has it: no sign, no list, no overflow.
bool parseLength(std::string_view text, std::uint64_t& out) {
  if (text.empty() || text.size() > 18) return false;
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

/// What the framing fields of a head have said so far.
struct Framing {
  bool transfer_encoding = false;
  bool close = false;
  bool keep_alive = false;
  int hosts = 0;
};

/// Judges one framing field. Returns an empty text, or why the head is refused.
std::string_view judgeField(const Field& field, Head& head, Framing& framing) {
  switch (field.id) {
    case FieldName::kHost:
      ++framing.hosts;
      break;
    case FieldName::kConnection:
      framing.close = framing.close || hasToken(field.value, "close");
      framing.keep_alive = framing.keep_alive || hasToken(field.value, "keep-alive");
      break;
    case FieldName::kContentLength:
      if (head.has_content_length) return "repeated Content-Length";
      if (!parseLength(field.value, head.content_length)) return "bad Content-Length";
      head.has_content_length = true;
      break;
    case FieldName::kTransferEncoding:
      if (framing.transfer_encoding) return "repeated Transfer-Encoding";
      framing.transfer_encoding = true;
      if (!equalsNoCase(field.value, "chunked")) return "unsupported Transfer-Encoding";
      head.chunked = true;
      break;
    default:
      break;
  }
  return {};
}

/// Parses the fields in [p, end), where end is the empty line's CR. Returns kDone (size unset) or kRefused.
ParseOutcome parseFields(const char* p, const char* end, Head& head, Framing& framing) {
  head.field_count = 0;
  head.has_content_length = false;
  head.content_length = 0;
  head.chunked = false;
  while (p < end) {
    const char* const name = p;
    while (p < end && isToken(*p)) ++p;
    if (p == name || p == end || *p != ':') {
      const bool fold = *name == ' ' || *name == '\t';
      return refuse(400, fold ? "folded header line" : "malformed header name");
    }
    Field field{.name = {name, p}, .value = {}, .id = identifyField({name, p})};
    ++p;
    while (p < end && (*p == ' ' || *p == '\t')) ++p;
    const char* const stop = findControl(p, end + 2);
    if (end + 2 - stop < 2 || stop[0] != '\r' || stop[1] != '\n') {
      return refuse(400, "control character in header");
    }
    const char* last = stop;
    while (last > p && (last[-1] == ' ' || last[-1] == '\t')) --last;
    field.value = {p, last};
    p = stop + 2;
    if (head.field_count == kMaxFields) return refuse(431, "too many header fields");
    head.field_storage[head.field_count++] = field;
    if (const auto why = judgeField(field, head, framing); !why.empty()) {
      return refuse(why == "unsupported Transfer-Encoding" ? 501 : 400, why);
    }
  }
  if (head.chunked && head.has_content_length)
    return refuse(400, "both Content-Length and Transfer-Encoding");
  if (head.chunked && head.version == Version::kHttp10) return refuse(400, "Transfer-Encoding in HTTP/1.0");
  head.keep_alive = head.version == Version::kHttp11 ? !framing.close : framing.keep_alive && !framing.close;
  return {.state = ParseState::kDone};
}

bool isScheme(std::string_view text) {
  const auto in_scheme = [](char c) {
    const bool letter = lower(c) >= 'a' && lower(c) <= 'z';
    return letter || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && lower(text[0]) >= 'a' && lower(text[0]) <= 'z' &&
         std::ranges::all_of(text, in_scheme);
}

/// Splits a target into path and query. Origin form, absolute form and `*` are accepted.
bool splitTarget(std::string_view target, RequestHead& head) {
  if (!target.starts_with('/') && target != "*") {
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos || !isScheme(target.substr(0, scheme))) return false;
    const auto path = target.find_first_of("/?", scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
    if (target.starts_with('?')) return false;
  }
  const auto fragment = target.find('#');
  if (fragment != std::string_view::npos) return false;
  const auto mark = target.find('?');
  head.path = target.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  return true;
}

bool parseVersion(std::string_view text, Version& version) {
  if (text == "HTTP/1.1") {
    version = Version::kHttp11;
    return true;
  }
  if (text == "HTTP/1.0") {
    version = Version::kHttp10;
    return true;
  }
  return false;
}

/// A first line that can never become valid is refused before its end has come, so that a client that speaks
/// another protocol (TLS, say) is told at once.
bool firstByteIsHopeless(std::string_view bytes) {
  return !bytes.empty() && !isToken(bytes[0]);
}

/// The end of the first line in a whole head, or nullptr if the line has a bare control byte.
const char* endOfLine(const char* p, const char* end) {
  const char* const stop = findControl(p, end);
  return end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n' ? stop : nullptr;
}

/// The position of the head's empty line (its CRLFCRLF) or npos. A bare LF before it is left to the line
/// checks.
std::size_t findHeadEnd(std::string_view bytes) {
  return bytes.find("\r\n\r\n");
}

/// True if a head that has no end yet seems to a lenient parser to have one: an empty line with a bare LF at
/// either side. It is refused as soon as that is seen.
bool endsByBareLf(std::string_view bytes) {
  return bytes.find("\n\n") != std::string_view::npos || bytes.find("\n\r\n") != std::string_view::npos;
}

}  // namespace

bool equalsNoCase(std::string_view text, std::string_view lower_text) {
  if (text.size() != lower_text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_text[i]) return false;
  }
  return true;
}

/// Eight bytes at a time with the case bit set: bytes that differ in that bit alone are letters of two cases,
/// or one of them is no token character, which names do not have.
bool isFieldName(std::string_view name, std::string_view lower_name) {
  constexpr std::uint64_t kCaseBits = 0x2020202020202020;
  if (name.size() != lower_name.size()) return false;
  const char* a = name.data();
  const char* b = lower_name.data();
  std::size_t left = name.size();
  for (; left >= 8; left -= 8, a += 8, b += 8) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a, 8);
    std::memcpy(&y, b, 8);
    if ((x | kCaseBits) != y) return false;
  }
  for (; left > 0; --left, ++a, ++b) {
    if ((*a | 0x20) != *b) return false;
  }
  return true;
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool hasToken(std::string_view value, std::string_view lower_token) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    auto item = value.substr(0, comma);
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (equalsNoCase(item, lower_token)) return true;
  }
  return false;
}

FieldName identifyField(std::string_view name) {
  const auto is = [&](std::string_view known, FieldName id) {
    return isFieldName(name, known) ? id : FieldName::kOther;
  };
  const char first = name.empty() ? '\0' : static_cast<char>(name[0] | 0x20);
  switch (name.size()) {
    case 2:
      return is("te", FieldName::kTe);
    case 4:
      return first == 'h' ? is("host", FieldName::kHost) : is("vary", FieldName::kVary);
    case 6:
      return first == 'a'   ? is("accept", FieldName::kAccept)
             : first == 'e' ? is("expect", FieldName::kExpect)
                            : is("origin", FieldName::kOrigin);
    case 7:
      return first == 't' ? is("trailer", FieldName::kTrailer) : is("upgrade", FieldName::kUpgrade);
    case 10:
      return first == 'c' ? is("connection", FieldName::kConnection)
                          : is("keep-alive", FieldName::kKeepAlive);
    case 12:
      return is("content-type", FieldName::kContentType);
    case 13:
      return is("authorization", FieldName::kAuthorization);
    case 14:
      return is("content-length", FieldName::kContentLength);
    case 15:
      return is("accept-encoding", FieldName::kAcceptEncoding);
    case 16:
      return first == 'c' ? is("content-encoding", FieldName::kContentEncoding)
                          : is("proxy-connection", FieldName::kProxyConnection);
    case 17:
      return is("transfer-encoding", FieldName::kTransferEncoding);
    case 18:
      return is("proxy-authenticate", FieldName::kProxyAuthenticate);
    case 19:
      return is("proxy-authorization", FieldName::kProxyAuthorization);
    default:
      return FieldName::kOther;
  }
}

bool isHopByHop(FieldName id) {
  switch (id) {
    case FieldName::kConnection:
    case FieldName::kKeepAlive:
    case FieldName::kProxyAuthenticate:
    case FieldName::kProxyAuthorization:
    case FieldName::kProxyConnection:
    case FieldName::kTe:
    case FieldName::kTrailer:
    case FieldName::kTransferEncoding:
    case FieldName::kUpgrade:
      return true;
    default:
      return false;
  }
}

bool isNominated(const Head& head, std::string_view name) {
  return std::ranges::any_of(head.fields(), [&](const Field& field) {
    return field.id == FieldName::kConnection && hasToken(field.value, lowerCase(name));
  });
}

std::optional<std::string_view> Head::find(FieldName id) const {
  for (const Field& field : fields()) {
    if (field.id == id) return field.value;
  }
  return std::nullopt;
}

ParseOutcome parseRequestHead(std::string_view bytes, RequestHead& head) {
  if (firstByteIsHopeless(bytes)) return refuse(400, "malformed request line");
  const auto head_end = findHeadEnd(bytes);
  if (head_end == std::string_view::npos) {
    if (endsByBareLf(bytes)) return refuse(400, "bare LF in header");
    return {};
  }
  const char* const begin = bytes.data();
  const char* const end = begin + head_end + 2;  // the empty line
  const char* const line_end = endOfLine(begin, end);
  if (line_end == nullptr) return refuse(400, "malformed request line");
  const std::string_view line(begin, line_end);
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos) {
    return refuse(400, "malformed request line");
  }
  head.method = line.substr(0, first);
  if (!std::ranges::all_of(head.method, isToken)) return refuse(400, "malformed method");
  const auto target = line.substr(first + 1, second - first - 1);
  if (target.empty() || target.find('\t') != std::string_view::npos || !splitTarget(target, head)) {
    return refuse(400, "malformed request target");
  }
  const auto version = line.substr(second + 1);
  if (!parseVersion(version, head.version)) {
    return refuse(version.starts_with("HTTP/") ? 505 : 400, "unsupported HTTP version");
  }
  Framing framing;
  auto outcome = parseFields(line_end + 2, end, head, framing);
  if (outcome.state != ParseState::kDone) return outcome;
  if (framing.hosts > 1 || (framing.hosts == 0 && head.version == Version::kHttp11)) {
    return refuse(400, framing.hosts == 0 ? "missing Host" : "repeated Host");
  }
  head.expect_continue = false;
  if (const auto expect = head.find(FieldName::kExpect)) {
    if (!equalsNoCase(*expect, "100-continue")) return refuse(417, "unknown expectation");
    head.expect_continue = head.version == Version::kHttp11;
  }
  outcome.size = head_end + 4;
  return outcome;
}

ParseOutcome parseResponseHead(std::string_view bytes, ResponseHead& head) {
  constexpr std::string_view kStart = "HTTP/1.";
  const auto seen = std::min(bytes.size(), kStart.size());
  if (bytes.substr(0, seen) != kStart.substr(0, seen)) return refuse(502, "not an HTTP/1.1 answer");
  const auto head_end = findHeadEnd(bytes);
  if (head_end == std::string_view::npos) return {};
  const char* const begin = bytes.data();
  const char* const end = begin + head_end + 2;
  const char* const line_end = endOfLine(begin, end);
  if (line_end == nullptr) return refuse(502, "malformed status line");
  const std::string_view line(begin, line_end);
  if (line.size() < 12 || line[8] != ' ' || !parseVersion(line.substr(0, 8), head.version)) {
    return refuse(502, "malformed status line");
  }
  std::uint64_t status = 0;
  if (!parseLength(line.substr(9, 3), status) || status < 100 || (line.size() > 12 && line[12] != ' ')) {
    return refuse(502, "malformed status line");
  }
  head.status = static_cast<int>(status);
  head.reason = line.size() > 13 ? line.substr(13) : std::string_view{};
  Framing framing;
  auto outcome = parseFields(line_end + 2, end, head, framing);
  if (outcome.state != ParseState::kDone) {
    outcome.status = 502;
    return outcome;
  }
  outcome.size = head_end + 4;
  return outcome;
}

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 413:
      return "Request Entity Too Large";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace prome::http
