#include "config/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace prome::config {
namespace {

std::unexpected<std::string> failure(std::string_view action, const std::string& path, int error) {
  return std::unexpected(std::string(action) + " " + path + ": " + std::generic_category().message(error));
}

}  // namespace

std::expected<std::string, std::string> readFile(const std::string& path, std::size_t max_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failure("open", path, errno);
  std::string content;
  std::array<char, 16384> buffer;
  int error = 0;
  while (content.size() <= max_bytes) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) error = errno;
    if (n <= 0) break;
    content.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(fd);
  if (error != 0) return failure("read", path, error);
  if (content.size() > max_bytes) {
    return std::unexpected("read " + path + ": larger than " + std::to_string(max_bytes) + " bytes");
  }
  return content;
}

}  // namespace prome::config
