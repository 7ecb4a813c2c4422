#include "base/version.h"

// PROME_VERSION_TEXT and PROME_REVISION_TEXT are defined by CMake for this file only, so that a new revision
// compiles one file.

namespace prome {

const std::string_view kVersion = PROME_VERSION_TEXT;
const std::string_view kRevision = PROME_REVISION_TEXT;

#if defined(__clang__)
const std::string_view kCompiler = __VERSION__;
#else
const std::string_view kCompiler = "g++ " __VERSION__;
#endif

#if defined(__x86_64__)
const std::string_view kPlatform = "linux/amd64";
#elif defined(__aarch64__)
const std::string_view kPlatform = "linux/arm64";
#else
const std::string_view kPlatform = "linux/other";
#endif

}  // namespace prome
