#include "querier/json_skipper.h"

#include <string_view>

namespace prome::querier {

bool JsonSkipper::open(bool object) {
  if (depth_ == kMaxJsonDepth) return false;
  ++depth_;
  objects_ = objects_ << 1 | (object ? 1 : 0);
  return true;
}

bool JsonSkipper::close(bool object) {
  if (depth_ == 0 || ((objects_ & 1) != 0) != object) return false;
  --depth_;
  objects_ >>= 1;
  return true;
}

bool JsonSkipper::passToken(JsonCursor& json) {
  std::string_view content;
  const char c = json.peek();
  switch (c) {
    case '\0':
      return json.good() && json.refuse();
    case '{':
    case '[':
      return json.take(c) && (open(c == '{') || json.refuse());
    case '}':
    case ']':
      return json.take(c) && (close(c == '}') || json.refuse());
    case '"':
      return json.string(content, room_);
    case ',':
    case ':':
      return json.take(c) && (depth_ > 0 || json.refuse());
    default:
      return json.word(content);
  }
}

bool JsonSkipper::pass(JsonCursor& json) {
  bool passed = false;
  do {
    JsonCursor token = json;
    if (!passToken(token)) {
      if (!passed) json = token;
      return false;
    }
    json = token;
    passed = true;
  } while (depth_ > 0);
  return true;
}

bool skipValue(JsonCursor& json) {
  JsonSkipper skipper;
  while (json.good()) {
    if (skipper.pass(json)) return true;
  }
  return false;
}

}  // namespace prome::querier
