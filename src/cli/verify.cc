#include "cli/verify.h"

#include <memory>
#include <optional>

#include "cli/local_router.h"
#include "config/read_file.h"
#include "verify/learned_vocabulary.h"
#include "verify/query_file.h"
#include "verify/server.h"
#include "verify/verification.h"

namespace prome::cli {
namespace {

using verify::Question;
using Print = std::function<void(std::string_view)>;

constexpr std::size_t kMaxQueryFileBytes = std::size_t{16} << 20U;
/// Random questions between two lines that tell how far it has come.
constexpr std::uint64_t kProgressEvery = 10'000;

Exit failure(const std::string& text) {
  return {kExitFailure, "prome-route: " + text + (text.ends_with('\n') ? "" : "\n"), true};
}

class Run {
 public:
  Run(const VerifyFlags& flags, const std::string& router_url, const Print& print)
      : flags_(flags), print_(print), oracle_({.url = flags.oracle}), router_({.url = router_url}) {}

  Result<void> all() {
    for (const std::string& path : flags_.queries) {
      if (auto done = file(path); !done) return done;
    }
    return flags_.random == 0 ? Result<void>() : random();
  }

  const verify::Tally& tally() const { return verification_.tally(); }

 private:
  Result<void> file(const std::string& path) {
    const auto text = config::readFile(path, kMaxQueryFileBytes);
    if (!text) return fail(ErrorKind::kBadData, text.error());
    for (const std::string& query : verify::parseQueries(*text)) {
      for (const Question& question : verify::questionsOf(query, flags_.span, flags_.step_ms)) {
        if (auto done = ask(question, {}); !done) return done;
      }
    }
    return {};
  }

  Result<void> random() {
    const auto shape = oracle_.ask(verify::shapeQuestion(flags_.match, flags_.span));
    if (!shape) return std::unexpected(shape.error());
    auto words = verify::learnVocabulary(*shape, flags_.span);
    if (!words) return std::unexpected(words.error());
    const verify::QuestionGenerator generator(std::move(*words), flags_.language, flags_.span, flags_.seed);
    for (std::uint64_t number = flags_.first; number < flags_.first + flags_.random; ++number) {
      if (auto done = ask(generator.question(number), number); !done) return done;
      if ((number + 1 - flags_.first) % kProgressEvery == 0) print_(closingLine(tally()) + "\n");
    }
    return {};
  }

  Result<void> ask(const Question& question, std::optional<std::uint64_t> number) {
    const auto verdict = verification_.check(question);
    if (!verdict) return std::unexpected(verdict.error());
    if (verdict->outcome != verify::Outcome::kDifferent || shown_++ >= flags_.show) return {};
    if (number) print_("seed " + std::to_string(flags_.seed) + ", number " + std::to_string(*number) + ": ");
    print_(describe(question, *verdict));
    return {};
  }

  const VerifyFlags& flags_;
  const Print& print_;
  verify::Server oracle_;
  verify::Server router_;
  verify::Verification verification_{[this](const Question& question) { return oracle_.ask(question); },
                                     [this](const Question& question) { return router_.ask(question); },
                                     flags_.positions};
  std::uint64_t shown_ = 0;
};

}  // namespace

Exit verifyAnswers(const VerifyFlags& flags, const Print& print) {
  std::unique_ptr<LocalRouter> local;
  if (flags.router.empty()) {
    auto started = LocalRouter::start(flags.config_file);
    if (!started) return failure(started.error().message);
    local = std::move(*started);
  }
  Run run(flags, local ? local->url() : flags.router, print);
  if (const auto done = run.all(); !done) return failure(done.error().message);
  print(closingLine(run.tally()) + "\n");
  if (run.tally().compared == 0) return failure("nothing was compared");
  return {run.tally().differ == 0 ? kExitOk : kExitFailure, "", false};
}

}  // namespace prome::cli
