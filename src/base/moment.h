// Two clocks, passed in: monotonic to wait by, wall to stamp with.
#pragma once

#include <cstdint>

namespace appizer {

/// A length of time, or a point on one of the two clocks, in milliseconds.
using Millis = std::int64_t;

constexpr Millis kSecond = 1000;
constexpr Millis kMinute = 60 * kSecond;
constexpr Millis kHour = 60 * kMinute;
constexpr Millis kDay = 24 * kHour;

/// A deadline that is not set: later than all others.
constexpr Millis kNever = INT64_MAX;

/// Times further from 1970 are no times. 2^53 is the last whole number that a double counts by
/// ones, and far enough from the end of `Millis` to add and subtract without a second thought.
constexpr Millis kFurthest = Millis{1} << 53;

/// What time it is when an input arrives. The core has no other way to know.
struct Moment {
  /// Never goes back while the document lives; its origin is arbitrary.
  Millis monotonic = 0;
  /// Unix time. The visitor's clock may be wrong and may jump in either direction.
  Millis wall = 0;
};

}  // namespace appizer
