// Our head parser against Boost.Beast's, over heads that are valid, mutated and glued together at random:
// what we accept, Beast must accept with the same method, target, fields and framing.
//
// Where Beast is stricter than we are, on purpose (those heads are counted apart):
// - it wants a blank after the status code (`HTTP/1.1 200\r\n`); RFC 9112 lets a client take the line without
// it;
// - it refuses a Connection that is no list of tokens (`a<tab>b`); we find no token in it that we know.
// An empty reason phrase Beast replaces by the standard one.
// Where Beast is laxer, nothing is asked: we may refuse what it accepts (bare blanks in the first line,
// obs-fold, lists and repetitions of lengths, missing Host, chunked in HTTP/1.0, targets that are no URL).
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/beast/http.hpp>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace prome::http {
namespace {

namespace beast = boost::beast::http;

struct Reading {
  bool accepted = false;
  std::string first_line;  // method and target, or status and reason
  std::vector<std::pair<std::string, std::string>> fields;
  bool chunked = false;
  std::int64_t length = -1;  // -1: not told
  bool keep_alive = false;
  bool until_close = false;  // Beast's: keep_alive is then not told
  int version = 0;
  std::size_t size = 0;
  std::string error;

  bool operator==(const Reading& other) const {
    return first_line == other.first_line && fields == other.fields && chunked == other.chunked &&
           length == other.length && keep_alive == other.keep_alive && version == other.version &&
           size == other.size;
  }
};

void PrintTo(const Reading& r, std::ostream* out) {
  *out << r.first_line << " v" << r.version << " chunked " << r.chunked << " length " << r.length << " keep "
       << r.keep_alive << " size " << r.size << " error " << r.error;
  for (const auto& [name, value] : r.fields) *out << "\n  [" << name << "]: [" << value << "]";
}

void readCommon(const Head& head, const ParseOutcome& outcome, Reading& out) {
  out.accepted = outcome.state == ParseState::kDone;
  if (!out.accepted) return;
  for (const Field& field : head.fields()) out.fields.emplace_back(field.name, field.value);
  out.chunked = head.chunked;
  out.length = head.has_content_length ? static_cast<std::int64_t>(head.content_length) : -1;
  out.keep_alive = head.keep_alive;
  out.version = head.version == Version::kHttp11 ? 11 : 10;
  out.size = outcome.size;
}

Reading oursRequest(std::string_view bytes) {
  const auto head = std::make_unique<RequestHead>();
  Reading out;
  readCommon(*head, parseRequestHead(bytes, *head), out);
  if (out.accepted)
    out.first_line =
        std::string(head->method) + " " + std::string(head->path) + "?" + std::string(head->query);
  return out;
}

Reading oursResponse(std::string_view bytes) {
  const auto head = std::make_unique<ResponseHead>();
  Reading out;
  readCommon(*head, parseResponseHead(bytes, *head), out);
  if (out.accepted)
    out.first_line =
        std::to_string(head->status) + " " +
        (head->reason.empty()
             ? std::string(beast::obsolete_reason(beast::int_to_status(static_cast<unsigned>(head->status))))
             : std::string(head->reason));
  return out;
}

template <class Parser>
void readBeast(std::string_view bytes, Parser& parser, Reading& out) {
  parser.header_limit(1 << 20);
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  out.size = parser.put(boost::asio::buffer(bytes), error);
  out.error = error.message();
  out.accepted = !error && parser.is_header_done();
  if (!out.accepted) return;
  for (const auto& field : parser.get()) out.fields.emplace_back(field.name_string(), field.value());
  out.chunked = parser.chunked();
  // With `Upgrade` and with answers that have no body Beast does not tell the length: the field does.
  out.length = parser.content_length() ? static_cast<std::int64_t>(*parser.content_length()) : -1;
  out.until_close = parser.need_eof();
  out.keep_alive = parser.keep_alive();
  out.version = static_cast<int>(parser.get().version());
}

/// The target as our parser splits it.
std::string splitAgain(std::string target) {
  if (target != "*" && !target.starts_with('/')) {
    const auto path = target.find_first_of("/?", target.find("://") + 3);
    target = path == std::string::npos ? "/" : target.substr(path);
  }
  return target.find('?') == std::string::npos ? target + "?" : target;
}

Reading beastRequest(std::string_view bytes) {
  beast::request_parser<beast::empty_body> parser;
  Reading out;
  readBeast(bytes, parser, out);
  if (out.accepted) {
    out.first_line =
        std::string(parser.get().method_string()) + " " + splitAgain(std::string(parser.get().target()));
  }
  return out;
}

Reading beastResponse(std::string_view bytes) {
  beast::response_parser<beast::empty_body> parser;
  Reading out;
  readBeast(bytes, parser, out);
  if (out.accepted)
    out.first_line = std::to_string(parser.get().result_int()) + " " + std::string(parser.get().reason());
  return out;
}

class HeadMaker {
 public:
  explicit HeadMaker(std::uint32_t seed) : random_(seed) {}

  std::string request() {
    std::string out = one({"GET", "POST", "OPTIONS", "M-X!"}) + " " +
                      one({"/", "/api/v1/query?query=up%7B%7D", "*", "http://h:9/p?x=y", "/a b", "/\x80\xFF",
                           "?", "/#f", "h:1"}) +
                      " " + one({"HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "http/1.1"}) +
                      "\r\n";
    if (random_() % 8 != 0) out += "Host: h\r\n";
    return mutated(out + fields());
  }

  std::string response() {
    const std::string out =
        one({"HTTP/1.1 ", "HTTP/1.1 ", "HTTP/1.0 ", "HTTP/1.3 ", "HTTP/1.1  "}) +
        one({"200 OK", "422 Unprocessable Entity", "200 ", "503", "700 x", "007 B", "1000 x"}) + "\r\n";
    return mutated(out + fields());
  }

 private:
  std::string one(std::initializer_list<std::string_view> options) {
    return std::string(options.begin()[random_() % options.size()]);
  }

  std::string fields() {
    std::string out;
    for (std::size_t i = random_() % 5; i > 0; --i) {
      out += one({"A", "Accept", "X-Y_z", "Connection", "Content-Length", "Transfer-Encoding", "Cookie",
                  "Host", "a b", ""}) +
             one({":", ": ", ":\t ", " :", ""}) +
             one({"x", "", "chunked", "0", "17", "close", "keep-alive", "keep-alive, close", "+1", "1, 1",
                  "gzip, chunked", " y \t", "a\tb", "\xC3\xBC"}) +
             one({"\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\n ", " \r\n"});
    }
    return out + "\r\n";
  }

  /// One byte changed, removed or added, half of the time.
  std::string mutated(std::string text) {
    if (random_() % 2 == 0) return text;
    const std::size_t at = random_() % text.size();
    const std::string byte = one({"\r", "\n", " ", ":", "\t", "a", ",", "\x01", "\x7F", "\xFF", "\r\n", "0"});
    switch (random_() % 3) {
      case 0:
        return text.replace(at, 1, byte);
      case 1:
        return text.erase(at, 1);
      default:
        return text.insert(at, byte);
    }
  }

  std::mt19937 random_;
};

bool isBareStatus(std::string_view bytes) {
  return bytes.find("\r\n") == 12;
}

/// Beast keeps an HTTP/1.0 connection that says both keep-alive and close; RFC 9112, 9.3 has close win.
bool saysBoth(const Reading& mine) {
  bool close = false;
  for (const auto& [name, value] : mine.fields)
    close = close || (equalsNoCase(name, "connection") && hasToken(value, "close"));
  return mine.version == 10 && close;
}

/// Beast moves fields of one name together.
Reading grouped(Reading reading) {
  std::ranges::stable_sort(
      reading.fields, [](const auto& a, const auto& b) { return boost::beast::iless{}(a.first, b.first); });
  return reading;
}

bool hasOddConnection(const Reading& mine, const Reading& theirs) {
  const auto is_connection = [](const auto& field) { return equalsNoCase(field.first, "connection"); };
  return theirs.error == make_error_code(beast::error::bad_value).message() &&
         std::ranges::any_of(mine.fields, is_connection);
}

template <class Make, class Ours, class Beast>
void compare(Make make, Ours ours, Beast beast_reading) {
  int accepted = 0;
  int refused_by_both = 0;
  for (std::uint32_t seed = 0; seed < 300'000; ++seed) {
    const std::string bytes = make(seed);
    const Reading mine = ours(bytes);
    if (!mine.accepted) {
      refused_by_both += beast_reading(bytes).accepted ? 0 : 1;
      continue;
    }
    if (isBareStatus(bytes)) continue;
    ++accepted;
    Reading theirs = beast_reading(std::string_view(bytes).substr(0, mine.size));
    if (hasOddConnection(mine, theirs)) continue;
    ASSERT_TRUE(theirs.accepted) << "seed " << seed << "\n" << bytes << "\n" << theirs.error;
    if (saysBoth(mine)) theirs.keep_alive = false;
    if (theirs.until_close) theirs.keep_alive = mine.keep_alive;
    ASSERT_EQ(grouped(mine), grouped(theirs)) << "seed " << seed << "\n" << bytes;
  }
  EXPECT_GT(accepted, 10'000);
  EXPECT_GT(refused_by_both, 20'000);
}

TEST(BeastDifferential, Requests) {
  compare([](std::uint32_t seed) { return HeadMaker(seed).request(); }, oursRequest, beastRequest);
}

TEST(BeastDifferential, Responses) {
  compare([](std::uint32_t seed) { return HeadMaker(seed).response(); }, oursResponse, beastResponse);
}

}  // namespace
}  // namespace prome::http
