#include "http/form.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prome::http {
namespace {

/// Pairs as `name=value|...`, then what was wrong.
std::string show(const std::vector<Parameter>& parameters, const std::string& problem) {
  std::string out;
  for (const auto& parameter : parameters) out += parameter.name + "=" + parameter.value + "|";
  return problem.empty() ? out : out + " !" + problem;
}

std::string urlencoded(std::string_view text) {
  std::vector<Parameter> parameters;
  const auto problem = appendUrlencoded(text, parameters);
  return show(parameters, problem);
}

std::string multipart(std::string_view content_type, std::string_view body) {
  std::vector<Parameter> parameters;
  const auto problem = appendMultipart(content_type, body, parameters);
  return show(parameters, problem);
}

TEST(Urlencoded, AsGoReadsIt) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"a=1&b=2", "a=1|b=2|"},
      {"a=1&a=2&A=3", "a=1|a=2|A=3|"},
      {"a", "a=|"},
      {"a=", "a=|"},
      {"=x", "=x|"},
      {"=", "=|"},
      {"&&a=1&", "a=1|"},
      {"a=b=c", "a=b=c|"},
      {"a=1+2%2B%20x+", "a=1 2+ x |"},
      {"%61%C3%bc=%00", std::string_view("a\xC3\xBC=\0|", 6)},
      {"a=%zz&b=1", "b=1| !invalid URL escape \"%zz\""},
      {"a=%4&b=1", "b=1| !invalid URL escape \"%4\""},
      {"a=%&b=1", "b=1| !invalid URL escape \"%\""},
      {"%4g=1&b=%hh", " !invalid URL escape \"%4g\""},
      {"a=1;b=2&c=3", "c=3| !invalid semicolon separator in query"},
      {"a=%3B", "a=;|"},
      {"a=1?b#c", "a=1?b#c|"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(urlencoded(text), expected) << text;
}

TEST(Urlencoded, AppendsAndIsBounded) {
  std::string text;
  for (std::size_t i = 1; i < kMaxParameters; ++i) text += "a&";
  std::vector<Parameter> parameters = {{"first", "1", {}}};
  EXPECT_EQ(appendUrlencoded(text, parameters), "");
  EXPECT_EQ(parameters.size(), kMaxParameters);
  EXPECT_EQ(appendUrlencoded("b", parameters), "number of parameters exceeds 10000");
  EXPECT_EQ(parameters.size(), kMaxParameters);
}

TEST(Urlencoded, EscapingIsReadBack) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  std::string escaped;
  appendEscaped(escaped, all);
  EXPECT_EQ(escaped.find_first_of("&=; #?\"<>\n"), std::string::npos);
  EXPECT_EQ(urlencoded(escaped + "=" + escaped), all + "=" + all + "|");
  std::string plain;
  appendEscaped(plain, "aZ0-_.~ +/");
  EXPECT_EQ(plain, "aZ0-_.~+%2B%2F");
}

std::string part(std::string_view disposition, std::string_view value) {
  return "--XX\r\nContent-Disposition: " + std::string(disposition) + "\r\n\r\n" + std::string(value) +
         "\r\n";
}

TEST(Multipart, FieldsOfAForm) {
  const std::string type = "multipart/form-data; boundary=XX";
  const std::string two =
      part("form-data; name=\"a\"", "1") + part("form-data; name=b", "x\r\n--X\r\ny") + "--XX--\r\n";
  EXPECT_EQ(multipart(type, two), "a=1|b=x\r\n--X\r\ny|");
  EXPECT_EQ(multipart(type, "preamble\r\n" + two), "a=1|b=x\r\n--X\r\ny|");
  EXPECT_EQ(multipart(type, "\r\n" + two), "a=1|b=x\r\n--X\r\ny|");
  EXPECT_EQ(multipart("multipart/form-data; charset=\"a;b\"; boundary=\"XX\"", two), "a=1|b=x\r\n--X\r\ny|");
  EXPECT_EQ(multipart("multipart/form-data; BOUNDARY=XX ; x=y", two), "a=1|b=x\r\n--X\r\ny|");
  EXPECT_EQ(multipart(type, "--XX--"), "");
  EXPECT_EQ(multipart(type, part("form-data; name=\"q\\\"r\"", "") + "--XX--"), "q\"r=|");
  EXPECT_EQ(
      multipart(type, "--XX\r\nX: y\r\ncontent-disposition: form-data; name=a\r\nZ: z\r\n\r\n1\r\n--XX--"),
      "a=1|");
}

TEST(Multipart, BoundaryLines) {
  const std::string type = "multipart/form-data; boundary=XX";
  EXPECT_EQ(multipart(type, "--XX \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XX--"), "a=1|");
  EXPECT_EQ(multipart(type, part("form-data; name=a", "1\r\n--XXY\r\n2") + "--XX--"), "a=1\r\n--XXY\r\n2|");
}

TEST(Multipart, FilesAndNamelessPartsAreSkipped) {
  const std::string type = "multipart/form-data; boundary=XX";
  EXPECT_EQ(multipart(type, part("form-data; name=f; filename=\"x.txt\"", "data") +
                                part("form-data; name=a", "1") + "--XX--"),
            "a=1|");
  EXPECT_EQ(multipart(type, part("form-data; name=f; filename=\"\"", "data") + "--XX--"), "f=data|");
  EXPECT_EQ(multipart(type, part("form-data", "data") + part("form-data; name=\"\"", "data") + "--XX--"), "");
}

TEST(Multipart, Malformed) {
  const std::string type = "multipart/form-data; boundary=XX";
  EXPECT_EQ(multipart("multipart/form-data", ""), " !no multipart boundary param in Content-Type");
  EXPECT_EQ(multipart("multipart/form-data; boundary=", ""), " !no multipart boundary param in Content-Type");
  EXPECT_EQ(multipart("multipart/form-data; boundary=\"XX", ""),
            " !no multipart boundary param in Content-Type");
  EXPECT_EQ(multipart("multipart/form-data; boundary=" + std::string(71, 'x'), ""),
            " !no multipart boundary param in Content-Type");
  EXPECT_EQ(multipart(type, ""), " !multipart: NextPart: EOF");
  EXPECT_EQ(multipart(type, "no boundary"), " !multipart: NextPart: EOF");
  EXPECT_EQ(multipart(type, part("form-data; name=a", "1") + part("form-data; name=b", "2")),
            "a=1| !multipart: NextPart: EOF");
  EXPECT_EQ(multipart(type, "--XX\r\nno head\r\n--XX--"), " !multipart: malformed part");
}

}  // namespace
}  // namespace prome::http
