// Searches in the JSON of answers, sixteen bytes a step where the machine has SSE2. Pure; nothing is
// validated.
#pragma once

#include <string_view>

#include "base/json_scan.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace prome::forward {

/// How Prometheus starts an answer with series, up to the first element.
inline constexpr std::string_view kCompactVector =
    R"({"status":"success","data":{"resultType":"vector","result":[)";
inline constexpr std::string_view kCompactMatrix =
    R"({"status":"success","data":{"resultType":"matrix","result":[)";
inline constexpr std::string_view kCompactSeries = R"({"status":"success","data":[)";
static_assert(kCompactVector.size() == kCompactMatrix.size());

/// How it starts an element of a result. In valid JSON these bytes occur nowhere else: inside a string the
/// quote after { would be escaped, and a quote that ends a string is not followed by a bare word.
inline constexpr std::string_view kOpening = "{\"metric\":{";

/// The first { or } in [p, end), or end. Does not know strings.
inline const char* findBrace(const char* p, const char* end) {
#ifdef __SSE2__
  // The two differ in bits 1 and 2 only; with these cleared, y and DEL look the same and are sorted out
  // below.
  const __m128i cleared = _mm_set1_epi8(static_cast<char>(~6));
  const __m128i brace = _mm_set1_epi8('{' & ~6);
  const auto braces = [&](const char* at) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return _mm_cmpeq_epi8(_mm_and_si128(v, cleared), brace);
  };
  while (end - p >= 16) {
    if (end - p >= 64) {
      const __m128i any =
          _mm_or_si128(_mm_or_si128(braces(p), braces(p + 16)), _mm_or_si128(braces(p + 32), braces(p + 48)));
      if (_mm_movemask_epi8(any) == 0) {
        p += 64;
        continue;
      }
    }
    auto mask = static_cast<unsigned>(_mm_movemask_epi8(braces(p)));
    for (; mask != 0; mask &= mask - 1) {
      const char* const found = p + __builtin_ctz(mask);
      if (*found == '{' || *found == '}') return found;
    }
    p += 16;
  }
#endif
  while (p < end && *p != '{' && *p != '}') ++p;
  return p;
}

}  // namespace prome::forward
