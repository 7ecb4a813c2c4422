// Makes a failing case smaller while it fails.
#pragma once

#include <functional>

#include "tests/differential/test_case.h"

namespace prome::differential {

/// Drops series, samples and steps, and puts operands in the place of expressions, as long as `fails`.
TestCase shrink(TestCase failing, const std::function<bool(const TestCase&)>& fails);

}  // namespace prome::differential
