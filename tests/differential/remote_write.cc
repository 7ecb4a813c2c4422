#include "tests/differential/remote_write.h"

#include <algorithm>
#include <bit>
#include <string_view>

namespace prome::differential {
namespace {

enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2 };

void appendVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void appendTag(std::string& out, unsigned field, Wire wire) {
  appendVarint(out, (field << 3) | static_cast<unsigned>(wire));
}

void appendBytes(std::string& out, unsigned field, std::string_view bytes) {
  appendTag(out, field, Wire::kBytes);
  appendVarint(out, bytes.size());
  out += bytes;
}

void appendLittleEndian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::string sampleMessage(const StoredSample& sample) {
  std::string out;
  appendTag(out, 1, Wire::kFixed64);
  appendLittleEndian(out, std::bit_cast<std::uint64_t>(sample.value), 8);
  appendTag(out, 2, Wire::kVarint);
  appendVarint(out, static_cast<std::uint64_t>(sample.time_ms));
  return out;
}

std::string seriesMessage(const StoredSeries& series) {
  std::string out;
  for (const model::Label& each : series.labels) {
    std::string label;
    appendBytes(label, 1, each.name);
    appendBytes(label, 2, each.value);
    appendBytes(out, 1, label);
  }
  for (const StoredSample& sample : series.samples) {
    if (!sample.histogram) appendBytes(out, 2, sampleMessage(sample));
  }
  return out;
}

std::string snappyBlock(std::string_view data) {
  constexpr std::size_t kLiteral = 65'536;
  constexpr char kTwoLengthBytes = static_cast<char>(61 << 2);
  std::string out;
  appendVarint(out, data.size());
  while (!data.empty()) {
    const std::string_view literal = data.substr(0, kLiteral);
    out += kTwoLengthBytes;
    appendLittleEndian(out, literal.size() - 1, 2);
    out += literal;
    data.remove_prefix(literal.size());
  }
  return out;
}

}  // namespace

std::string remoteWriteBody(const std::vector<StoredSeries>& series) {
  std::string message;
  for (const StoredSeries& each : series) appendBytes(message, 1, seriesMessage(each));
  return snappyBlock(message);
}

}  // namespace prome::differential
