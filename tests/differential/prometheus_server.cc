#include "tests/differential/prometheus_server.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/differential/loopback_http.h"

namespace prome::differential {
namespace {

constexpr std::chrono::seconds kReadyWithin{60};
constexpr std::chrono::milliseconds kPoll{5};

std::filesystem::path newFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "differential-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

[[noreturn]] void become(std::vector<std::string> words, const std::filesystem::path& log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT, 0600);
  dup2(file, 1);
  dup2(file, 2);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  std::perror(arguments[0]);
  _exit(127);
}

}  // namespace

PrometheusServer::PrometheusServer(const std::string& program) : folder_(newFolder()), port_(freePort()) {
  std::ofstream(folder_ / "prometheus.yml") << "global: {}\n";
  std::vector<std::string> words = {
      program,
      "--config.file=" + (folder_ / "prometheus.yml").string(),
      "--storage.tsdb.path=" + (folder_ / "data").string(),
      "--storage.tsdb.retention.time=100y",
      "--web.listen-address=127.0.0.1:" + std::to_string(port_),
      "--web.enable-remote-write-receiver",
      "--log.level=error",  // 2.x says that it does not know the features
      std::string("--enable-feature=promql-experimental-functions,promql-extended-range-selectors,") +
          "promql-binop-fill-modifiers,promql-duration-expr",
  };
  pid_ = fork();
  if (pid_ == 0) become(std::move(words), folder_ / "log");
  waitUntilReady();
}

PrometheusServer::~PrometheusServer() {
  kill(pid_, SIGKILL);  // nothing of it is needed any more
  waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PrometheusServer::waitUntilReady() {
  const auto deadline = std::chrono::steady_clock::now() + kReadyWithin;
  while (std::chrono::steady_clock::now() < deadline && waitpid(pid_, nullptr, WNOHANG) == 0) {
    const auto answer =
        post(port_, "/api/v1/query", "Content-Type: application/x-www-form-urlencoded\r\n", "query=1&time=0");
    if (answer && answer->status == 200) return;
    std::this_thread::sleep_for(kPoll);
  }
  std::ifstream log(folder_ / "log");
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  std::fprintf(stderr, "Prometheus is not ready:\n%s", text.c_str());
  std::abort();
}

std::optional<model::Dialect> dialectOf(const std::string& program) {
  std::FILE* const pipe = popen(("'" + program + "' --version 2>&1").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  if (pclose(pipe) != 0) return std::nullopt;
  return text.find("version 2.") != std::string::npos ? model::Dialect::kPrometheus2
                                                      : model::Dialect::kPrometheus3;
}

}  // namespace prome::differential
