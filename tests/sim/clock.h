// True time, and the two clocks that pages see instead.
#pragma once

#include "base/moment.h"
#include "rng.h"

namespace sim {

/// The wall clock can be set; the monotonic one cannot, but on some systems it stands still while
/// the machine sleeps.
class Clock {
 public:
  explicit Clock(bool stops_asleep) : stops_asleep_(stops_asleep) {}

  /// True time since the start.
  Millis now() const { return now_; }
  Millis wall() const { return now_ + offset_; }
  /// What a clock says that is right.
  Millis true_wall() const { return now_ + kBeginning; }
  Millis monotonic() const { return now_ - stood_still_; }

  void move_to(Millis now) { now_ = now; }
  void set_wall(Millis wall) {
    offset_ = wall - now_;
    ++jumps_;
  }
  int jumps() const { return jumps_; }

  void sleep(Millis length) {
    awake_ = now_ + length;
    if (stops_asleep_) stood_still_ += length;
  }
  bool asleep() const { return now_ < awake_; }
  Millis awake() const { return awake_; }

 private:
  static constexpr Millis kBeginning = 1795466446000;  // November 2026

  Millis now_ = 0;
  Millis offset_ = kBeginning;
  Millis stood_still_ = 0;
  Millis awake_ = 0;
  int jumps_ = 0;
  bool stops_asleep_;
};

}  // namespace sim
