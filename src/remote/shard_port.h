// What an event loop reaches shards by. All of it outlives the questions asked through it.
#pragma once

#include "http/loop.h"
#include "remote/client_options.h"
#include "remote/connection.h"
#include "remote/name_resolver.h"

namespace prome::remote {

struct ShardPort {
  http::Loop& loop;
  NameResolver& resolver;
  ConnectionPool& pool;
  const ClientOptions& options;
};

}  // namespace prome::remote
