#include "api/parameters.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace prome::api {
namespace {

using Values = std::vector<std::string_view>;

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

/// A parsed request and its exchange.
class Request {
 public:
  Request(std::string_view method, std::string_view query, std::string_view content_type,
          std::string_view body)
      : bytes_(std::string(method) + " /p?" + std::string(query) +
               " HTTP/1.1\r\nHost: h\r\nContent-Type: " + std::string(content_type) + "\r\n\r\n") {
    EXPECT_EQ(http::parseRequestHead(bytes_, exchange_->head).state, http::ParseState::kDone);
    exchange_->body = body;
  }

  http::Exchange& exchange() { return *exchange_; }
  Parameters parameters(BodyForms forms = BodyForms::kAll) const { return {*exchange_, forms}; }

 private:
  std::string bytes_;
  std::unique_ptr<http::Exchange> exchange_ = std::make_unique<http::Exchange>();
};

TEST(Parameters, OfTheUrl) {
  const Request request("GET", "query=up&time=1&match[]=a&match%5B%5D=b", "text/plain", "query=no");
  const Parameters parameters = request.parameters();
  EXPECT_EQ(parameters.get("query"), "up");
  EXPECT_EQ(parameters.get("none"), "");
  EXPECT_EQ(parameters.all("match[]"), (Values{"a", "b"}));
  EXPECT_EQ(parameters.list().size(), 4U);
  EXPECT_EQ(parameters.problem(), "");
}

TEST(Parameters, AnUrlencodedBodyBeatsTheUrl) {
  for (const std::string_view type :
       {"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded ; charset=utf-8"}) {
    const Request request("POST", "query=url&match[]=u&only=1", type, "query=body&match[]=b");
    const Parameters parameters = request.parameters();
    EXPECT_EQ(parameters.get("query"), "body");
    EXPECT_EQ(parameters.get("only"), "1");
    EXPECT_EQ(parameters.all("match[]"), (Values{"b", "u"}));
  }
}

TEST(Parameters, AMultipartBodyLosesToTheUrl) {
  const std::string body =
      "--X\r\nContent-Disposition: form-data; name=query\r\n\r\nbody\r\n--X\r\nContent-Disposition: "
      "form-data; name=only\r\n\r\n1\r\n--X--";
  const Request request("POST", "query=url", "multipart/form-data; boundary=X", body);
  EXPECT_EQ(request.parameters().get("query"), "url");
  EXPECT_EQ(request.parameters().get("only"), "1");
  EXPECT_EQ(request.parameters(BodyForms::kUrlencodedOnly).get("only"), "");
}

TEST(Parameters, OtherBodiesAndMethodsAreIgnored) {
  EXPECT_EQ(Request("POST", "", "application/json", "query=x").parameters().list().size(), 0U);
  EXPECT_EQ(Request("GET", "", kForm, "query=x").parameters().list().size(), 0U);
}

TEST(Parameters, TheFirstProblemIsKept) {
  const Request both("POST", "b=1;c", kForm, "a=%zz&d=1");
  EXPECT_EQ(both.parameters().problem(), "invalid URL escape \"%zz\"");
  EXPECT_EQ(both.parameters().get("d"), "1");
  const Request url("POST", "b=1;c", kForm, "d=1");
  EXPECT_EQ(url.parameters().problem(), "invalid semicolon separator in query");
  Request dropped("POST", "query=up", kForm, "");
  dropped.exchange().body_dropped = true;
  EXPECT_EQ(dropped.parameters().problem(), "http: POST too large");
  EXPECT_EQ(dropped.parameters().get("query"), "up");
}

}  // namespace
}  // namespace prome::api
