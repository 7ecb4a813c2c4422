// Work that takes its time, done on a thread of its own while the event loop goes on.
#pragma once

#include <functional>

#include "engine/evaluation.h"
#include "engine/workers.h"
#include "http/exchange.h"
#include "http/loop.h"

namespace prome::api {

/// Runs `task` on one of `workers` and returns when it is done; false, and nothing is run, where too many
/// wait for one. Cancels `cancellation` once the client has hung up, which the task must obey.
http::Awaitable<bool> runOnWorker(http::Loop& loop, engine::Workers& workers, const http::Exchange& exchange,
                                  engine::Cancellation& cancellation, std::function<void()> gone,
                                  std::function<void()> task);

}  // namespace prome::api
