// model/quote.h by the names the front end uses.
#pragma once

#include "model/quote.h"
#include "model/utf8.h"

namespace prome::promql {

using model::appendQuoted;
using model::appendUtf8;
using model::decodeRune;
using model::isPrintable;
using model::isValidUtf8;
using model::kMaxRune;
using model::kRuneError;
using model::quoted;
using model::quotedRune;
using model::Rune;
using model::unicodeName;

}  // namespace prome::promql
