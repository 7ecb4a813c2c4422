// What the tests of the configuration share: parse, and compare errors as text.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace prome::config {

/// The errors of `yaml` as text, of a file called "f".
inline std::vector<std::string> errorsOf(std::string_view yaml, std::string_view file = "f") {
  std::vector<std::string> out;
  const auto config = parseConfig(yaml, file);
  if (config) return out;
  for (const ConfigError& error : config.error()) out.push_back(error.text());
  return out;
}

using Lines = std::vector<std::string>;

/// The configuration of `yaml`, which must be good.
inline Config goodConfig(std::string_view yaml, std::string_view file = "f") {
  auto config = parseConfig(yaml, file);
  if (config) return std::move(*config);
  for (const ConfigError& error : config.error()) ADD_FAILURE() << error.text();
  return {};
}

constexpr std::string_view kSmall =
    "replace_label_name: cluster\n"
    "prome_servers: {a: 1.1.1.1:9090, b: 2.2.2.2:9090}\n"
    "http: {listen_addr: :9097}\n";

/// A configuration with one good shard and `more` at the top level, which begins at line 3.
inline std::string with(std::string_view more) {
  return "replace_label_name: cluster\nprome_servers: {a: h}\n" + std::string(more);
}

/// A folder that is gone after the test.
class Folder {
 public:
  explicit Folder(std::string_view name) : path_(::testing::TempDir() + std::string(name)) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(std::string_view name, std::string_view content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace prome::config
