// NameResolver: looks host names up without making anybody wait longer than they want to.
//
// The system's resolver blocks and cannot be interrupted. It runs on threads of its own, a bounded number of
// them, each of which ends when there is nothing left to look up. Who asks for a name that is being looked up
// already waits for the same answer. A look-up that hangs keeps its thread, and nothing else, until the
// system gives up: neither the one who asked nor the destructor waits for it.
//
// NameResolver is thread-safe and outlives its queries. A NameQuery belongs to one event loop.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/asio.h"

namespace prome::remote {

/// Look-ups at a time in the process, hanging ones among them; more wait for their turn.
inline constexpr std::size_t kMaxLookups = 8;

class NameResolver {
 public:
  struct Found {
    std::vector<http::asio::ip::address> addresses;
    std::string error;  // why there are none
  };
  /// Blocks as long as it takes; called on any thread.
  using Lookup = std::function<Found(const std::string& host)>;

  explicit NameResolver(Lookup lookup = lookUpBySystem);
  ~NameResolver();
  NameResolver(const NameResolver&) = delete;
  NameResolver& operator=(const NameResolver&) = delete;

  /// getaddrinfo(3).
  static Found lookUpBySystem(const std::string& host);

 private:
  friend class NameQuery;
  struct State;

  std::shared_ptr<State> state_;  // look-ups that hang keep it
};

/// One question, asked and awaited on one loop.
class NameQuery {
 public:
  NameQuery(NameResolver& resolver, http::Executor executor);
  ~NameQuery();
  NameQuery(const NameQuery&) = delete;
  NameQuery& operator=(const NameQuery&) = delete;

  /// The addresses of `host`. To be called once.
  http::Awaitable<NameResolver::Found> resolve(const std::string& host);
  /// Makes resolve() return now, with an error.
  void cancel();

 private:
  friend class NameResolver;

  void withdraw();
  void answer(NameResolver::Found found);

  std::shared_ptr<NameResolver::State> state_;
  http::Executor executor_;
  http::Timer woken_;
  std::string host_;  // while asked for
  std::optional<NameResolver::Found> found_;
  std::shared_ptr<NameQuery*> self_;  // nulled with this object: what is posted may come later
};

}  // namespace prome::remote
