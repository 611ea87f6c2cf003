// One deadline per purpose, and the earliest of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "base/compare.h"
#include "base/moment.h"

namespace appizer {

constexpr Millis kNever = std::numeric_limits<Millis>::max();

/// Deadlines on the monotonic clock. `Purpose` is an enum whose last value is `count`.
template <typename Purpose>
class Timers {
 public:
  Timers() { due_.fill(kNever); }

  void set(Purpose purpose, Millis when) { due_[index(purpose)] = when; }
  void stop(Purpose purpose) { set(purpose, kNever); }
  bool runs(Purpose purpose) const { return due_[index(purpose)] != kNever; }

  /// Says whether the purpose is due, and stops it if so.
  bool take(Purpose purpose, Millis now) {
    if (due_[index(purpose)] > now) return false;
    stop(purpose);
    return true;
  }

  Millis earliest() const { return *std::min_element(due_.begin(), due_.end()); }

 private:
  static constexpr std::size_t index(Purpose purpose) { return static_cast<std::size_t>(purpose); }
  std::array<Millis, index(Purpose::count)> due_;
};

}  // namespace appizer
