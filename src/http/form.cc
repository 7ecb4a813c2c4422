#include "http/form.h"

#include <algorithm>
#include <array>

#include "http/message.h"

namespace prome::http {
namespace {

constexpr auto kHexDigits = [] {
  std::array<signed char, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 10; ++i) table[static_cast<std::size_t>('0' + i)] = static_cast<signed char>(i);
  for (int i = 0; i < 6; ++i) {
    table[static_cast<std::size_t>('a' + i)] = static_cast<signed char>(10 + i);
    table[static_cast<std::size_t>('A' + i)] = static_cast<signed char>(10 + i);
  }
  return table;
}();

int hexDigit(char c) {
  return kHexDigits[static_cast<unsigned char>(c)];
}

/// Decodes %XX and `+` into `out`. False at a bad escape, which is then left in `bad`.
bool unescape(std::string_view text, std::string& out, std::string_view& bad) {
  bool good = true;
  out.resize_and_overwrite(text.size(), [&](char* to, std::size_t) {
    char* const begin = to;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c != '%') {
        *to++ = c == '+' ? ' ' : c;
        continue;
      }
      const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        bad = text.substr(i, 3);
        good = false;
        break;
      }
      *to++ = static_cast<char>(high * 16 + low);
      i += 2;
    }
    return static_cast<std::size_t>(to - begin);
  });
  return good;
}

constexpr auto kUnreserved = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("-_.~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

/// The value of `key` among the `; key="value"` parameters of a header value.
std::optional<std::string> headerParameter(std::string_view header, std::string_view key) {
  auto rest = header;
  while (true) {
    const auto semicolon = rest.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(semicolon + 1);
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    std::string value;
    if (rest.starts_with('"')) {
      rest.remove_prefix(1);
      while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
        value += rest.front();
        rest.remove_prefix(1);
      }
      if (rest.empty()) return std::nullopt;
      rest.remove_prefix(1);
    } else {
      const auto end = rest.find_first_of("; \t");
      value = std::string(rest.substr(0, end));
      rest.remove_prefix(std::min(rest.size(), value.size()));
    }
    if (equalsNoCase(name, key)) return value;
  }
}

/// The name of the field a part's head describes, "" for a file or a part without a name.
std::string partName(std::string_view head) {
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head = end == std::string_view::npos ? std::string_view{} : head.substr(end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equalsNoCase(line.substr(0, colon), "content-disposition"))
      continue;
    if (!headerParameter(line, "filename").value_or("").empty()) return {};
    return headerParameter(line, "name").value_or("");
  }
  return {};
}

/// The next line of the boundary `delimiter` (`--XX`) at or behind the start of `body`, with the CRLF before
/// it; only blanks may follow the delimiter. The last one is followed by `--`.
struct BoundaryLine {
  std::size_t start = std::string_view::npos;
  std::size_t end = 0;  // after the line's CRLF, unless last
  bool last = false;
};

BoundaryLine findBoundary(std::string_view body, std::string_view delimiter, bool at_start) {
  std::size_t from = 0;
  while (true) {
    const bool here = at_start && from == 0 && body.starts_with(delimiter);
    const auto start = here ? 0 : body.find("\r\n" + std::string(delimiter), from);
    if (start == std::string_view::npos) return {};
    auto end = start + (here ? 0 : 2) + delimiter.size();
    if (body.substr(end).starts_with("--")) return {.start = start, .end = end, .last = true};
    while (end < body.size() && (body[end] == ' ' || body[end] == '\t')) ++end;
    if (body.substr(end).starts_with("\r\n")) return {.start = start, .end = end + 2, .last = false};
    from = start + 1;
    at_start = false;
  }
}

}  // namespace

std::string appendUrlencoded(std::string_view text, std::vector<Parameter>& out) {
  std::string problem;
  while (!text.empty()) {
    const auto ampersand = text.find('&');
    const auto pair = text.substr(0, ampersand);
    text = ampersand == std::string_view::npos ? std::string_view{} : text.substr(ampersand + 1);
    if (pair.empty()) continue;
    if (pair.find(';') != std::string_view::npos) {
      if (problem.empty()) problem = "invalid semicolon separator in query";
      continue;
    }
    const auto equals = pair.find('=');
    Parameter parameter;
    parameter.raw = pair;
    std::string_view bad;
    if (!unescape(pair.substr(0, equals), parameter.name, bad) ||
        (equals != std::string_view::npos && !unescape(pair.substr(equals + 1), parameter.value, bad))) {
      if (problem.empty()) problem = "invalid URL escape \"" + std::string(bad) + "\"";
      continue;
    }
    if (out.size() == kMaxParameters) return "number of parameters exceeds " + std::to_string(kMaxParameters);
    out.push_back(std::move(parameter));
  }
  return problem;
}

std::string appendMultipart(std::string_view content_type, std::string_view body,
                            std::vector<Parameter>& out) {
  const auto boundary = headerParameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70)
    return "no multipart boundary param in Content-Type";
  const std::string delimiter = "--" + *boundary;
  auto line = findBoundary(body, delimiter, true);
  while (line.start != std::string_view::npos && !line.last) {
    body.remove_prefix(line.end);
    line = findBoundary(body, delimiter, false);
    if (line.start == std::string_view::npos) break;
    const auto part = body.substr(0, line.start);
    const auto head_end = part.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return "multipart: malformed part";
    auto name = partName(part.substr(0, head_end));
    if (name.empty()) continue;
    if (out.size() == kMaxParameters) return "multipart: message too large";
    out.push_back({std::move(name), std::string(part.substr(head_end + 4)), {}});
  }
  return line.last ? "" : "multipart: NextPart: EOF";
}

void appendEscaped(std::string& out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + 3 * text.size(), [&](char* data, std::size_t) {
    char* to = data + before;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (kUnreserved[byte]) {
        *to++ = c;
      } else if (c == ' ') {
        *to++ = '+';
      } else {
        *to++ = '%';
        *to++ = kDigits[byte >> 4];
        *to++ = kDigits[byte & 15];
      }
    }
    return static_cast<std::size_t>(to - data);
  });
}

}  // namespace prome::http
