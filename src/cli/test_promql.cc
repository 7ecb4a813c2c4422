#include "cli/test_promql.h"

#include <cstddef>
#include <string>

#include "config/read_file.h"
#include "promqltest/limits.h"
#include "promqltest/runner.h"

namespace prome::cli {

int testPromql(const TestPromqlFlags& flags, const std::function<void(std::string_view)>& print) {
  const promqltest::Runner runner(flags.engine);
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const std::string& path : flags.files) {
    const auto text = config::readFile(path, promqltest::kMaxScriptBytes);
    if (!text) {
      ++failed;
      print(text.error() + "\n");
      continue;
    }
    const promqltest::FileReport report = runner.run(*text);
    passed += report.passed;
    failed += report.failures.size();
    print(promqltest::describe(report, path));
  }
  print(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed\n");
  return failed == 0 ? kExitOk : kExitFailure;
}

}  // namespace prome::cli
