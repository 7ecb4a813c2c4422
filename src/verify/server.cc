#include "verify/server.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <string_view>
#include <utility>

namespace prome::verify {
namespace {

struct Received {
  std::size_t limit;
  bool too_large = false;
  std::string body = {};
  std::string grade = {};
};

std::size_t takeBody(char* data, std::size_t size, std::size_t count, void* to) {
  auto& received = *static_cast<Received*>(to);
  received.too_large = received.too_large || size * count > received.limit - received.body.size();
  if (received.too_large) return 0;
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
    static_cast<Received*>(to)->grade = value;
  }
  return line.size();
}

/// libcurl's own preparation, once a process.
void prepareCurl() {
  static const CURLcode prepared = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)prepared;
}

/// What curl_url_get() and its like give.
std::string ownedText(char* text) {
  std::string out = text == nullptr ? "" : text;
  curl_free(text);
  return out;
}

/// A list of lines, as curl takes it.
class Lines {
 public:
  Lines() = default;
  ~Lines() { curl_slist_free_all(list_); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

}  // namespace

class Server::Connection {
 public:
  explicit Connection(ServerOptions given) : options(std::move(given)) {
    prepareCurl();
    while (options.url.ends_with('/')) options.url.pop_back();
    handle_ = curl_easy_init();
    multi_ = curl_multi_init();
    prepareUrl();
  }
  ~Connection() {
    curl_easy_cleanup(handle_);
    curl_multi_cleanup(multi_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<Server::Reply> post(const std::string& path, const Parameters& parameters,
                             const std::string& authorization);
  void cancel() {
    canceled_ = true;
    curl_multi_wakeup(multi_);
  }

  ServerOptions options;

 private:
  void prepareUrl();
  void prepare(const Lines& fields);
  void prepareTls();
  void addFields(Lines& fields, const std::string& authorization) const;
  std::string form(const Parameters& parameters) const;
  CURLcode perform();

  CURL* handle_ = nullptr;
  CURLM* multi_ = nullptr;
  std::atomic<bool> canceled_{false};
  std::string url_;         // as curl is given it
  std::string host_field_;  // where it is not what the url says
  Lines connect_to_;
};

/// A certificate's name other than the host's: curl is told the name, and where it is to connect.
void Server::Connection::prepareUrl() {
  url_ = options.url;
  const std::string& name = options.request.tls.server_name;
  CURLU* const parts = curl_url();
  if (name.empty() || curl_url_set(parts, CURLUPART_URL, url_.c_str(), 0) != CURLUE_OK) {
    curl_url_cleanup(parts);
    return;
  }
  char* text = nullptr;
  curl_url_get(parts, CURLUPART_HOST, &text, 0);
  const std::string host = ownedText(std::exchange(text, nullptr));
  curl_url_get(parts, CURLUPART_PORT, &text, CURLU_DEFAULT_PORT);
  const std::string port = ownedText(std::exchange(text, nullptr));
  curl_url_set(parts, CURLUPART_HOST, name.c_str(), 0);
  curl_url_get(parts, CURLUPART_URL, &text, 0);
  url_ = ownedText(text);
  while (url_.ends_with('/')) url_.pop_back();
  curl_url_cleanup(parts);
  host_field_ = "Host: " + host + ":" + port;
  connect_to_.add(name + ":" + port + ":" + host + ":" + port);
}

std::string Server::Connection::form(const Parameters& parameters) const {
  std::string out;
  for (const auto& [name, value] : parameters) {
    char* const escaped = curl_easy_escape(handle_, value.data(), static_cast<int>(value.size()));
    out += (out.empty() ? "" : "&") + name + "=" + ownedText(escaped);
  }
  return out;
}

void Server::Connection::addFields(Lines& fields, const std::string& authorization) const {
  for (const auto& [name, value] : options.request.headers) {
    fields.add(value.empty() ? name + ";" : name + ": " + value);
  }
  if (options.request.forward_authorization && !authorization.empty())
    fields.add("Authorization: " + authorization);
  if (!host_field_.empty()) fields.add(host_field_);
}

void Server::Connection::prepareTls() {
  const topology::TlsOptions& tls = options.request.tls;
  const auto set = [this](CURLoption option, const std::string& file) {
    if (!file.empty()) curl_easy_setopt(handle_, option, file.c_str());
  };
  set(CURLOPT_CAINFO, tls.ca_file);
  set(CURLOPT_SSLCERT, tls.cert_file);
  set(CURLOPT_SSLKEY, tls.key_file);
  if (tls.insecure_skip_verify) {
    curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (connect_to_.get() != nullptr) curl_easy_setopt(handle_, CURLOPT_CONNECT_TO, connect_to_.get());
}

void Server::Connection::prepare(const Lines& fields) {
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  if (options.proxy == Proxy::kNone) curl_easy_setopt(handle_, CURLOPT_PROXY, "");
  if (options.request.compression != topology::ShardCompression::kOff)
    curl_easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, fields.get());
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, takeBody);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, takeHeader);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_QUICK_EXIT, 1L);  // nobody waits for a name's look-up
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  prepareTls();
}

