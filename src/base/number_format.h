// Numbers as Go prints them. Appending functions, no state.
#pragma once

#include <cstddef>
#include <string>

namespace prome {

/// strconv.FormatFloat(value, 'f', -1, 64): the shortest digits that read back the same, never an exponent.
void appendFixed(std::string& out, double value);

/// fmt's %v and %g: as above, but with an exponent below 1e-4 and from 1e6.
void appendGeneral(std::string& out, double value);

/// fmt's %g with `precision` significant digits (Go's default for %g is the shortest form, as appendGeneral
/// gives it).
void appendGeneral(std::string& out, double value, int precision);

/// Bytes a sample's value takes at most.
inline constexpr std::size_t kMaxSampleValueBytes = 32;

/// Writes a sample's value as Prometheus' JSON encoder does, without quotes: shortest digits, an exponent
/// below 1e-6 and from 1e21, `NaN`, `+Inf`, `-Inf`. `out` has kMaxSampleValueBytes; the end is returned.
/// Source: prometheus/util/jsonutil.MarshalFloat.
char* writeSampleValue(char* out, double value);

/// A JSON number as Go's encoder writes it; null for NaN and infinities, which JSON lacks.
void appendJsonNumber(std::string& out, double value);

/// Three decimals: `value` is a time in seconds.
void appendMillis(std::string& out, double value);

}  // namespace prome
