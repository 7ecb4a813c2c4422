#include "model/annotations.h"

namespace prome::model {

void Annotations::add(Severity severity, std::string text, std::uint32_t position) {
  entry(severity, std::move(text), position);
}
Annotations::Entry& Annotations::entry(Severity severity, std::string text, std::uint32_t position) {
  Entry& made = entries_[(severity == Severity::kWarning ? "PromQL warning: " : "PromQL info: ") + text];
  made.severity = severity;
  made.position = position;
  return made;
}

}  // namespace prome::model
