// Dialect: by which of Prometheus' two sets of rules a query is evaluated.
//
// A value. They differ in matchers on newlines, ends of ranges, summation and function names, among others.
#pragma once

#include <cstdint>

namespace prome::model {

enum class Dialect : std::uint8_t {
  kPrometheus3,
  kPrometheus2,
};

}  // namespace prome::model
