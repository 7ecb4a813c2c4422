// Brackets are counted and strings are skipped; the last string on the path to the list is the key that the
// next bracket belongs to. Whether all of it is JSON is found out when it is read as a document, in which the
// list, taken out, is an empty one.
#include "forward/answer_envelope.h"

#include <optional>

#include "base/json_reader.h"

namespace prome::forward {
namespace {

constexpr std::size_t kMaxKey = 16;

bool isSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

Error broken() {
  return {ErrorKind::kUnavailable, "answer is not Prometheus' JSON"};
}

/// The members of an answer that matter here.
struct Members {
  std::string status;
  std::string error_type;
  std::string error;
  std::string result_type;
  std::string_view list;
  AnswerNotes notes;
};

bool readStrings(JsonReader& json, std::vector<std::string>& out) {
  std::string_view raw;
  if (!json.raw(raw)) return false;
  if (raw == "null") return true;
  JsonReader list(raw);
  return list.array([&] { list.string(out.emplace_back()); });
}

bool readData(std::string_view text, AnswerShape shape, Members& members) {
  if (shape == AnswerShape::kSeries) {
    members.list = text;
    return true;
  }
  if (!text.starts_with('{')) return true;  // of an error
  JsonReader json(text);
  return json.object([&](const std::string& key) {
    if (key == "resultType")
      json.string(members.result_type);
    else if (key == "result")
      json.raw(members.list);
    else
      json.skip();
  });
}

std::optional<Members> readMembers(std::string_view text, AnswerShape shape) {
  Members members;
  JsonReader json(text);
  bool good = true;
  json.object([&](const std::string& key) {
    std::string_view data;
    if (key == "status")
      json.string(members.status);
    else if (key == "errorType")
      json.string(members.error_type);
    else if (key == "error")
      json.string(members.error);
    else if (key == "warnings")
      good = readStrings(json, members.notes.warnings) && good;
    else if (key == "infos")
      good = readStrings(json, members.notes.infos) && good;
    else if (key == "data")
      good = json.raw(data) && readData(data, shape, members) && good;
    else
      json.skip();
  });
  if (!good || !json.atEnd()) return std::nullopt;
  return members;
}

}  // namespace

/// True if the bracket [, about to open, opens the list.
bool AnswerEnvelope::opensList() const {
  if (list_seen_ || on_path_ != open_.size()) return false;
  if (shape_ == AnswerShape::kSeries) return on_path_ == 1 && key_ == "data";
  return on_path_ == 2 && key_ == "result";
}

bool AnswerEnvelope::close(char bracket) {
  if (open_.empty() || open_.back() != (bracket == '}' ? '{' : '[')) return false;
  open_.pop_back();
  on_path_ = std::min(on_path_, open_.size());
  return true;
}

/// Takes one byte of the answer. False if it cannot stand there.
bool AnswerEnvelope::walk(char c) {
  const bool on_path = on_path_ == open_.size();
  if (in_string_) {
    const bool ends = c == '"' && !escaped_;
    escaped_ = c == '\\' && !escaped_;
    in_string_ = !ends;
    if (!ends && on_path && key_.size() < kMaxKey) key_ += c;
    return true;
  }
  switch (c) {
    case '"':
      in_string_ = true;
      if (on_path) key_.clear();
      return true;
    case '{': {
      const bool next = on_path && (on_path_ == 0 || (on_path_ == 1 && key_ == "data"));
      open_.push_back(c);
      if (next) on_path_ = open_.size();
      return open_.size() <= kMaxJsonDepth;
    }
    case '[':
      open_.push_back(c);
      return open_.size() <= kMaxJsonDepth;
    case '}':
    case ']':
      return close(c);
    default:
      return true;
  }
}

AnswerEnvelope::Step AnswerEnvelope::read(std::string_view& in) {
  for (std::size_t at = 0; at < in.size();) {
    const char c = in[at++];
    if (open_.empty()) {  // in front of the answer or behind it
      if (isSpace(c)) continue;
      if (c != '{' || !text_.empty()) return Step::kBroken;
    }
    const bool list = c == '[' && !in_string_ && opensList();
    text_ += c;
    if (!walk(c) || text_.size() > kMaxEnvelopeBytes) return Step::kBroken;
    if (!list) continue;
    list_seen_ = true;
    in.remove_prefix(at);
    return Step::kList;
  }
  in = {};
  return open_.empty() && !text_.empty() ? Step::kWhole : Step::kNeedsBytes;
}

std::string_view AnswerEnvelope::expectedType() const {
  return shape_ == AnswerShape::kMatrix ? "matrix" : "vector";
}

Result<AnswerNotes> AnswerEnvelope::notes() const {
  std::string text = text_;
  for (auto bracket = open_.rbegin(); bracket != open_.rend(); ++bracket) text += *bracket == '{' ? '}' : ']';
  auto members = readMembers(text, shape_);
  if (!members) return std::unexpected(broken());
  if (members->status == "error") {
    std::string& error = members->error;  // which may stand behind the list
    const ErrorKind kind = errorKindNamed(members->error_type).value_or(ErrorKind::kUnavailable);
    return fail(kind, error.empty() ? "answer is an error" : std::move(error));
  }
  const bool success = members->status == "success" || (members->status.empty() && !open_.empty());
  const bool listed = members->list == "[]" || members->list == "null";
  if (!success || !listed) return std::unexpected(broken());
  if (shape_ != AnswerShape::kSeries && !members->result_type.empty() &&
      members->result_type != expectedType()) {
    return fail(ErrorKind::kUnavailable,
                "answer is a " + members->result_type + ", not a " + std::string(expectedType()));
  }
  return std::move(members->notes);
}

}  // namespace prome::forward
