// label_replace compiles the pattern within its anchors (`a)|(b` is thus a regex), and looks for the leftmost
// match, which the anchors usually make the whole text.
#include "model/regex_rewrite.h"

#include <re2/re2.h>

#include <algorithm>

#include "model/regex_translation.h"

namespace prome::model {
namespace {

/// What follows a dollar sign: a reference to a submatch.
struct Reference {
  std::string_view name;
  std::size_t size = 0;  // bytes, braces included
};

std::optional<Reference> takeReference(std::string_view text) {
  static const RE2 kName("[\\pL\\p{Nd}_]+");
  const bool in_braces = text.starts_with('{');
  if (in_braces) text.remove_prefix(1);
  re2::StringPiece name;
  const re2::StringPiece piece(text.data(), text.size());
  if (!kName.Match(piece, 0, piece.size(), RE2::ANCHOR_START, &name, 1)) return std::nullopt;
  if (!in_braces) return Reference{text.substr(0, name.size()), name.size()};
  if (!text.substr(name.size()).starts_with('}')) return std::nullopt;
  return Reference{text.substr(0, name.size()), name.size() + 2};
}

/// The number `name` is, if it is one: no leading zero, at most nine digits.
std::optional<int> submatchNumber(std::string_view name) {
  constexpr std::size_t kMaxDigits = 9;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.size() > kMaxDigits || !std::ranges::all_of(name, is_digit)) return std::nullopt;
  if (name.size() > 1 && name[0] == '0') return std::nullopt;
  int number = 0;
  for (const char c : name) number = number * 10 + (c - '0');
  return number;
}

}  // namespace

RegexRewrite::RegexRewrite() = default;
RegexRewrite::~RegexRewrite() = default;

std::unique_ptr<const RegexRewrite> RegexRewrite::compile(std::string_view pattern,
                                                          std::string_view replacement, Dialect dialect) {
  const std::string_view open = dialect == Dialect::kPrometheus3 ? "^(?s:" : "^(?:";
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxRegexBytes);
  auto regex =
      std::make_unique<RE2>(translateRegex(std::string(open) + std::string(pattern) + ")$").pattern, options);
  if (!regex->ok()) return nullptr;
  std::unique_ptr<RegexRewrite> result(new RegexRewrite);
  result->regex_ = std::move(regex);
  result->parse(replacement);
  return result;
}

void RegexRewrite::addText(std::string_view text) {
  if (text.empty()) return;
  if (pieces_.empty() || !std::holds_alternative<std::string>(pieces_.back()))
    pieces_.emplace_back(std::string());
  std::get<std::string>(pieces_.back()) += text;
}

void RegexRewrite::parse(std::string_view replacement) {
  const auto& names = regex_->NamedCapturingGroups();
  while (true) {
    const std::size_t dollar = replacement.find('$');
    addText(replacement.substr(0, dollar));
    if (dollar == std::string_view::npos) return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      addText("$");
      replacement.remove_prefix(1);
      continue;
    }
    const auto reference = takeReference(replacement);
    if (!reference) {
      addText("$");
      continue;
    }
    replacement.remove_prefix(reference->size);
    if (const auto number = submatchNumber(reference->name)) {
      if (*number <= regex_->NumberOfCapturingGroups()) pieces_.emplace_back(*number);
    } else if (const auto named = names.find(std::string(reference->name)); named != names.end()) {
      pieces_.emplace_back(named->second);
    }
  }
}

std::optional<std::string> RegexRewrite::apply(std::string_view text) const {
  const int groups = 1 + regex_->NumberOfCapturingGroups();
  std::vector<re2::StringPiece> submatches(static_cast<std::size_t>(groups));
  const re2::StringPiece piece(text.data(), text.size());
  if (!regex_->Match(piece, 0, piece.size(), RE2::UNANCHORED, submatches.data(), groups)) return std::nullopt;
  std::string result;
  for (const Piece& part : pieces_) {
    if (const auto* plain = std::get_if<std::string>(&part)) {
      result += *plain;
    } else {
      const re2::StringPiece& submatch = submatches[static_cast<std::size_t>(std::get<int>(part))];
      result.append(submatch.data() == nullptr ? "" : submatch.data(), submatch.size());
    }
  }
  return result;
}

}  // namespace prome::model
