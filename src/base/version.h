// What was built: shown by --version and by status/buildinfo. Constants; safe to read from any thread.
#pragma once

#include <string_view>

namespace prome {

extern const std::string_view kVersion;   // "0.1.0", the project's version
extern const std::string_view kRevision;  // source revision, "unknown" where the build was not told
extern const std::string_view kCompiler;  // "g++ 12.2.0"
extern const std::string_view kPlatform;  // "linux/amd64", the way Prometheus writes it

}  // namespace prome
