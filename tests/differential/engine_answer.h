// What the engine is told of a test case, and its values in the form that can be compared. Pure.
#pragma once

#include "engine/engine.h"
#include "tests/differential/answer.h"
#include "tests/differential/test_case.h"

namespace prome::differential {

engine::EngineOptions engineOptions(const TestCase& test_case);
engine::QuerySpec engineSpec(const TestCase& test_case);
/// Without annotations.
Answer answerOf(const engine::Value& value, const TestCase& test_case);
Answer answerOf(const Error& error);

}  // namespace prome::differential
