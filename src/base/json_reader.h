// Reads a small JSON document that is held whole, value by value.
//
// JsonReader is a cursor over a caller-owned text, which must outlive it. The first thing that is not JSON,
// or not what was asked for, fails it for good: every later call does nothing and says so. Not thread-safe.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace prome {

/// Nesting of arrays and objects in a value that is skipped; over it the document fails.
inline constexpr std::size_t kMaxJsonDepth = 64;

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  /// Reads an object: calls `member(key)` behind each key, which must read or skip its value. False if the
  /// document fails.
  template <std::invocable<const std::string&> Member>
  bool object(Member member) {
    if (!open('{', '}')) return !failed_;
    std::string key;
    do {
      if (!string(key) || !take(':')) return fail();
      member(key);
    } while (next('}'));
    return !failed_;
  }

  /// Reads an array: calls `element()` before each element, which must read or skip it.
  template <std::invocable<> Element>
  bool array(Element element) {
    if (!open('[', ']')) return !failed_;
    do {
      element();
    } while (next(']'));
    return !failed_;
  }

  /// Reads a string; its escapes are resolved, a lone surrogate becomes U+FFFD.
  bool string(std::string& out);
  /// Reads any value and drops it.
  bool skip();
  /// Reads any value; `out` is its JSON as it stands.
  bool text(std::string_view& out);
  /// True if the document was read to its end without failing.
  bool atEnd();
  bool failed() const { return failed_; }

 private:
  bool fail() {
    failed_ = true;
    return false;
  }
  bool open(char bracket, char closing);
  bool next(char closing);
  bool take(char c);
  bool skipAt(std::size_t depth);
  bool skipWord();
  bool escape(std::string& out);
  bool hex4(unsigned& out);
  void skipSpace();

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace prome
