// Days are counted from 1 March of a year divisible by 400, far in the past, in unsigned arithmetic: leap
// days then end a year, and an era of 400 years always has the same days (Howard Hinnant's civil_from_days).
#include "engine/calendar.h"

#include <array>

namespace prome::engine {
namespace {

constexpr std::uint64_t kSecondsPerDay = 86'400;
constexpr std::uint64_t kDaysPerEra = 146'097;
constexpr std::int64_t kYearZero = -292'277'022'400;  // divisible by 400
constexpr std::uint64_t kErasToYear2000 = (2000 - kYearZero) / 400;
constexpr std::uint64_t kMarch2000 = 951'868'800;  // Unix time of 2000-03-01

bool isLeap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

}  // namespace

CivilTime civilTime(std::int64_t unix_seconds) {
  const std::uint64_t seconds =
      static_cast<std::uint64_t>(unix_seconds) - kMarch2000 + kErasToYear2000 * kDaysPerEra * kSecondsPerDay;
  const std::uint64_t days = seconds / kSecondsPerDay;
  const auto of_day = static_cast<int>(seconds % kSecondsPerDay);
  const std::uint64_t era = days / kDaysPerEra;
  const auto of_era = static_cast<int>(days % kDaysPerEra);
  const int year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);  // 1 March is 0
  const int month_from_march = (5 * of_year + 2) / 153;

  constexpr int kJanuaryFirst = 306;  // days after 1 March
  CivilTime result;
  result.day = of_year - (153 * month_from_march + 2) / 5 + 1;
  result.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  result.year = kYearZero + static_cast<std::int64_t>(era) * 400 + year_of_era + (result.month <= 2 ? 1 : 0);
  result.day_of_year =
      of_year >= kJanuaryFirst ? of_year - kJanuaryFirst + 1 : of_year + 60 + (isLeap(result.year) ? 1 : 0);
  constexpr int kWednesday = 3;  // 2000-03-01 was one, and an era has whole weeks
  result.day_of_week = static_cast<int>((days + kWednesday) % 7);
  result.hour = of_day / 3600;
  result.minute = of_day / 60 % 60;
  return result;
}

int daysInMonth(std::int64_t year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && isLeap(year) ? 1 : 0);
}

std::int64_t wholeSeconds(double value) {
  if (value >= -0x1p63 && value < 0x1p63) return static_cast<std::int64_t>(value);
  return INT64_MIN;
}

}  // namespace prome::engine
