#include "engine/evaluation.h"

namespace prome::engine {

void Evaluation::look() const {
  if (limits_.cancellation != nullptr && limits_.cancellation->canceled()) {
    throw EvaluationStopped({ErrorKind::kCanceled, "query was canceled in expression evaluation"});
  }
  if (limits_.deadline != Clock::time_point::max() && Clock::now() >= limits_.deadline) {
    throw EvaluationStopped({ErrorKind::kTimeout, "query timed out in expression evaluation"});
  }
}

}  // namespace prome::engine
