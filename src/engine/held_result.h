// An operator that can only give its first series once it has seen all of its input.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/operator.h"

namespace prome::engine {

/// Gives what evaluate() returned, in that order. Used by one thread.
class HeldResult : public Operator {
 public:
  using Operator::Operator;

 protected:
  /// Called once, at the first series asked for.
  virtual Result<std::vector<Series>> evaluate() = 0;

 private:
  Result<bool> produce(Series& series) final {
    if (!result_) {
      Result<std::vector<Series>> result = evaluate();
      if (!result) return std::unexpected(std::move(result.error()));
      result_ = std::move(*result);
    }
    if (at_ == result_->size()) return false;
    series = std::move((*result_)[at_++]);
    return true;
  }

  std::optional<std::vector<Series>> result_;
  std::size_t at_ = 0;
};

}  // namespace prome::engine
