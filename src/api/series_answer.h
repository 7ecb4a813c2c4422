// SeriesAnswer: answers a series request over several shards, the shards' label sets merged as bytes.
//
// Lives for one request, in its coroutine; one event loop.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "api/service.h"
#include "plan/route.h"

namespace prome::api {

struct SeriesAnswerRequest {
  std::span<const plan::SeriesPiece> pieces;
  std::string parameters;     // urlencoded: all but selectors and limit
  std::size_t limit = 0;      // series; 0: all
  std::string client_fields;  // complete header lines that are passed on
  std::string authorization;
  http::Clock::time_point deadline{};
  std::chrono::nanoseconds timeout{};
};

class SeriesAnswer {
 public:
  SeriesAnswer(Service& service, http::Exchange& exchange, SnapshotPtr snapshot,
               const SeriesAnswerRequest& request)
      : service_(service), exchange_(exchange), snapshot_(std::move(snapshot)), request_(request) {}

  /// Answers the client. Gives the error that was the answer, or that cut it.
  http::Awaitable<std::optional<Error>> run();

 private:
  Service& service_;
  http::Exchange& exchange_;
  const SnapshotPtr snapshot_;
  const SeriesAnswerRequest& request_;
};

}  // namespace prome::api
