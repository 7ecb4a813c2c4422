// "did you mean": the known word that a misspelt one most likely stands for. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace prome::config {

/// The candidate nearest to `word` by edits (a swap of neighbours is one), or one that holds it or is held by
/// it; empty where nothing is near.
std::string_view nearestWord(std::string_view word, std::span<const std::string> candidates);

/// `, did you mean "listen_addr"?`, or nothing.
std::string didYouMean(std::string_view word, std::span<const std::string> candidates);

}  // namespace prome::config
