// The smaller and the larger of two values. The standard ones take and give references, for which a
// number would have to be in memory.
#pragma once

#include "base/inline.h"

namespace appizer {

template <typename T>
APZ_INLINE constexpr T min(T a, T b) {
  return b < a ? b : a;
}

template <typename T>
APZ_INLINE constexpr T max(T a, T b) {
  return a < b ? b : a;
}

template <typename T>
APZ_INLINE constexpr T clamp(T value, T least, T most) {
  return min(max(value, least), most);
}

}  // namespace appizer
