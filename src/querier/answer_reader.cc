// A state machine: `place_` is what comes next, each step reads one token or one item (a key, a label set, a
// sample, a histogram) that lies whole in the text, and changes nothing but where it was read. Where it is
// cut, the same step is made again once there is more text.
#include "querier/answer_reader.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "querier/sample_run.h"
#include "querier/sample_text.h"

namespace prome::querier {
namespace {

constexpr std::uint32_t bit(auto place) {
  return std::uint32_t{1} << static_cast<unsigned>(place);
}

/// `[time,"value"]`.
bool readSample(JsonCursor& json, std::int64_t& time_ms, double& value) {
  if (json.end() - json.at() >= kFastSampleBytes) {
    FastSample sample;
    if (const char* const past = readFastSample(json.at(), sample); past != nullptr) {
      json.moveTo(past);
      time_ms = sample.time_ms;
      value = sample.value;
      return true;
    }
  }
  std::string_view time_text;
  std::string_view value_text;
  std::string room;
  if (!json.take('[') || !json.word(time_text) || !json.take(',') || !json.string(value_text, room) ||
      !json.take(']')) {
    return false;
  }
  const auto time = parseTime(time_text);
  const auto parsed = parseValue(value_text);
  if (!time || !parsed) return json.refuse();
  time_ms = *time;
  value = *parsed;
  return true;
}

bool takeNull(JsonCursor& json) {
  if (json.peek() != 'n') return false;
  std::string_view word;
  return json.word(word) && (word == "null" || json.refuse());
}

}  // namespace

AnswerReader::Outcome AnswerReader::read(SampleSink& sink) {
  while (!error_) {
    JsonCursor json(text_.window());
    const Place before = place_;
    advance(json, sink);
    if (error_) break;
    if (json.outcome() == JsonCursor::Outcome::kBad) {
      refuse("is not as a Prometheus server writes it");
    } else if (json.outcome() == JsonCursor::Outcome::kCut) {
      if (text_.lengthen()) continue;
      return cut();
    } else {
      const auto size = static_cast<std::size_t>(json.at() - text_.window().data());
      const bool many = before == Place::kFloats || before == Place::kUnknown;
      if (!many && size > kMaxItemBytes) refuse("has too large a label set, histogram or text");
      text_.take(json.at());
      if (std::exchange(series_done_, false) && !error_) return Outcome::kSeries;
    }
  }
  return Outcome::kFailed;
}

AnswerReader::Outcome AnswerReader::cut() {
  if (text_.held() < kMaxItemBytes) return Outcome::kNeedsBytes;
  refuse("has too large a label set, histogram or text");
  return Outcome::kFailed;
}

Result<void> AnswerReader::finish() {
  if (!error_ && place_ != Place::kEnd) refuse("breaks off");
  if (error_) return std::unexpected(*error_);
  return {};
}

void AnswerReader::refuse(std::string_view why) {
  if (error_) return;
  error_ = Error{ErrorKind::kUnavailable, "the answer " + std::string(why) + ", " +
                                              std::to_string(text_.taken()) + " bytes from its start"};
}

bool AnswerReader::accept(Result<void> told) {
  if (!told) error_ = std::move(told.error());
  return told.has_value();
}

void AnswerReader::advance(JsonCursor& json, SampleSink& sink) {
  switch (place_) {
    case Place::kStart:
      return enter(json, envelope_, Place::kEnvelope);
    case Place::kEnvelope: {
      static constexpr std::array<Key, 6> kKeys{{{"status", Place::kStatus},
                                                 {"errorType", Place::kErrorType},
                                                 {"error", Place::kErrorText},
                                                 {"warnings", Place::kWarnings},
                                                 {"infos", Place::kInfos},
                                                 {"data", Place::kData}}};
      readMember(json, envelope_, kKeys, Place::kEnd);
      if (place_ == Place::kEnd) endEnvelope();
      return;
    }
    case Place::kStatus:
      return readString(json, status_, Place::kEnvelope);
    case Place::kErrorType:
      return readString(json, error_type_, Place::kEnvelope);
    case Place::kErrorText:
      return readString(json, error_text_, Place::kEnvelope);
    case Place::kWarnings:
      return readNote(json, warnings_);
    case Place::kInfos:
      return readNote(json, infos_);
    case Place::kData:
      if (takeNull(json)) {
        place_ = Place::kEnvelope;
        return;
      }
      return enter(json, data_, Place::kDataMembers);
    case Place::kDataMembers: {
      static constexpr std::array<Key, 2> kKeys{
          {{"resultType", Place::kResultType}, {"result", Place::kElements}}};
      return readMember(json, data_, kKeys, Place::kEnvelope);
    }
    case Place::kResultType:
      return readType(json, sink);
    case Place::kElements:
      return readElements(json, sink);
    case Place::kElement:
      return readElementMember(json);
    case Place::kLabels:
      return readLabels(json, sink);
    case Place::kFloat:
      return readFloat(json, sink);
    case Place::kFloats:
      return readFloats(json, sink);
    case Place::kHistogram:
      if (readHistogramSample(json, sink)) place_ = Place::kElement;
      return;
    case Place::kHistograms:
      return readHistograms(json, sink);
    case Place::kUnknown:
      if (skipper_.pass(json)) place_ = behind_unknown_;
      return;
    case Place::kEnd:
      if (json.peek() != '\0') json.refuse();
      return;
  }
}

void AnswerReader::enter(JsonCursor& json, Members& members, Place inside) {
  if (!json.take('{')) return;
  members = {};
  place_ = inside;
}

/// A key and its colon, which lead to its place, or the closing brace.
void AnswerReader::readMember(JsonCursor& json, Members& members, std::span<const Key> keys, Place behind) {
  if (json.takeIf('}')) {
    place_ = behind;
    return;
  }
  if (members.list == ListPlace::kBehindItem && !json.take(',')) return;
  std::string_view name;
  if (!json.string(name, room_) || !json.take(':')) return;
  members.list = ListPlace::kBehindItem;
  const auto key = std::ranges::find(keys, name, &Key::name);
  if (key == keys.end()) {
    behind_unknown_ = std::exchange(place_, Place::kUnknown);
    skipper_.begin();
    return;
  }
  if ((members.seen & bit(key->place)) != 0) {
    json.refuse();
    return;
  }
  members.seen |= bit(key->place);
  list_ = ListPlace::kOutside;
  place_ = key->place;
}

/// True where an item of `list` is to be read; else passes a bracket or comma, or null in place of a list.
bool AnswerReader::atItem(JsonCursor& json, ListPlace& list, Place behind) {
  switch (list) {
    case ListPlace::kOutside:
      if (takeNull(json)) {
        place_ = behind;
      } else if (json.take('[')) {
        list = ListPlace::kFirst;
      }
      return false;
    case ListPlace::kFirst:
    case ListPlace::kBehindItem:
      if (json.takeIf(']')) {
        place_ = behind;
        return false;
      }
      if (list == ListPlace::kBehindItem ? json.take(',') : json.good()) list = ListPlace::kBehindComma;
      return false;
    case ListPlace::kBehindComma:
      return json.peek() != '\0' || (json.good() && json.refuse());
  }
  return false;
}

void AnswerReader::readString(JsonCursor& json, std::string& out, Place behind) {
  std::string_view content;
  if (!json.string(content, room_)) return;
  out = content;
  place_ = behind;
}

void AnswerReader::readNote(JsonCursor& json, std::vector<std::string>& notes) {
  std::string_view content;
  if (!atItem(json, list_, Place::kEnvelope) || !json.string(content, room_)) return;
  notes_bytes_ += content.size() + sizeof(std::string);
  if (notes_bytes_ > kMaxNotesBytes) return refuse("has too many warnings and infos");
  notes.emplace_back(content);
  list_ = ListPlace::kBehindItem;
}

void AnswerReader::readType(JsonCursor& json, SampleSink& sink) {
  constexpr std::array<std::pair<std::string_view, ResultType>, 3> kTypes{
      {{"matrix", ResultType::kMatrix}, {"vector", ResultType::kVector}, {"scalar", ResultType::kScalar}}};
  std::string_view name;
  if (!json.string(name, room_)) return;
  const auto found = std::ranges::find(kTypes, name, &std::pair<std::string_view, ResultType>::first);
  if (found == kTypes.end()) {
    accept(fail(ErrorKind::kInternal, "the answer is of type " + std::string(name.substr(0, 32))));
    return;
  }
  type_ = found->second;
  if (accept(sink.type(*type_))) place_ = Place::kDataMembers;
}

void AnswerReader::readElements(JsonCursor& json, SampleSink& sink) {
  if (elements_ == ListPlace::kOutside) {
    JsonCursor ahead = json;
    if (!takeNull(ahead) && ahead.take('[') && ahead.peek() != '{' && ahead.peek() != ']') {
      if (ahead.good()) return readScalar(json, sink);
    }
    if (!ahead.good()) {
      json = ahead;
      return;
    }
  }
  if (!atItem(json, elements_, Place::kDataMembers)) return;
  found_series_ = true;
  enter(json, element_, Place::kElement);
}

void AnswerReader::readScalar(JsonCursor& json, SampleSink& sink) {
  std::int64_t time_ms = 0;
  double value = 0;
  if (!readSample(json, time_ms, value)) return;
  if (!accept(sink.scalar(time_ms, value))) return;
  found_scalar_ = true;
  series_done_ = true;
  place_ = Place::kDataMembers;
}

void AnswerReader::readElementMember(JsonCursor& json) {
  static constexpr std::array<Key, 5> kKeys{{{"metric", Place::kLabels},
                                             {"values", Place::kFloats},
                                             {"value", Place::kFloat},
                                             {"histograms", Place::kHistograms},
                                             {"histogram", Place::kHistogram}}};
  constexpr std::uint32_t kOfVector = bit(Place::kFloat) | bit(Place::kHistogram);
  constexpr std::uint32_t kOfMatrix = bit(Place::kFloats) | bit(Place::kHistograms);
  readMember(json, element_, kKeys, Place::kElements);
  if ((element_.seen & kOfVector) != 0 && (element_.seen & kOfMatrix) != 0) json.refuse();
  if (place_ != Place::kElements) return;
  if ((element_.seen & bit(Place::kLabels)) == 0) json.refuse();
  elements_ = ListPlace::kBehindItem;
  series_done_ = true;
}

/// `content` is of the text, or of a string that is soon used for something else.
std::string_view AnswerReader::kept(std::string_view content) {
  const std::string_view text = text_.window();
  const std::less_equal<const char*> before;
  if (before(text.data(), content.data()) && before(content.data(), text.data() + text.size()))
    return content;
  return rooms_.emplace_back(content);
}

void AnswerReader::readLabels(JsonCursor& json, SampleSink& sink) {
  labels_.clear();
  rooms_.clear();
  const bool read = json.object([&](std::string_view name) {
    const std::string_view kept_name = kept(name);
    std::string_view value;
    if (!json.string(value, room_)) return false;
    labels_.push_back({kept_name, kept(value)});
    return true;
  });
  if (read && accept(sink.labels(labels_))) place_ = Place::kElement;
}

void AnswerReader::readFloat(JsonCursor& json, SampleSink& sink) {
  std::int64_t time_ms = 0;
  double value = 0;
  if (readSample(json, time_ms, value) && accept(sink.sample(time_ms, value))) place_ = Place::kElement;
}

void AnswerReader::readFloats(JsonCursor& json, SampleSink& sink) {
  if (!atItem(json, list_, Place::kElement)) return;
  const RunEnd run = sink.run(json.at(), json.end());
  if (run.at != json.at()) {
    json.moveTo(run.at);
    list_ = run.place;
    return;
  }
  std::int64_t time_ms = 0;
  double value = 0;
  if (readSample(json, time_ms, value) && accept(sink.sample(time_ms, value))) list_ = ListPlace::kBehindItem;
}

bool AnswerReader::readHistogramSample(JsonCursor& json, SampleSink& sink) {
  std::string_view time_text;
  HistogramReading reading;
  if (!json.take('[') || !json.word(time_text) || !json.take(',') || !readHistogram(json, reading) ||
      !json.take(']')) {
    return false;
  }
  const auto time = parseTime(time_text);
  if (!time) return json.refuse();
  return accept(sink.histogram(*time, std::move(reading)));
}

void AnswerReader::readHistograms(JsonCursor& json, SampleSink& sink) {
  if (!atItem(json, list_, Place::kElement)) return;
  if (readHistogramSample(json, sink)) list_ = ListPlace::kBehindItem;
}

void AnswerReader::endEnvelope() {
  if (status_ == "error") {
    error_ = Error{errorKindNamed(error_type_).value_or(ErrorKind::kExecution), error_text_};
    is_shard_error_ = true;
    return;
  }
  const bool has_result = type_ && (data_.seen & bit(Place::kElements)) != 0;
  const bool scalar = type_ == ResultType::kScalar;
  if (status_ != "success" || !has_result || (scalar ? !found_scalar_ : found_scalar_) ||
      (scalar && found_series_)) {
    refuse("has no result");
  }
}

}  // namespace prome::querier
