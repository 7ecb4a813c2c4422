// A quotient of two integers by one division of 128 by 64 bits, which is exact: more bits of it than a double
// has, and whether there was a remainder, are all that rounding needs.
#include "querier/sample_run.h"

namespace prome::querier::sample_run {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr auto kPowersOfFive = [] {
  std::array<std::uint64_t, kMaxDecimals + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 5;
  return powers;
}();

double powerOfTwo(int exponent) {
  constexpr int kBias = 1023;
  constexpr int kMantissaBits = 52;
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + kBias) << kMantissaBits);
}

}  // namespace

double quotient(std::uint64_t digits, std::size_t decimals) {
  if (digits == 0) return 0;
  // With the highest bits of both set, the quotient of the one by the other is between 1/2 and 2, and that of
  // 2^63 as much has 63 or 64 bits.
  const std::uint64_t five = kPowersOfFive[decimals];
  const int digits_shift = std::countl_zero(digits);
  const int five_shift = std::countl_zero(five);
  const Wide numerator = Wide{digits << digits_shift} << 63;
  const std::uint64_t denominator = five << five_shift;
  const auto whole = static_cast<std::uint64_t>(numerator / denominator);
  const bool remainder = numerator != Wide{whole} * denominator;
  // What is lost shows in the lowest bit, far below those that are kept; the conversion rounds to even.
  const auto bits = static_cast<std::int64_t>((whole >> 1) | (whole & 1) | (remainder ? 1 : 0));
  const int exponent = five_shift - digits_shift - static_cast<int>(decimals) - 62;
  return static_cast<double>(bits) * powerOfTwo(exponent);
}

}  // namespace prome::querier::sample_run
