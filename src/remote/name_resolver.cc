// A query stands in the list of its host from resolve() to its answer or its end, whichever is first. Threads
// find it there, and post to its loop while they hold the lock: a loop that ends takes its queries off the
// list, for which it needs the lock, before it is gone.
#include "remote/name_resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace prome::remote {

namespace asio = http::asio;
using Found = NameResolver::Found;

struct NameResolver::State {
  std::mutex mutex;
  Lookup lookup;
  std::map<std::string, std::vector<NameQuery*>> asked;  // by host: queued or being looked up
  std::deque<std::string> queue;                         // hosts that no thread looks up yet
  std::size_t threads = 0;

  static bool ask(const std::shared_ptr<State>& state, NameQuery& query);
  static void work(const std::shared_ptr<State>& state, std::string host);
  void answer(const std::string& host, const Found& found);
};

/// False if no thread could be started.
bool NameResolver::State::ask(const std::shared_ptr<State>& state, NameQuery& query) {
  const std::lock_guard lock(state->mutex);
  const auto [entry, first] = state->asked.try_emplace(query.host_);
  entry->second.push_back(&query);
  if (!first) return true;
  if (state->threads == kMaxLookups) {
    state->queue.push_back(query.host_);
    return true;
  }
  try {
    std::thread([state, host = query.host_] { work(state, host); }).detach();
  } catch (const std::system_error&) {
    state->asked.erase(entry);
    return false;
  }
  ++state->threads;
  return true;
}

void NameResolver::State::work(const std::shared_ptr<State>& state, std::string host) {
  while (true) {
    const Found found = state->lookup(host);
    const std::lock_guard lock(state->mutex);
    state->answer(host, found);
    if (state->queue.empty()) {
      --state->threads;
      return;
    }
    host = std::move(state->queue.front());
    state->queue.pop_front();
  }
}

void NameResolver::State::answer(const std::string& host, const Found& found) {
  const auto entry = asked.find(host);
  if (entry == asked.end()) return;
  for (NameQuery* query : entry->second) {
    asio::post(query->executor_, [self = query->self_, found] {
      if (*self != nullptr) (*self)->answer(found);
    });
  }
  asked.erase(entry);
}

NameResolver::NameResolver(Lookup lookup) : state_(std::make_shared<State>()) {
  state_->lookup = std::move(lookup);
}

NameResolver::~NameResolver() = default;

Found NameResolver::lookUpBySystem(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int result = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  Found found;
  if (result == EAI_SYSTEM)
    found.error = std::system_category().message(errno);
  else if (result != 0)
    found.error = ::gai_strerror(result);
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::copy_n(reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
                reinterpret_cast<char*>(endpoint.data()));
    found.addresses.push_back(endpoint.address());
  }
  if (list != nullptr) ::freeaddrinfo(list);
  if (found.addresses.empty() && found.error.empty()) found.error = "no address";
  return found;
}

NameQuery::NameQuery(NameResolver& resolver, http::Executor executor)
    : state_(resolver.state_),
      executor_(executor),
      woken_(executor, http::Clock::time_point::max()),
      self_(std::make_shared<NameQuery*>(this)) {}

NameQuery::~NameQuery() {
  withdraw();
  *self_ = nullptr;
}

http::Awaitable<Found> NameQuery::resolve(const std::string& host) {
  host_ = host;
  if (!NameResolver::State::ask(state_, *this)) {
    host_.clear();
    co_return Found{.addresses = {}, .error = "no thread for the look-up"};
  }
  co_await woken_.async_wait(http::kAwait);
  withdraw();
  if (found_) co_return std::move(*found_);
  co_return Found{.addresses = {}, .error = "canceled"};
}

void NameQuery::cancel() {
  woken_.cancel();
}

void NameQuery::answer(Found found) {
  found_ = std::move(found);
  woken_.cancel();
}

/// Takes the query off its host's list, and the host off the queue if nobody else asks for it.
void NameQuery::withdraw() {
  if (host_.empty()) return;
  const std::lock_guard lock(state_->mutex);
  const std::string host = std::exchange(host_, {});
  const auto entry = state_->asked.find(host);
  if (entry == state_->asked.end()) return;
  std::erase(entry->second, this);
  if (!entry->second.empty()) return;
  const auto queued = std::ranges::find(state_->queue, host);
  if (queued == state_->queue.end()) return;  // being looked up: who asks next joins
  state_->queue.erase(queued);
  state_->asked.erase(entry);
}

}  // namespace prome::remote
