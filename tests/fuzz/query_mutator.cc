// How libFuzzer changes an input of engine_evaluate_fuzz: mostly byte by byte, as always, but every other
// time by expressions, for of bytes changed at random few parse. An expression of the query is replaced by
// one of another query, or of a random one in the words of tests/differential.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "promql/parser.h"
#include "tests/differential/vocabulary.h"
#include "verify/query_generator.h"
#include "verify/random.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace prome::fuzz {
namespace {

using promql::Expr;
using verify::Random;

constexpr std::size_t kSettingBytes = 3;  // in front of the text; see engine_evaluate_fuzz.cc

/// All expressions of a query, those in durations left out.
class Expressions {
 public:
  explicit Expressions(const Expr& root) { add(root); }
  const std::vector<const Expr*>& all() const { return all_; }

 private:
  void add(const Expr& expr) {
    all_.push_back(&expr);
    std::visit([this](const auto& node) { addBelow(node); }, expr.node);
  }
  void addBelow(const promql::NumberLiteral&) {}
  void addBelow(const promql::StringLiteral&) {}
  void addBelow(const promql::VectorSelector&) {}
  void addBelow(const promql::MatrixSelector&) {}
  void addBelow(const promql::DurationExpr&) {}
  void addBelow(const promql::SubqueryExpr& node) { add(*node.expr); }
  void addBelow(const promql::UnaryExpr& node) { add(*node.expr); }
  void addBelow(const promql::ParenExpr& node) { add(*node.expr); }
  void addBelow(const promql::BinaryExpr& node) {
    add(*node.lhs);
    add(*node.rhs);
  }
  void addBelow(const promql::AggregateExpr& node) {
    if (node.param != nullptr) add(*node.param);
    add(*node.expr);
  }
  void addBelow(const promql::Call& node) {
    for (const Expr* const arg : node.args) add(*arg);
  }

  std::vector<const Expr*> all_;
};

std::string_view textOf(const Expr& expr, std::string_view query) {
  return query.substr(expr.pos.start, expr.pos.end - expr.pos.start);
}

/// `text` with one of its expressions replaced by one of `other` of the same type; `other` where there is
/// none.
std::string graft(std::string_view text, std::string_view other, Random& random) {
  const auto into = promql::parse(text);
  const auto from = promql::parse(other);
  if (!into || !from) return std::string(other);
  const Expr& place = *random.pick(Expressions(into->root()).all());
  std::vector<const Expr*> scions = Expressions(from->root()).all();
  std::erase_if(scions, [&](const Expr* scion) { return scion->type != place.type; });
  if (scions.empty()) return std::string(other);
  std::string scion(textOf(*random.pick(scions), other));
  const bool calculates =
      place.type == promql::ValueType::kVector || place.type == promql::ValueType::kScalar;
  if (calculates && &place != &into->root()) scion = "(" + scion + ")";
  return std::string(text.substr(0, place.pos.start)) + scion + std::string(text.substr(place.pos.end));
}

std::string randomQuery(Random& random) {
  static const verify::Vocabulary words = differential::vocabulary(differential::Histograms::kAllKinds);
  const auto dialect = random.percent(15) ? model::Dialect::kPrometheus2 : model::Dialect::kPrometheus3;
  return verify::QueryGenerator(random, dialect, words).query(random.percent(50));
}

std::string_view queryOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data) + kSettingBytes, size - kSettingBytes};
}

/// Copies `query` behind the settings at `data`, or nothing where it is too long. The new size, or 0.
std::size_t put(std::string_view query, std::uint8_t* data, std::size_t max_size) {
  if (query.size() + kSettingBytes > max_size) return 0;
  std::ranges::copy(query, data + kSettingBytes);
  return query.size() + kSettingBytes;
}

std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t max_size, Random& random) {
  if (size < kSettingBytes || random.percent(55)) return LLVMFuzzerMutate(data, size, max_size);
  if (random.percent(25)) {
    data[random.below(kSettingBytes)] = static_cast<std::uint8_t>(random.below(256));
    return size;
  }
  const std::size_t changed = put(graft(queryOf(data, size), randomQuery(random), random), data, max_size);
  return changed > 0 ? changed : LLVMFuzzerMutate(data, size, max_size);
}

}  // namespace
}  // namespace prome::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  prome::verify::Random random(seed);
  return prome::fuzz::mutate(data, size, max_size, random);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data, std::size_t size,
                                                 const std::uint8_t* other, std::size_t other_size,
                                                 std::uint8_t* out, std::size_t max_size, unsigned int seed) {
  using prome::fuzz::kSettingBytes;
  if (size < kSettingBytes || other_size < kSettingBytes || max_size < kSettingBytes) return 0;
  prome::verify::Random random(seed);
  std::copy_n(data, kSettingBytes, out);
  const std::string_view query = prome::fuzz::queryOf(data, size);
  return prome::fuzz::put(prome::fuzz::graft(query, prome::fuzz::queryOf(other, other_size), random), out,
                          max_size);
}
