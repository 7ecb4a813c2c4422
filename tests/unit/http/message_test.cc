#include "http/message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace prome::http {
namespace {

struct Parsed {
  ParseOutcome outcome;
  std::unique_ptr<RequestHead> head = std::make_unique<RequestHead>();
};

Parsed request(std::string_view bytes) {
  Parsed parsed;
  parsed.outcome = parseRequestHead(bytes, *parsed.head);
  return parsed;
}

/// "done", "more", or "STATUS reason".
std::string describe(const ParseOutcome& outcome) {
  switch (outcome.state) {
    case ParseState::kDone:
      return "done";
    case ParseState::kNeedMore:
      return "more";
    case ParseState::kRefused:
      return std::to_string(outcome.status) + " " + std::string(outcome.reason);
  }
  return "";
}

std::string requestOutcome(std::string_view bytes) {
  return describe(request(bytes).outcome);
}

std::string responseOutcome(std::string_view bytes) {
  const auto head = std::make_unique<ResponseHead>();
  return describe(parseResponseHead(bytes, *head));
}

/// A request with `fields` (complete lines) after a Host.
std::string withFields(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

std::string withTarget(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

struct Case {
  std::string_view input;
  std::string_view outcome;
};

TEST(RequestHead, ReadsAllOfIt) {
  const std::string bytes =
      "POST /api/v1/query?a=b&c HTTP/1.1\r\nhOsT: x:1\r\nContent-Length:  12 \t\r\nX-Empty:\r\nA: "
      "b\tc\xFF\r\n\r\nbody";
  const auto [outcome, head] = request(bytes);
  ASSERT_EQ(describe(outcome), "done");
  EXPECT_EQ(outcome.size, bytes.size() - 4);
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->path, "/api/v1/query");
  EXPECT_EQ(head->query, "a=b&c");
  EXPECT_EQ(head->version, Version::kHttp11);
  EXPECT_TRUE(head->has_content_length);
  EXPECT_EQ(head->content_length, 12U);
  EXPECT_FALSE(head->chunked);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_FALSE(head->expect_continue);
  ASSERT_EQ(head->fields().size(), 4U);
  EXPECT_EQ(head->fields()[0].name, "hOsT");
  EXPECT_EQ(head->find(FieldName::kContentLength), "12");
  EXPECT_EQ(head->find(FieldName::kHost), head->fields()[0].value);
  EXPECT_EQ(head->find(FieldName::kOrigin), std::nullopt);
  std::map<std::string_view, std::string_view> other;
  for (const Field& field : head->fields()) {
    if (field.id == FieldName::kOther) other.emplace(field.name, field.value);
  }
  EXPECT_EQ(other.size(), 2U);
  EXPECT_TRUE(std::ranges::any_of(other, [](const auto& field) { return field.second.empty(); }));
  EXPECT_TRUE(std::ranges::any_of(other, [](const auto& field) { return field.second == "b\tc\xFF"; }));
}

TEST(RequestHead, FirstLines) {
  for (const auto& [line, outcome] :
       std::initializer_list<Case>{{"GET / HTTP/1.1", "done"},
                                   {"X-y! /?a HTTP/1.1", "done"},
                                   {"GET / HTTP/1.0", "done"},
                                   {"GET / HTTP/1.2", "505 unsupported HTTP version"},
                                   {"GET / HTTP/2.0", "505 unsupported HTTP version"},
                                   {"GET / HTTP/1.1 ", "400 malformed request line"},
                                   {"GET / HTTP/1.10", "505 unsupported HTTP version"},
                                   {"GET / http/1.1", "400 unsupported HTTP version"},
                                   {"GET / FTP/1.1", "400 unsupported HTTP version"},
                                   {"GET  / HTTP/1.1", "400 malformed request line"},
                                   {"GET /  HTTP/1.1", "400 malformed request line"},
                                   {"GET / ", "400 unsupported HTTP version"},
                                   {"GET /", "400 malformed request line"},
                                   {"GET", "400 malformed request line"},
                                   {" GET / HTTP/1.1", "400 malformed request line"},
                                   {"G(T / HTTP/1.1", "400 malformed method"},
                                   {"G\xC3T / HTTP/1.1", "400 malformed method"},
                                   {"GET /\t HTTP/1.1", "400 malformed request target"},
                                   {"GET\t/\tHTTP/1.1", "400 malformed request line"},
                                   {"GET /\x01 HTTP/1.1", "400 malformed request line"},
                                   {"GET /\x7F HTTP/1.1", "400 malformed request line"},
                                   {"GET / HTTP/1.1\r", "400 malformed request line"},
                                   {"GET / HTTP/1.1\nX: y", "400 malformed request line"},
                                   {"", "400 malformed request line"}}) {
    EXPECT_EQ(requestOutcome(std::string(line) + "\r\nHost: h\r\n\r\n"), outcome) << line;
  }
}

TEST(RequestHead, Targets) {
  struct Target {
    std::string_view target, path, query;
  };
  for (const auto& [target, path, query] :
       std::initializer_list<Target>{{"/", "/", ""},
                                     {"*", "*", ""},
                                     {"/a?", "/a", ""},
                                     {"/a?b?c", "/a", "b?c"},
                                     {"//a", "//a", ""},
                                     {"http://h", "/", ""},
                                     {"http://h:1/p?q", "/p", "q"},
                                     {"HTTPS+x.y-1://h/a://b", "/a://b", ""}}) {
    const auto bytes = withTarget(target);
    const auto [outcome, head] = request(bytes);
    ASSERT_EQ(describe(outcome), "done") << target;
    EXPECT_EQ(head->path, path) << target;
    EXPECT_EQ(head->query, query) << target;
  }
  for (const std::string_view target : {"a", "h:80", "?x", "/a#b", "/a?b#c", "http://h?q", "http:/h", "#",
                                        "?a=://h/p", "a/b://h/p", "://h/p"}) {
    EXPECT_EQ(requestOutcome(withTarget(target)), "400 malformed request target") << target;
  }
}

TEST(RequestHead, Fields) {
  for (const auto& [fields, outcome] : std::initializer_list<Case>{
           {"A: b\r\n", "done"},
           {"A:\r\n", "done"},
           {"A : b\r\n", "400 malformed header name"},
           {"A\t: b\r\n", "400 malformed header name"},
           {": b\r\n", "400 malformed header name"},
           {"A\r\n", "400 malformed header name"},
           {"A(b): c\r\n", "400 malformed header name"},
           {"\xC3: c\r\n", "400 malformed header name"},
           {" folded\r\n", "400 folded header line"},
           {"\tfolded\r\n", "400 folded header line"},
           {"A: b\r\n c\r\n", "400 folded header line"},
           {"A: b\rc\r\n", "400 control character in header"},
           {"A: b\nC: d\r\n", "400 control character in header"},
           {"A: b\r\r\n", "400 control character in header"},
           {"A: b\x7F\r\n", "400 control character in header"},
           {"A: b\x1F\r\n", "400 control character in header"},
           {"A: 0123456789abcdef\x01 0123456789\r\n", "400 control character in header"},
           {std::string_view("A: b\0c\r\n", 8), "400 control character in header"},
           {std::string_view("A\0: b\r\n", 7), "400 malformed header name"},
           {"A: b\tc \xC3\xBC\r\n", "done"}}) {
    EXPECT_EQ(requestOutcome(withFields(fields)), outcome) << fields;
  }
}

TEST(RequestHead, Lengths) {
  for (const auto& [fields, outcome] : std::initializer_list<Case>{
           {"Content-Length: 0\r\n", "done"},
           {"Content-Length: 007\r\n", "done"},
           {"Content-Length: 999999999999999999\r\n", "done"},
           {"Content-Length: 1000000000000000000\r\n", "400 bad Content-Length"},
           {"Content-Length: 18446744073709551617\r\n", "400 bad Content-Length"},
           {"Content-Length: +1\r\n", "400 bad Content-Length"},
           {"Content-Length: -1\r\n", "400 bad Content-Length"},
           {"Content-Length: 1, 1\r\n", "400 bad Content-Length"},
           {"Content-Length: 1 1\r\n", "400 bad Content-Length"},
           {"Content-Length: 0x1\r\n", "400 bad Content-Length"},
           {"Content-Length: 1.0\r\n", "400 bad Content-Length"},
           {"Content-Length:\r\n", "400 bad Content-Length"},
           {"Content-Length: 1\r\ncontent-length: 1\r\n", "400 repeated Content-Length"},
           {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "400 both Content-Length and Transfer-Encoding"},
           {"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
            "400 both Content-Length and Transfer-Encoding"},
           {"Transfer-Encoding: CHUNKED\r\n", "done"},
           {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "400 repeated Transfer-Encoding"},
           {"Transfer-Encoding: chunked, chunked\r\n", "501 unsupported Transfer-Encoding"},
           {"Transfer-Encoding: gzip, chunked\r\n", "501 unsupported Transfer-Encoding"},
           {"Transfer-Encoding: identity\r\n", "501 unsupported Transfer-Encoding"},
           {"Transfer-Encoding: \r\n", "501 unsupported Transfer-Encoding"},
           {"Transfer-Encoding: chunked;q=1\r\n", "501 unsupported Transfer-Encoding"},
           {"Transfer-Encoding: xchunked\r\n", "501 unsupported Transfer-Encoding"}}) {
    EXPECT_EQ(requestOutcome(withFields(fields)), outcome) << fields;
  }
  const auto chunked = withFields("Transfer-Encoding: chunked\r\n");
  EXPECT_TRUE(request(chunked).head->chunked);
  EXPECT_EQ(requestOutcome("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "400 Transfer-Encoding in HTTP/1.0");
}

TEST(RequestHead, Host) {
  EXPECT_EQ(requestOutcome("GET / HTTP/1.1\r\n\r\n"), "400 missing Host");
  EXPECT_EQ(requestOutcome("GET / HTTP/1.0\r\n\r\n"), "done");
  EXPECT_EQ(requestOutcome("GET / HTTP/1.1\r\nHost:\r\n\r\n"), "done");
  EXPECT_EQ(requestOutcome("GET / HTTP/1.1\r\nHost: a\r\nHOST: a\r\n\r\n"), "400 repeated Host");
  EXPECT_EQ(requestOutcome("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), "400 repeated Host");
}

TEST(RequestHead, KeepAlive) {
  const auto keeps = [](const std::string& bytes) { return request(bytes).head->keep_alive; };
  EXPECT_TRUE(keeps(withFields("")));
  EXPECT_FALSE(keeps(withFields("Connection: close\r\n")));
  EXPECT_FALSE(keeps(withFields("Connection: x , CLOSE\r\n")));
  EXPECT_TRUE(keeps(withFields("Connection: closed\r\n")));
  EXPECT_FALSE(keeps(withFields("Connection: keep-alive\r\nConnection: close\r\n")));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"));
}

TEST(RequestHead, Expectations) {
  const auto yes = withFields("Expect: 100-Continue\r\n");
  EXPECT_TRUE(request(yes).head->expect_continue);
  const std::string old = "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_FALSE(request(old).head->expect_continue);
  EXPECT_EQ(requestOutcome(withFields("Expect: tea\r\n")), "417 unknown expectation");
}

TEST(RequestHead, NumberOfFields) {
  std::string fields;
  for (std::size_t i = 1; i < kMaxFields; ++i) fields += "A: b\r\n";
  EXPECT_EQ(requestOutcome(withFields(fields)), "done");
  EXPECT_EQ(requestOutcome(withFields(fields + "A: b\r\n")), "431 too many header fields");
}

/// Every prefix asks for more, unless it can be refused already; a reused head keeps nothing of the last.
TEST(RequestHead, PrefixesAreNeverDone) {
  const std::string bytes =
      "POST /p?q HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc";
  const auto head = std::make_unique<RequestHead>();
  for (std::size_t size = 0; size < bytes.size() - 3; ++size) {
    EXPECT_EQ(describe(parseRequestHead(std::string_view(bytes).substr(0, size), *head)), "more") << size;
  }
  for (std::size_t size = bytes.size() - 3; size <= bytes.size(); ++size) {
    const auto outcome = parseRequestHead(std::string_view(bytes).substr(0, size), *head);
    EXPECT_EQ(describe(outcome), "done");
    EXPECT_EQ(outcome.size, bytes.size() - 3);
  }
  const std::string next = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_EQ(describe(parseRequestHead(next, *head)), "done");
  EXPECT_FALSE(head->has_content_length || head->chunked || head->expect_continue);
  EXPECT_EQ(head->query, "");
  EXPECT_EQ(head->fields().size(), 1U);
}

TEST(RequestHead, HopelessBytesAreRefusedAtOnce) {
  EXPECT_EQ(requestOutcome("\x16\x03\x01"), "400 malformed request line");
  EXPECT_EQ(requestOutcome("\r"), "400 malformed request line");
  EXPECT_EQ(requestOutcome("GET / HTTP/1.1\nHost: h\n\n"), "400 bare LF in header");
  EXPECT_EQ(requestOutcome("GET / HTTP/1.1\r\nHost: h\r\n\n"), "400 bare LF in header");
}

TEST(ResponseHead, ReadsAllOfIt) {
  const std::string bytes = "HTTP/1.0 503 Service  Unavailable\r\nContent-Length: 0\r\n\r\n";
  const auto head = std::make_unique<ResponseHead>();
  const auto outcome = parseResponseHead(bytes, *head);
  ASSERT_EQ(describe(outcome), "done");
  EXPECT_EQ(outcome.size, bytes.size());
  EXPECT_EQ(head->status, 503);
  EXPECT_EQ(head->reason, "Service  Unavailable");
  EXPECT_EQ(head->version, Version::kHttp10);
  EXPECT_FALSE(head->keep_alive);
  EXPECT_TRUE(head->has_content_length);
}

TEST(ResponseHead, FirstLines) {
  for (const auto& [line, outcome] :
       std::initializer_list<Case>{{"HTTP/1.1 200 OK", "done"},
                                   {"HTTP/1.1 200 ", "done"},
                                   {"HTTP/1.1 200", "done"},
                                   {"HTTP/1.1 999 \xC3\xBC", "done"},
                                   {"HTTP/1.1 099 x", "502 malformed status line"},
                                   {"HTTP/1.1 2000 x", "502 malformed status line"},
                                   {"HTTP/1.1 20 x", "502 malformed status line"},
                                   {"HTTP/1.1 -20 x", "502 malformed status line"},
                                   {"HTTP/1.1  200 x", "502 malformed status line"},
                                   {"HTTP/1.1\t200 x", "502 malformed status line"},
                                   {"HTTP/1.1 200\tOK", "502 malformed status line"},
                                   {"HTTP/1.2 200 OK", "502 malformed status line"},
                                   {"HTTP/1.1 200 O\rK", "502 malformed status line"},
                                   {"HTTP/2.0 200 OK", "502 not an HTTP/1.1 answer"},
                                   {"ICY 200 OK", "502 not an HTTP/1.1 answer"},
                                   {"", "502 not an HTTP/1.1 answer"}}) {
    EXPECT_EQ(responseOutcome(std::string(line) + "\r\n\r\n"), outcome) << line;
  }
}

TEST(ResponseHead, RefusalsAreBadGateways) {
  for (const std::string_view fields :
       {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "A : b\r\n", " fold\r\n", "A: b\rc\r\n", "Content-Length: +3\r\n"}) {
    EXPECT_TRUE(responseOutcome("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n").starts_with("502 "))
        << fields;
  }
  EXPECT_EQ(responseOutcome("HTTP/1.1 200 OK\r\n\r\n"), "done");
}

TEST(ResponseHead, PrefixesAreNeverDone) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (std::size_t size = 0; size < bytes.size() - 3; ++size) {
    EXPECT_EQ(responseOutcome(std::string_view(bytes).substr(0, size)), "more") << size;
  }
  EXPECT_EQ(responseOutcome(bytes), "done");
  EXPECT_EQ(responseOutcome("HTTQ"), "502 not an HTTP/1.1 answer");
}

TEST(Names, ListsAndHopByHop) {
  EXPECT_TRUE(hasToken("a, B ,c", "b"));
  EXPECT_FALSE(hasToken("a b", "b"));
  EXPECT_FALSE(hasToken("", "b"));
  EXPECT_TRUE(equalsNoCase("ABc", "abc"));
  EXPECT_FALSE(equalsNoCase("ab", "abc"));
  EXPECT_FALSE(equalsNoCase("@", "`"));
  EXPECT_TRUE(isHopByHop(identifyField("Transfer-Encoding")));
  EXPECT_TRUE(isHopByHop(identifyField("TE")));
  EXPECT_FALSE(isHopByHop(identifyField("Content-Length")));
  EXPECT_EQ(reasonPhrase(422), "Unprocessable Entity");
  EXPECT_EQ(reasonPhrase(299), "Unknown");
}

}  // namespace
}  // namespace prome::http
