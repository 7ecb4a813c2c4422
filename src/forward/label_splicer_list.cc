// Lists whose elements are sorted: the machine as SeriesOrder needs it.
//
// Between two elements the machine stands in kList, where commas are dropped, for SeriesOrder puts its own in
// the order in which the elements leave. The bytes of an element go to SeriesOrder from its first one on;
// once the label set is known up to where the last label goes, settle() tells it. From there an element in
// compact form is passed by counting braces (kElement), any other by walking it (kWalk). As long as nothing
// is held, an answer in compact form goes on in kSeek instead, which knows nothing of all this: it comes back
// here when it meets a label set that ends with the last label, or one that a piece ends within.
#include "forward/json_scan.h"
#include "forward/label_splicer.h"

namespace prome::forward {
using Place = SeriesOrder::Place;

/// Stands between two elements, where the next one needs no comma in front of it.
void LabelSplicer::enterList() {
  if (shape_ == AnswerShape::kSeries)
    open_.assign({'{', '['});
  else
    open_.assign({'{', '{', '['});
  on_path_ = open_.size();
  in_string_ = escaped_ = comma_dropped_ = false;
  order_.restart();
  state_ = State::kList;
}

bool LabelSplicer::list(std::string_view& in, http::SliceSink& out) {
  const char c = in.front();
  if (c == '{') return startElement(in, out);
  if (c == ']' && order_.release()) return true;
  const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
  if (c == ',') {
    comma_dropped_ = true;
  } else if (c == ']' || space) {
    put(in.substr(0, 1), out);
    if (!space) {
      close(']');
      state_ = State::kWalk;
    }
  } else {  // no list of series: it goes on as it is
    order_.release();
    if (comma_dropped_) put(",", out);
    ordered_ = false;
    state_ = State::kWalk;
    return true;
  }
  in.remove_prefix(1);
  ++position_;
  return true;
}

bool LabelSplicer::startElement(std::string_view& in, http::SliceSink& out) {
  if (shape_ == AnswerShape::kMatrix && in.starts_with(kOpening)) {
    in.remove_prefix(kOpening.size());
    startCompactElement(in, out);
    return true;
  }
  comma_dropped_ = compact_ = false;
  key_.clear();
  order_.begin();
  put(in.substr(0, 1), out);
  in.remove_prefix(1);
  ++position_;
  if (!open('{')) return false;
  outer_ = State::kWalk;
  if (atLabelSet()) {
    enterLabelSet();
    passLabels(in, out);
  } else {
    state_ = State::kWalk;
  }
  return true;
}

/// An element whose opening is taken from the input.
void LabelSplicer::startCompactElement(std::string_view& in, http::SliceSink& out) {
  comma_dropped_ = false;
  compact_ = true;
  key_.clear();
  order_.begin();
  put(kOpening, out);
  position_ += kOpening.size();
  open_.insert(open_.end(), {'{', '{'});
  on_path_ = open_.size();
  outer_ = State::kWalk;
  enterLabelSet();
  passLabels(in, out);
}

/// Tells the order where the series belongs, and itself where to go after the label set.
void LabelSplicer::settle(std::string_view key, Place place) {
  order_.place(key, place);
  if (compact_) outer_ = order_.idle() ? State::kSeek : State::kElement;
}

void LabelSplicer::passElement(std::string_view& in, http::SliceSink& out) {
  const char* at = in.data();
  const char* const end = at + in.size();
  while (braces_ > 0) {
    at = findBrace(at, end);
    if (at == end) break;
    if (*at++ == '{')
      ++braces_;
    else
      --braces_;
  }
  const auto size = static_cast<std::size_t>(at - in.data());
  put(in.substr(0, size), out);
  in.remove_prefix(size);
  if (braces_ > 0) return;
  close('}');
  order_.end();
  state_ = State::kList;
}

}  // namespace prome::forward
