// The functions of PromQL: names, argument types, which are experimental, which dialect knows them.
//
// An immutable static table; lookups are thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "promql/ast.h"

namespace prome::promql {

/// `variadic` as in Prometheus: 0 none, n > 0 up to n further optional arguments of the last type, -1 any
/// number.
struct FunctionSignature {
  std::string_view name;
  std::array<ValueType, 6> arg_types{};
  std::uint8_t arg_count = 0;
  std::int8_t variadic = 0;
  ValueType return_type = ValueType::kVector;
  bool experimental = false;
};

/// The function called `name` (names are case-sensitive), or nullptr.
const FunctionSignature* findFunction(std::string_view name);

std::span<const FunctionSignature> allFunctions();

}  // namespace prome::promql