/// As curl_easy_perform() would, but that cancel() can end it.
CURLcode Server::Connection::perform() {
  curl_multi_add_handle(multi_, handle_);
  int running = 1;
  while (running > 0 && !canceled_) {
    if (curl_multi_perform(multi_, &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi_, &left);
  const CURLcode code = message == nullptr ? CURLE_ABORTED_BY_CALLBACK : message->data.result;
  curl_multi_remove_handle(multi_, handle_);
  return code;
}

Result<Server::Reply> Server::Connection::post(const std::string& path, const Parameters& parameters,
                                               const std::string& authorization) {
  if (handle_ == nullptr || multi_ == nullptr) return fail(ErrorKind::kInternal, "curl_easy_init failed");
  const std::string target = url_ + path;
  const std::string text = form(parameters);
  Lines fields;
  addFields(fields, authorization);
  prepare(fields);
  Received received{.limit = options.max_answer_bytes};
  std::string why(CURL_ERROR_SIZE, '\0');
  curl_easy_setopt(handle_, CURLOPT_URL, target.c_str());
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, text.c_str());
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &received);
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, why.data());
  const CURLcode code = perform();
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_reset(handle_);  // it points to nothing that ends here
  if (canceled_) return fail(ErrorKind::kCanceled, options.url + ": canceled");
  if (received.too_large) {
    return fail(ErrorKind::kExecution, options.url + ": an answer of more than " +
                                           std::to_string(options.max_answer_bytes) + " bytes");
  }
  if (code != CURLE_OK) {
    why.resize(std::min(why.find('\0'), why.size()));
    return fail(code == CURLE_OPERATION_TIMEDOUT ? ErrorKind::kTimeout : ErrorKind::kUnavailable,
                options.url + ": " + (why.empty() ? curl_easy_strerror(code) : why));
  }
  return Reply{.status = static_cast<int>(status),
               .body = std::move(received.body),
               .grade = std::move(received.grade)};
}

Server::Server(ServerOptions options) : connection_(std::make_unique<Connection>(std::move(options))) {}
Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

Result<Answer> Server::ask(const Question& question, const std::string& authorization) {
  const auto reply = connection_->post(question.path(), question.parameters(), authorization);
  if (!reply) return std::unexpected(reply.error());
  auto answer = parseAnswer(reply->status, reply->body);
  if (answer) answer->grade = parseGrade(reply->grade);
  return answer;
}

Result<Server::Reply> Server::post(const std::string& path, const Parameters& parameters) {
  return connection_->post(path, parameters, {});
}

void Server::cancel() {
  connection_->cancel();
}

}  // namespace prome::verify
