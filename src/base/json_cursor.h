// Reads JSON of which only a part may have come, value by value.
//
// A cursor over a caller-owned text, which must outlive it and what it gives. It fails for good where the
// text is no JSON (or not what was asked for), and where it ends too early: then the caller makes the text
// longer and begins anew. Cheap to copy, which is how to look ahead. Not thread-safe.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace prome {

class JsonCursor {
 public:
  enum class Outcome : std::uint8_t { kGood, kCut, kBad };

  explicit JsonCursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  Outcome outcome() const { return outcome_; }
  bool good() const { return outcome_ == Outcome::kGood; }
  const char* at() const { return at_; }
  const char* end() const { return end_; }
  void moveTo(const char* at) { at_ = at; }
  /// For a caller that does not like what it read.
  bool refuse() { return stop(Outcome::kBad); }

  /// The first byte that is no space, left where it is; '\0' where there is none.
  char peek() { return good() && at_ < end_ && *at_ > ' ' ? *at_ : peekBehindSpace(); }
  /// Takes `c` behind any space.
  bool take(char c) {
    if (peek() != c || !good()) return good() && refuse();
    ++at_;
    return true;
  }
  /// Takes `c` if it comes next. False also at a failure.
  bool takeIf(char c) { return peek() == c && take(c); }
  /// A string's content: of the text itself or, where it has escapes, in `room`. Escapes are resolved as
  /// JsonReader does.
  bool string(std::string_view& content, std::string& room);
  /// A number or one of true, false and null, as it stands; not validated.
  bool word(std::string_view& out);

  /// Calls `element()` at each element, which must read it.
  template <std::predicate<> Element>
  bool array(Element element) {
    return walk('[', ']', element);
  }
  /// Calls `member(key)` behind each key, which must read its value.
  template <std::predicate<std::string_view> Member>
  bool object(Member member) {
    std::string room;
    return walk('{', '}', [&] {
      std::string_view key;
      return string(key, room) && take(':') && member(key);
    });
  }

 private:
  char peekBehindSpace();
  bool stop(Outcome outcome) {
    if (good()) outcome_ = outcome;
    return false;
  }
  template <std::predicate<> Item>
  bool walk(char opening, char closing, Item item) {
    if (!take(opening)) return false;
    if (takeIf(closing)) return true;
    do {
      if (!item()) return good() && refuse();
    } while (takeIf(','));
    return take(closing);
  }

  const char* at_;
  const char* end_;
  Outcome outcome_ = Outcome::kGood;
};

}  // namespace prome
