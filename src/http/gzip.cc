#include "http/gzip.h"

#include <algorithm>
#include <array>
#include <new>

#include "http/message.h"

namespace prome::http {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: +16 selects the gzip wrapper
constexpr int kLevel = 1;             // answers are compressed while a client waits

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Bytef* bytes(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

/// True unless the parameters of a coding say `q=0`, `q=0.0`, ...
bool qualityAboveZero(std::string_view parameters) {
  const auto q = std::min(parameters.find("q="), parameters.find("Q="));
  if (q == std::string_view::npos) return true;
  const auto value = trim(parameters.substr(q + 2));
  return value.find_first_not_of("0.") != std::string_view::npos;
}

}  // namespace

GzipEncoder::GzipEncoder() {
  if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

GzipEncoder::~GzipEncoder() {
  deflateEnd(&stream_);
}

void GzipEncoder::encode(std::string_view in, Flush flush, std::string& out) {
  const int mode = flush == Flush::kFinish ? Z_FINISH : flush == Flush::kFlush ? Z_SYNC_FLUSH : Z_NO_FLUSH;
  std::array<char, 16384> piece;
  stream_.next_in = bytes(in);
  stream_.avail_in = static_cast<uInt>(in.size());
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream_.avail_out = piece.size();
    deflate(&stream_, mode);
    out.append(piece.data(), piece.size() - stream_.avail_out);
  } while (stream_.avail_out == 0);
}

GzipDecoder::GzipDecoder() {
  if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
}

GzipDecoder::~GzipDecoder() {
  inflateEnd(&stream_);
}

std::size_t GzipDecoder::decode(std::string_view& in, char* out, std::size_t capacity) {
  if (state_ != State::kRunning) return 0;
  stream_.next_in = bytes(in);
  stream_.avail_in = static_cast<uInt>(in.size());
  stream_.next_out = reinterpret_cast<Bytef*>(out);
  stream_.avail_out = static_cast<uInt>(capacity);
  const int result = inflate(&stream_, Z_NO_FLUSH);
  in.remove_prefix(in.size() - stream_.avail_in);
  if (result == Z_STREAM_END)
    state_ = State::kDone;
  else if (result != Z_OK && result != Z_BUF_ERROR)
    state_ = State::kBad;
  return capacity - stream_.avail_out;
}

bool acceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    const auto item = accept_encoding.substr(0, comma);
    accept_encoding =
        comma == std::string_view::npos ? std::string_view{} : accept_encoding.substr(comma + 1);
    const auto semicolon = item.find(';');
    const auto coding = trim(item.substr(0, semicolon));
    const bool accepted = semicolon == std::string_view::npos || qualityAboveZero(item.substr(semicolon + 1));
    if (equalsNoCase(coding, "gzip"))
      return accepted;  // its own name weighs more than `*`, wherever that stands
    if (coding == "*") any = accepted;
  }
  return any;
}

}  // namespace prome::http
