// Dates of Unix times (UTC, proleptic Gregorian), over all of int64 as Go's package time has them. Pure.
#pragma once

#include <cstdint>

namespace prome::engine {

struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;        // 1..12
  int day = 1;          // of the month, from 1
  int day_of_year = 1;  // from 1
  int day_of_week = 4;  // Sunday is 0
  int hour = 0;
  int minute = 0;
};

/// Times before the year -292277022400 wrap around, as they do in Go.
CivilTime civilTime(std::int64_t unix_seconds);

int daysInMonth(std::int64_t year, int month);

/// The whole seconds of `value` as a conversion to int64 gives them on amd64: what does not fit is the least.
std::int64_t wholeSeconds(double value);

}  // namespace prome::engine
