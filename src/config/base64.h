// Base64 as RFC 4648 section 4 has it, for the Authorization header of basic_auth.
#pragma once

#include <string>
#include <string_view>

namespace prome::config {

std::string base64Encode(std::string_view bytes);

}  // namespace prome::config
