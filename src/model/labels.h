// A series' label set: sorted by name, immutable, shared.
//
// The pairs are kept in one run of bytes, each name and value after its length, as Prometheus' stringlabels
// build keeps them: the hash `limit_ratio` samples by is taken over exactly these bytes. Copying a Labels
// shares the run (an atomic count); two Labels of the same run compare equal at the cost of a pointer.
// Thread-safe to share.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prome::model {

inline constexpr std::string_view kMetricName = "__name__";

struct Label {
  std::string_view name;
  std::string_view value;

  friend bool operator==(const Label&, const Label&) = default;
  friend auto operator<=>(const Label&, const Label&) = default;
};

class Labels {
 public:
  class Iterator {
   public:
    using value_type = Label;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Label operator*() const { return label_; }
    const Label* operator->() const { return &label_; }
    Iterator& operator++() {
      at_ = next_;
      decode();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    friend class Labels;
    Iterator(const char* at, const char* end) : at_(at), end_(end) { decode(); }
    void decode();

    const char* at_ = nullptr;
    const char* next_ = nullptr;
    const char* end_ = nullptr;
    Label label_;
  };

  Labels() = default;
  /// Labels in any order, names unique; empty values are left out.
  Labels(std::initializer_list<Label> labels);
  static Labels fromUnsorted(std::vector<Label> labels);
  /// `labels` sorted by name, names unique, no empty value.
  static Labels fromSorted(std::span<const Label> labels);

  Labels(const Labels& other) : rep_(other.rep_) { retain(); }
  Labels(Labels&& other) noexcept : rep_(std::exchange(other.rep_, nullptr)) {}
  Labels& operator=(const Labels& other) {
    Labels copy(other);
    std::swap(rep_, copy.rep_);
    return *this;
  }
  Labels& operator=(Labels&& other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~Labels() { release(); }

  Iterator begin() const { return {data(), data() + size()}; }
  Iterator end() const { return {data() + size(), data() + size()}; }
  bool empty() const { return rep_ == nullptr; }

  /// The value of `name`, or "" where there is none: PromQL does not tell the two apart.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }
  std::string_view metricName() const { return get(kMetricName); }

  /// Only the labels named in `names` (sorted).
  Labels keep(std::span<const std::string_view> names) const;
  /// All labels but those named in `names` (sorted).
  Labels drop(std::span<const std::string_view> names) const;
  Labels withoutMetricName() const { return drop({&kMetricName, 1}); }

  /// XXH64 over bytes(), seed 0: what Prometheus' labels.Labels.Hash gives in its default build.
  std::uint64_t hash() const { return rep_ == nullptr ? hashOf({}) : rep_->hash; }

  /// The pairs as kept: length (one byte below 255, else 0xFF and three bytes little-endian), bytes.
  std::string_view bytes() const { return {data(), size()}; }

  /// `{a="b", c="d"}` with Go-quoted values, as Prometheus' Labels.String() prints it in error texts.
  std::string toString() const;
  /// `name{a="b"}`, as Prometheus prints a series of a result.
  std::string toSeriesString() const;

  friend bool operator==(const Labels& a, const Labels& b) {
    return a.rep_ == b.rep_ || (a.hash() == b.hash() && a.bytes() == b.bytes());
  }
  /// By name, then value, pair by pair; the shorter first: Prometheus' labels.Compare.
  friend std::strong_ordering operator<=>(const Labels& a, const Labels& b) { return compare(a, b); }

 private:
  friend class LabelsBuilder;
  struct Rep {
    std::atomic<std::uint32_t> references{1};
    std::uint32_t size = 0;
    std::uint64_t hash = 0;
    char* data() { return reinterpret_cast<char*>(this + 1); }
  };

  explicit Labels(std::string_view bytes);
  static std::uint64_t hashOf(std::string_view bytes);
  static std::strong_ordering compare(const Labels& a, const Labels& b);
  const char* data() const { return rep_ == nullptr ? nullptr : rep_->data(); }
  std::size_t size() const { return rep_ == nullptr ? 0 : rep_->size; }
  void retain() {
    if (rep_ != nullptr) rep_->references.fetch_add(1, std::memory_order_relaxed);
  }
  void release();

  Rep* rep_ = nullptr;  // null: no labels
};

/// Changes to a label set, then the set. Holds what it is given by value; reusable, not thread-safe.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(const Labels& base) { reset(base); }

  void reset(const Labels& base);
  /// Sets `name`; an empty value deletes it.
  LabelsBuilder& set(std::string_view name, std::string_view value);
  LabelsBuilder& remove(std::string_view name);
  std::string_view get(std::string_view name) const;
  Labels labels() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;  // sorted by name
};

struct LabelsHash {
  std::size_t operator()(const Labels& labels) const { return labels.hash(); }
};

}  // namespace prome::model
