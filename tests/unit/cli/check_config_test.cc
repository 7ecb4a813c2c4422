#include "cli/check_config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace prome::cli {
namespace {

class CheckConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "check_config_test";
    std::filesystem::create_directories(folder_);
    file_ = folder_ + "/prome-route.yml";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Exit check(std::string_view yaml) {
    std::ofstream(file_) << yaml;
    return checkConfig(file_);
  }

  std::string folder_;
  std::string file_;
};

TEST_F(CheckConfigTest, CountsWhatThereIs) {
  EXPECT_EQ(check("replace_label_name: cluster\n"
                  "prome_servers: {a: 1.1.1.1:9090, b: 2.2.2.2:9090}\n"
                  "http: {listen_addr: :9097}\n"),
            (Exit{0, file_ + ": ok, 1 shard set, 2 shards, 2 replicas\n", false}));
  EXPECT_EQ(check("shard_sets:\n"
                  "- {name: x, shards: [{external_labels: {app: a}, replicas: [r1]}]}\n"
                  "- {name: y, shards: [{external_labels: {app: b}, replicas: [r1, r2]}]}\n"),
            (Exit{0, file_ + ": ok, 2 shard sets, 2 shards, 3 replicas\n", false}));
}

TEST_F(CheckConfigTest, SaysEveryMistake) {
  EXPECT_EQ(check("replace_label_name: 1x\nprome_servers: {a: 1.1.1.1:0}\nhttp: {thread: 1}\n"),
            (Exit{1,
                  file_ + ":1:21: \"1x\" is not a label name\n" + file_ +
                      ":2:20: the port must be a number from 1 to 65535, got \"0\"\n" + file_ +
                      ":3:8: unknown key \"thread\", did you mean \"threads\"?\n",
                  true}));
}

TEST_F(CheckConfigTest, SaysThatTheFileIsMissing) {
  const std::string missing = folder_ + "/no.yml";
  EXPECT_EQ(checkConfig(missing),
            (Exit{1, missing + ": cannot open " + missing + ": No such file or directory\n", true}));
  EXPECT_EQ(checkConfig(folder_),
            (Exit{1, folder_ + ": cannot read " + folder_ + ": Is a directory\n", true}));
}

}  // namespace
}  // namespace prome::cli
