// Appends JSON text to a string, escaped the way Prometheus' (Go's) encoder escapes it.
//
// JsonWriter is a thin cursor over a caller-owned std::string: it places commas and quotes, the caller keeps
// the nesting right (asserted in debug builds). Not thread-safe; one writer per output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prome {

/// Appends `text` to `out` as a quoted JSON string. `<`, `>`, `&`, U+2028 and U+2029 are escaped as Go's
/// encoding/json does by default; invalid UTF-8 becomes U+FFFD.
void appendJsonString(std::string& out, std::string_view text);

/// Appends `text` to `out` as a quoted JSON string as Prometheus writes label names and values: only quotes,
/// backslashes and control characters are escaped, other bytes stay as they are.
void appendJsonText(std::string& out, std::string_view text);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& beginObject() { return open('{'); }
  JsonWriter& endObject() { return close('}'); }
  JsonWriter& beginArray() { return open('['); }
  JsonWriter& endArray() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// A finished JSON value, copied as it is.
  JsonWriter& raw(std::string_view json);

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool need_comma_ = false;
};

}  // namespace prome
