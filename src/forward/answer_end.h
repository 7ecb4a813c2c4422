// AnswerEnd: tells whether the JSON object of an answer has come to its end, at a fraction of the price of
// reading it.
//
// An answer in Prometheus' own compact form is read from the start of the last series of each piece on only,
// any other form from its start. It must be valid JSON or the beginning of such. One object per answer; keeps
// no bytes; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace prome::forward {

class AnswerEnd {
 public:
  /// Takes the next bytes of the answer, in pieces of any size.
  void see(std::string_view bytes);
  /// True once the object that the answer starts with is closed.
  bool whole() const { return begun_ && depth_ == 0; }

 private:
  enum class Form : std::uint8_t { kUnknown, kResult, kSeries, kOther };
  // kNumbers: what follows the labels of a series up to its end. Strings hold no braces there.
  enum class Part : std::uint8_t { kText, kLabels, kNumbers };

  std::size_t recognize(std::string_view bytes);
  const char* lastOpening(const char* at, const char* end) const;
  const char* skipNumbers(const char* at, const char* end);
  const char* skipString(const char* at, const char* end);
  void brace(char c);

  Form form_ = Form::kUnknown;
  Part part_ = Part::kText;
  unsigned depth_ = 0;  // of braces
  bool begun_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace prome::forward
