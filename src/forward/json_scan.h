// Searches in JSON text, sixteen bytes a step where the machine has SSE2. Pure; nothing is validated.
#pragma once

#include <string_view>
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

/// The first quote or backslash in [p, end), or end.
inline const char* findQuote(const char* p, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; end - p >= 16; p += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const int mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)));
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (p < end && *p != '"' && *p != '\\') ++p;
  return p;
}

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

/// The quote that closes the string whose content starts at `p`, or nullptr if it is not in [p, end).
inline const char* endOfString(const char* p, const char* end) {
  while (true) {
    p = findQuote(p, end);
    if (p >= end) return nullptr;
    if (*p == '"') return p;
    p += 2;
    if (p >= end) return nullptr;
  }
}

}  // namespace prome::forward
