// The answer's own order is that of the labels without the added ones. A series S is overtaken only by such
// as S's own labels begin, and these follow it without a gap. So the first that does not go before S tells
// that none does any more, and what is held is a stack: each entry was overtaken by those above it.
#include "forward/series_reader.h"

#include <cassert>
#include <utility>

namespace prome::forward {

std::size_t SeriesReader::sizeOf(const Element& element) {
  return element.labels.text.size() + element.labels.key.size() + element.apart.size() +
         (element.scanned - element.at);
}

SeriesReader::State SeriesReader::choose(Front front) {
  front_ = front;
  return State::kSeries;
}

SeriesReader::State SeriesReader::stopped(Step step) {
  return step == Step::kNeedsBytes ? State::kNeedsBytes : State::kBroken;
}

SeriesReader::Step SeriesReader::readNext(Element& element) {
  const Step step = elements_.next(element);
  if (step == Step::kElement) {
    ++count_;
    foreign_ += element.labels.foreign;
  }
  return step;
}

/// A series has become the current one.
void SeriesReader::arrived() {
  has_current_ = true;
  if (gone_key_.empty()) return;
  if (current_.labels.key < gone_key_)
    ++misplaced_;
  else
    gone_key_.clear();
}

SeriesReader::State SeriesReader::prepare() {
  if (front_ != Front::kNone) return State::kSeries;
  while (true) {
    if (!has_current_) {
      const Step step = readNext(current_);
      if (step == Step::kListEnd) return held_.empty() ? State::kListEnd : choose(Front::kHeld);
      if (step != Step::kElement) return stopped(step);
      arrived();
    }
    if (!held_.empty() && held_.back().labels.key < current_.labels.key) return choose(Front::kHeld);
    if (!moves_ || !current_.labels.ends_added) return choose(Front::kCurrent);
    if (!has_next_) {
      Step step = elements_.scan(current_);
      if (step == Step::kElement) step = readNext(next_);
      if (step == Step::kListEnd) return choose(Front::kCurrent);
      if (step == Step::kNeedsBytes && goesNow()) return choose(Front::kCurrent);
      if (step != Step::kElement) return stopped(step);
      has_next_ = true;
    }
    if (current_.labels.key <= next_.labels.key || !hold()) return choose(Front::kCurrent);
  }
}

/// True if the current series is too large to wait until the next one is known.
bool SeriesReader::goesNow() {
  if (elements_.ahead().end() - current_.at + held_bytes_.held <= held_bytes_.limit) return false;
  gone_key_ = current_.labels.key;
  return true;
}

/// Puts the current series by and makes the next one current. False if that is too much.
bool SeriesReader::hold() {
  const std::size_t size = sizeOf(current_);
  if (held_bytes_.held + size > held_bytes_.limit) {
    gone_key_ = current_.labels.key;
    return false;
  }
  held_bytes_.held += size;
  elements_.setApart(current_);
  current_.at = current_.scanned;
  held_.push_back(std::move(current_));
  current_ = std::exchange(next_, {});
  has_next_ = false;
  arrived();
  return true;
}

SeriesReader::Passed SeriesReader::pass(http::SliceSink* out) {
  assert(front_ != Front::kNone);
  Element& element = front_ == Front::kHeld ? held_.back() : current_;
  const std::size_t size = front_ == Front::kHeld && !element.began ? sizeOf(element) : 0;
  const Passed outcome = out == nullptr ? elements_.drop(element) : elements_.pass(element, *out);
  if (outcome != Passed::kWhole) return outcome;
  held_bytes_.held -= size;
  passed();
  return outcome;
}

void SeriesReader::passed() {
  if (front_ == Front::kHeld) {
    held_.pop_back();
  } else if (has_next_) {
    std::swap(current_, next_);
    has_next_ = false;
    arrived();
  } else {
    has_current_ = false;
  }
  front_ = Front::kNone;
}

void SeriesReader::release() {
  const bool here = has_current_ && current_.apart.empty();
  const bool next_here = has_next_ && next_.apart.empty();
  elements_.release(here ? current_.at : next_here ? next_.at : elements_.position());
}

SeriesReader::Tail SeriesReader::finish() {
  switch (elements_.finish()) {
    case Step::kEnd:
      return Tail::kEnd;
    case Step::kNeedsBytes:
      return Tail::kNeedsBytes;
    default:
      return Tail::kBroken;
  }
}

}  // namespace prome::forward
