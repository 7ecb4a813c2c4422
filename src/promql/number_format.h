// Numbers as Go prints them. Appending functions, no state.
#pragma once

#include <string>

namespace prome::promql {

/// strconv.FormatFloat(value, 'f', -1, 64): the shortest digits that read back the same, never an exponent.
void appendFixed(std::string& out, double value);

/// fmt's %v: as above, but with an exponent below 1e-4 and from 1e21.
void appendGeneral(std::string& out, double value);

/// A JSON number as Go's encoder writes it; null for NaN and infinities, which JSON lacks.
void appendJsonNumber(std::string& out, double value);

/// Three decimals: `value` is a time in seconds.
void appendMillis(std::string& out, double value);

}  // namespace prome::promql
