// How a command ends: what it prints, where, and its exit code. A value.
#pragma once

#include <cstdint>
#include <string>

namespace prome::cli {

constexpr int kExitOk = 0;
constexpr int kExitFailure = 1;  // a configuration or an address that cannot be used
constexpr int kExitUsage = 2;    // a command line that cannot be understood

struct Exit {
  int code = kExitOk;
  std::string text;  // ends with a line break, or is empty
  bool to_stderr = false;

  friend bool operator==(const Exit&, const Exit&) = default;
};

}  // namespace prome::cli
