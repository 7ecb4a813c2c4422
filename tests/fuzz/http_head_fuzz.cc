// Any bytes -> head parsers and chunk decoder. The first byte says what the rest is. A head that is done must
// lie in the bytes and must not have been done earlier; chunks decoded in random pieces must equal the whole.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "http/chunked.h"
#include "http/form.h"
#include "http/message.h"

namespace prome::http {
namespace {

void require(bool holds, std::string_view what, std::string_view bytes) {
  if (holds) return;
  std::cerr << what << "\nbytes: " << bytes << "\n";
  std::abort();
}

bool isInside(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> before;
  return part.empty() || (before(whole.data(), part.data()) &&
                          before(part.data() + part.size(), whole.data() + whole.size()));
}

template <class HeadType>
void checkHead(std::string_view bytes, ParseOutcome (*parse)(std::string_view, HeadType&)) {
  const auto head = std::make_unique<HeadType>();
  const ParseOutcome outcome = parse(bytes, *head);
  if (outcome.state != ParseState::kDone) {
    require(outcome.state == ParseState::kNeedMore || (outcome.status >= 400 && !outcome.reason.empty()),
            "refused without a word", bytes);
    return;
  }
  const auto whole = bytes.substr(0, outcome.size);
  require(whole.size() == outcome.size && whole.ends_with("\r\n\r\n"), "size of the head", bytes);
  require(!(head->chunked && head->has_content_length), "two framings", bytes);
  for (const Field& field : head->fields()) {
    require(!field.name.empty() && isInside(field.name, whole) && isInside(field.value, whole),
            "field outside the head", bytes);
    require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
            "control byte in a field", bytes);
  }
  const std::size_t earlier = bytes.size() % outcome.size;
  require(parse(bytes.substr(0, earlier), *head).state != ParseState::kDone, "a prefix was done", bytes);
  require(parse(whole, *head).state == ParseState::kDone, "the head alone is not done", bytes);
}

struct Decoded {
  std::string payload;
  ChunkDecoder::State state;
  std::size_t taken;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

/// Decodes in pieces of 1 to `piece` bytes.
Decoded decode(std::string_view bytes, std::size_t piece) {
  ChunkDecoder decoder;
  Decoded out{};
  std::size_t at = 0;
  std::size_t size = 0;
  while (at < bytes.size() && decoder.state() == ChunkDecoder::State::kRunning) {
    size = size % piece + 1;
    std::string_view in = bytes.substr(at, size);
    const auto before = in.size();
    while (!in.empty() && decoder.state() == ChunkDecoder::State::kRunning) out.payload += decoder.next(in);
    at += before - in.size();
  }
  out.state = decoder.state();
  out.taken = at;
  return out;
}

void checkForm(std::string_view bytes) {
  std::vector<Parameter> parameters;
  appendUrlencoded(bytes, parameters);
  std::string escaped;
  for (const auto& [name, value, raw] : parameters) {
    require(raw.empty() || bytes.find(raw) != std::string_view::npos, "raw pair", bytes);
    appendEscaped(escaped, name);
    escaped += '=';
    appendEscaped(escaped, value);
    escaped += '&';
  }
  std::vector<Parameter> again;
  require(appendUrlencoded(escaped, again).empty() && again.size() == parameters.size(), "escaped form",
          bytes);
  appendMultipart("multipart/form-data; boundary=XX", bytes, again);
}

}  // namespace
}  // namespace prome::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace prome::http;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      checkHead<RequestHead>(bytes, parseRequestHead);
      break;
    case 1:
      checkHead<ResponseHead>(bytes, parseResponseHead);
      break;
    case 2:
      require(decode(bytes, 1 + data[0] / 4) == decode(bytes, bytes.size() + 1), "pieces differ", bytes);
      break;
    default:
      checkForm(bytes);
      break;
  }
  return 0;
}
