#include "remote/probe_answers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prome::remote {
namespace {

std::string infoOf(const std::string& fields) {
  return R"({"status":"success","data":{)" + fields + "}}";
}

TEST(Version, IsReadFromItsText) {
  const std::pair<std::string_view, Version> cases[] = {
      {"2.42.0", {2, 42, 0}}, {"2.42.0+ds", {2, 42, 0}},
      {"v3.1.2", {3, 1, 2}},  {"3.0.0-rc.1", {3, 0, 0}},
      {"3.14", {3, 14, 0}},   {"2.53.3-avx512", {2, 53, 3}},
      {"0.37.2", {0, 37, 2}}, {"65535.65535.65535", {65535, 65535, 65535}}};
  for (const auto& [text, version] : cases) EXPECT_EQ(parseVersion(text), version) << text;
  for (const auto* text : {"", "v", "x", "2", "2.", ".1", "-2.0.0", "65536.0.0", "main-abc", "vv2.0.0"})
    EXPECT_FALSE(parseVersion(text)) << text;
}

TEST(Version, DecidesTheDialect) {
  EXPECT_EQ(dialectOf({2, 65535, 0}), model::Dialect::kPrometheus2);
  EXPECT_EQ(dialectOf({3, 0, 0}), model::Dialect::kPrometheus3);
  EXPECT_EQ(dialectOf({4, 0, 0}), model::Dialect::kPrometheus3);
}

TEST(BuildInfo, IsReadWhole) {
  const auto info = parseBuildInfo(
      infoOf(R"("version":"2.42.0+ds","revision":"r","branch":"b","buildUser":"u","buildDate":"d",)"
             R"("goVersion":"g","features":{"x":[1,{"y":null}]})"));
  ASSERT_TRUE(info);
  EXPECT_EQ(*info, (BuildInfo{.version = "2.42.0+ds",
                              .revision = "r",
                              .branch = "b",
                              .build_user = "u",
                              .build_date = "d",
                              .go_version = "g",
                              .application = "",
                              .release = Version{2, 42, 0}}));
}

TEST(BuildInfo, TellsAReleaseOnlyIfItIsAPrometheus) {
  const auto release = [](const std::string& version, const std::string& application) {
    const auto info =
        parseBuildInfo(infoOf("\"version\":\"" + version + "\",\"application\":\"" + application + "\""));
    return info ? info->release : std::nullopt;
  };
  EXPECT_EQ(release("2.0.0", ""), (Version{2, 0, 0}));
  EXPECT_EQ(release("3.1.0", "Prometheus"), (Version{3, 1, 0}));
  EXPECT_EQ(release("3.1.0", "prome-route"), (Version{3, 1, 0}));
  EXPECT_EQ(release("2.14.0", "Grafana Mimir"), std::nullopt);
  EXPECT_EQ(release("1.8.2", ""), std::nullopt);
  EXPECT_EQ(release("", ""), std::nullopt);
}

TEST(BuildInfo, KeepsSoMuchOfEachText) {
  const std::string long_text(kMaxBuildInfoText, 'x');
  EXPECT_EQ(parseBuildInfo(infoOf("\"version\":\"" + long_text + "\""))->version, long_text);
  EXPECT_EQ(parseBuildInfo(infoOf("\"version\":\"" + long_text + "y\""))->version, long_text);
  const std::string cut = long_text.substr(1) + "\xC3\xA9";  // a character lies over the limit
  EXPECT_EQ(parseBuildInfo(infoOf("\"version\":\"" + cut + "\""))->version, long_text.substr(1));
}

std::string listOf(std::size_t count) {
  std::string out = R"({"status":"success","data":[)";
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "\"v" : ",\"v") + std::to_string(i) + "\"";
  return out + "]}";
}

TEST(LabelValues, AreCountedUpToTheirLimit) {
  for (const std::size_t count : {0u, 1u, 3u, 4u, 999u, 1000u, 1001u}) {
    const auto label = parseLabelValues("cluster", listOf(count), Extent::kWhole);
    ASSERT_TRUE(label);
    EXPECT_EQ(label->name, "cluster");
    EXPECT_EQ(label->values, std::min(count, kMaxForeignValues));
    EXPECT_EQ(label->first.size(), std::min(count, kShownForeignValues));
  }
}

TEST(LabelValues, OfABeginningThoseThatAreInIt) {
  const std::string text = listOf(10);
  const std::string beginning = text.substr(0, text.find("\"v7") + 2);
  EXPECT_EQ(parseLabelValues("l", beginning, Extent::kBeginning)->values, 7u);
  EXPECT_FALSE(parseLabelValues("l", beginning, Extent::kWhole));
  EXPECT_FALSE(parseLabelValues("l", text.substr(0, text.find('[') + 1), Extent::kBeginning));
  EXPECT_FALSE(parseLabelValues("l", "<html>", Extent::kBeginning));
}

TEST(LabelValues, MustBePrometheusAnswer) {
  for (const auto* text : {"", "[]", "{}", R"({"status":"success"})", R"({"status":"error","data":[]})",
                           R"({"data":[]})", R"({"status":"success","data":{}})",
                           R"({"status":"success","data":[1]})", R"({"status":"success","data":[]}x)"})
    EXPECT_FALSE(parseLabelValues("l", text, Extent::kWhole)) << text;
  EXPECT_TRUE(parseLabelValues("l", R"({"warnings":["w"],"data":["x"],"status":"success"})", Extent::kWhole));
}

}  // namespace
}  // namespace prome::remote
