// model/quote.h by the names the front end uses.
#pragma once

#include "base/utf8.h"
#include "model/quote.h"

namespace prome::promql {

using model::appendQuoted;
using model::isPrintable;
using model::quoted;
using model::quotedRune;
using model::unicodeName;

}  // namespace prome::promql
