// AnswerReader: walks the JSON of an answer of /api/v1/query or /api/v1/query_range while it comes.
//
// It knows the envelope (status, error, warnings, infos, data) and the series in it, keys in any order, with
// any white space, and passes over keys it does not know. What the samples become is left to a SampleSink,
// which is shown whole runs of samples in Prometheus' compact form to take what it can at once. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/evaluation.h"
#include "model/labels.h"
#include "querier/answer_text.h"
#include "querier/json_skipper.h"
#include "querier/sample_sink.h"

namespace prome::querier {

/// The largest label set, histogram, message or other text that must be whole to be read, bytes of JSON.
inline constexpr std::size_t kMaxItemBytes = std::size_t{1} << 20;
/// All warnings and infos of an answer, bytes.
inline constexpr std::size_t kMaxNotesBytes = std::size_t{1} << 20;

class AnswerReader {
 public:
  enum class Outcome : std::uint8_t { kSeries, kNeedsBytes, kFailed };

  explicit AnswerReader(engine::Evaluation& evaluation) : text_(evaluation.budget()) {}

  /// As AnswerText::feed; read() must have said kNeedsBytes.
  void feed(std::string_view bytes) { text_.feed(bytes); }
  /// Goes on to the end of a series (the scalar is one, without labels), of the bytes, or to an error.
  Outcome read(SampleSink& sink);
  /// Behind the last byte: was it a whole answer, and a good one?
  Result<void> finish();

  const std::optional<Error>& error() const { return error_; }
  bool isShardError() const { return is_shard_error_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::string>& infos() const { return infos_; }

 private:
  enum class Place : std::uint8_t {
    kStart,
    kEnvelope,
    kStatus,
    kErrorType,
    kErrorText,
    kWarnings,
    kInfos,
    kData,
    kDataMembers,
    kResultType,
    kElements,
    kElement,
    kLabels,
    kFloat,
    kFloats,
    kHistogram,
    kHistograms,
    kUnknown,
    kEnd,
  };
  struct Key {
    std::string_view name;
    Place place;
  };
  /// An object that is walked member by member.
  struct Members {
    ListPlace list = ListPlace::kFirst;
    std::uint32_t seen = 0;  // places, by bit
  };

  void advance(JsonCursor& json, SampleSink& sink);
  void readMember(JsonCursor& json, Members& members, std::span<const Key> keys, Place behind);
  void enter(JsonCursor& json, Members& members, Place inside);
  bool atItem(JsonCursor& json, ListPlace& list, Place behind);
  void readString(JsonCursor& json, std::string& out, Place behind);
  void readNote(JsonCursor& json, std::vector<std::string>& notes);
  void readType(JsonCursor& json, SampleSink& sink);
  void readElements(JsonCursor& json, SampleSink& sink);
  void readElementMember(JsonCursor& json);
  void readLabels(JsonCursor& json, SampleSink& sink);
  void readFloat(JsonCursor& json, SampleSink& sink);
  void readFloats(JsonCursor& json, SampleSink& sink);
  void readHistograms(JsonCursor& json, SampleSink& sink);
  bool readHistogramSample(JsonCursor& json, SampleSink& sink);
  void readScalar(JsonCursor& json, SampleSink& sink);
  void passUnknown(JsonCursor& json);
  bool accept(Result<void> told);
  void endEnvelope();
  Outcome cut();
  void refuse(std::string_view why);
  std::string_view kept(std::string_view content);

  AnswerText text_;
  Place place_ = Place::kStart;
  Place behind_unknown_ = Place::kEnvelope;
  Members envelope_;
  Members data_;
  Members element_;
  ListPlace list_ = ListPlace::kOutside;      // of notes, floats or histograms
  ListPlace elements_ = ListPlace::kOutside;  // of the result
  bool series_done_ = false;
  bool found_scalar_ = false;
  bool found_series_ = false;
  std::optional<ResultType> type_;
  JsonSkipper skipper_;
  std::string room_;
  std::deque<std::string> rooms_;  // unescaped texts of a label set
  std::vector<model::Label> labels_;

  std::string status_;
  std::string error_type_;
  std::string error_text_;
  std::vector<std::string> warnings_;
  std::vector<std::string> infos_;
  std::size_t notes_bytes_ = 0;
  std::optional<Error> error_;
  bool is_shard_error_ = false;
};

}  // namespace prome::querier
