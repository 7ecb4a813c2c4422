// HTTP/1.1 message heads, parsed in place.
//
// Heads hold views into the bytes they were parsed from; they are valid while those bytes stay where they
// are. Parsing is strict (RFC 9112): what two parsers could read in two ways is refused, never repaired.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace prome::http {

/// The fields that this project looks at; every other is kOther.
enum class FieldName : std::uint8_t {
  kOther,
  kAccept,
  kAcceptEncoding,
  kAuthorization,
  kConnection,
  kContentEncoding,
  kContentLength,
  kContentType,
  kExpect,
  kHost,
  kKeepAlive,
  kOrigin,
  kProxyAuthenticate,
  kProxyAuthorization,
  kProxyConnection,
  kTe,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kVary,
};

/// Which field `name` is (compared without case).
FieldName identifyField(std::string_view name);

struct Field {
  std::string_view name;
  std::string_view value;
  FieldName id = FieldName::kOther;
};

/// Fields in a head; over it the head is refused.
inline constexpr std::size_t kMaxFields = 128;

enum class Version : std::uint8_t { kHttp10, kHttp11 };

struct Head {
  Version version = Version::kHttp11;
  std::uint64_t content_length = 0;
  bool has_content_length = false;
  bool chunked = false;
  bool keep_alive = true;
  std::size_t field_count = 0;
  std::array<Field, kMaxFields> field_storage;  // only the first field_count are meant

  std::span<const Field> fields() const { return {field_storage.data(), field_count}; }
  /// The value of the first such field, or nullopt. Not for kOther.
  std::optional<std::string_view> find(FieldName id) const;
};

struct RequestHead : Head {
  std::string_view method;
  std::string_view path;   // of the target, undecoded, without the query
  std::string_view query;  // of the target, undecoded, without `?`
  bool expect_continue = false;
};

struct ResponseHead : Head {
  int status = 0;
  std::string_view reason;
};

enum class ParseState : std::uint8_t { kDone, kNeedMore, kRefused };

struct ParseOutcome {
  ParseState state = ParseState::kNeedMore;
  std::size_t size = 0;          // bytes of the head with its empty line, if kDone
  int status = 400;              // what a server answers, if kRefused
  std::string_view reason = {};  // why, if kRefused
};

/// Parses the request head at the start of `bytes`. Refuses both lengths, repeated or listed lengths, other
/// codings than chunked, obs-fold, bare CR or LF, spaces around names, missing or repeated Host, control
/// bytes.
ParseOutcome parseRequestHead(std::string_view bytes, RequestHead& head);

/// Parses the response head at the start of `bytes`, as strictly.
ParseOutcome parseResponseHead(std::string_view bytes, ResponseHead& head);

/// ASCII comparison without case; `lower` must be lower case already.
bool equalsNoCase(std::string_view text, std::string_view lower);

/// The same, faster, for the name of a parsed field; `lower` is of lower case letters, digits and `-`.
bool isFieldName(std::string_view name, std::string_view lower);

/// `text` with ASCII letters in lower case.
std::string lowerCase(std::string_view text);

/// True if the comma-separated list `value` has the token `lower` (compared without case).
bool hasToken(std::string_view value, std::string_view lower);

/// True for the fields that belong to one connection and are never forwarded (RFC 9110, 7.6.1). Fields named
/// by Connection are isNominated's part.
bool isHopByHop(FieldName id);

/// True if any Connection field of `head` names the field `name` (of any case).
bool isNominated(const Head& head, std::string_view name);

/// The standard reason phrase of `status`, or "Unknown".
std::string_view reasonPhrase(int status);

}  // namespace prome::http
