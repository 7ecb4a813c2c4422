// Durations as error messages say them. Pure.
#pragma once

#include <chrono>
#include <string>

namespace prome {

/// `2s`, or `1500ms` where it is not whole seconds.
std::string durationText(std::chrono::milliseconds time);

}  // namespace prome
