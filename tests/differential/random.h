// The random choices of this folder.
#pragma once

#include "verify/random.h"

namespace prome::differential {

using verify::Random;

}  // namespace prome::differential
