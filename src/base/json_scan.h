// Searches for the end of JSON strings, sixteen bytes a step where the machine has SSE2. Pure; nothing is
// validated.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace prome {

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

}  // namespace prome
