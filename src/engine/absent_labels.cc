#include "engine/absent_labels.h"

#include "promql/absent_matchers.h"

namespace prome::engine {

model::Labels absentLabels(const promql::Expr& argument, model::Dialect dialect) {
  model::LabelsBuilder builder;
  for (const promql::LabelMatcher* matcher : promql::matchersOfAbsent(argument, dialect)) {
    builder.set(matcher->name, matcher->value);
  }
  return builder.labels();
}

}  // namespace prome::engine
