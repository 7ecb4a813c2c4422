// ShardNotes: warnings and infos of several shards' answers, as one server would give them.
//
// A text at several places is one note, at the last of these in the query. Places are those of the text a
// shard was sent and become those of the query. Of a query; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "forward/answer_envelope.h"
#include "plan/plan.h"

namespace prome::forward {

class ShardNotes {
 public:
  /// `query`: as the client wrote it; must outlive this.
  explicit ShardNotes(std::string_view query) : query_(query) {}

  /// Adds what a shard said that was sent `sent`.
  void add(const AnswerNotes& notes, const plan::PieceText& sent);
  /// Adds a warning about no place.
  void warn(std::string text) { warnings_.places.try_emplace(std::move(text)); }

  /// All of them, sorted, at most model::kMaxShownAnnotations of a kind; then how many more there are at
  /// least, which shards may have left out themselves.
  AnswerNotes all() const;

 private:
  struct List {
    std::map<std::string, std::optional<std::uint32_t>> places;  // in the query, by text
    std::size_t most = 0;                                        // notes of one shard, those left out too
  };

  void add(const std::vector<std::string>& notes, const plan::PieceText& sent, std::string_view kind,
           List& list) const;
  std::vector<std::string> shown(const List& list, std::string_view kind) const;

  std::string_view query_;
  List warnings_;
  List infos_;
};

}  // namespace prome::forward
