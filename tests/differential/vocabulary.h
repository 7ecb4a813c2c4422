// What queries over the generated series talk about.
#pragma once

#include "tests/differential/data_generator.h"
#include "verify/vocabulary.h"

namespace prome::differential {

/// The names that generateSeries gives, and some that it does not.
verify::Vocabulary vocabulary(Histograms histograms);

}  // namespace prome::differential
