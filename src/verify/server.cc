#include "verify/server.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace prome::verify {
namespace {

std::size_t takeBody(char* data, std::size_t size, std::size_t count, void* to) {
  auto& received = *static_cast<Server::Reply*>(to);
  if (received.body.size() + size * count > kMaxAnswerBytes) return 0;
  received.body.append(data, size * count);
  return size * count;
}

std::size_t takeHeader(char* data, std::size_t size, std::size_t count, void* to) {
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  if (colon != std::string_view::npos && std::ranges::equal(line.substr(0, colon), kGradeHeader, same)) {
    std::string_view value = line.substr(colon + 1);
    const std::size_t from = std::min(value.find_first_not_of(" \t"), value.size());
    const std::size_t to_end = value.find_last_not_of(" \t\r\n");
    if (to_end != std::string_view::npos) value = value.substr(from, to_end + 1 - from);
    static_cast<Server::Reply*>(to)->grade = value;
  }
  return line.size();
}

/// libcurl's own preparation, once a process.
void prepareCurl() {
  static const CURLcode prepared = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)prepared;
}

}  // namespace

struct Server::Connection {
  explicit Connection(std::string base) : url(std::move(base)) {
    prepareCurl();
    handle = curl_easy_init();
  }
  ~Connection() { curl_easy_cleanup(handle); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::string form(const Parameters& parameters) const {
    std::string out;
    for (const auto& [name, value] : parameters) {
      char* const escaped = curl_easy_escape(handle, value.data(), static_cast<int>(value.size()));
      out += (out.empty() ? "" : "&") + name + "=" + (escaped == nullptr ? "" : escaped);
      curl_free(escaped);
    }
    return out;
  }

  std::string url;
  CURL* handle = nullptr;
};

Server::Server(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  connection_ = std::make_unique<Connection>(std::move(url));
}

Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

Result<Answer> Server::ask(const Question& question) {
  const auto reply = post(question.path(), question.parameters());
  if (!reply) return std::unexpected(reply.error());
  auto answer = parseAnswer(reply->status, reply->body);
  if (answer) answer->grade = parseGrade(reply->grade);
  return answer;
}

Result<Server::Reply> Server::post(const std::string& path, const Parameters& parameters) {
  CURL* const handle = connection_->handle;
  if (handle == nullptr) return fail(ErrorKind::kInternal, "curl_easy_init failed");
  const std::string target = connection_->url + path;
  const std::string form = connection_->form(parameters);
  Reply received;
  std::string why(CURL_ERROR_SIZE, '\0');
  curl_easy_reset(handle);  // the connection is kept
  curl_easy_setopt(handle, CURLOPT_URL, target.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, form.c_str());
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, takeBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, takeHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &received);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(kAnswerTimeout.count()));
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    why.resize(std::min(why.find('\0'), why.size()));
    return fail(code == CURLE_OPERATION_TIMEDOUT ? ErrorKind::kTimeout : ErrorKind::kUnavailable,
                connection_->url + ": " + (why.empty() ? curl_easy_strerror(code) : why));
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  received.status = static_cast<int>(status);
  return received;
}

}  // namespace prome::verify
