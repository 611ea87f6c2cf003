#include "delivery/retry.h"

#include "base/compare.h"

namespace appizer {
namespace {

// Failures that are counted: what is beyond them reaches all ceilings.
constexpr std::int32_t kCounted = 24;
constexpr std::int32_t kPatientDoublings = 3;  // 2 s * 2^3 is the patient window

Millis window(Millis first, std::int32_t doublings, Millis longest) {
  return min(first * (Millis{1} << doublings), longest);
}

}  // namespace

Millis drawn(Millis whole, std::uint32_t draw) { return whole * draw / (Millis{1} << 32); }

Millis half_drawn(Millis whole, std::uint32_t draw) { return whole / 2 + drawn(whole / 2, draw); }

Millis Retry::after_failure(std::uint32_t draw) {
  const std::int32_t before = failures_;
  restore(before + 1);
  const std::int32_t doublings = before < kPatient ? min(before, kPatientDoublings)
                                                   : before - kPatient + kPatientDoublings + 1;
  return max(kShortest, drawn(window(kFirstWindow, doublings, kLongestWindow), draw));
}

Millis Retry::after_refusal(std::uint32_t draw) {
  const Millis wide = window(kFirstPause, failures_, kLongestPause);
  restore(failures_ + 1);
  return half_drawn(wide, draw);
}

void Retry::restore(std::int32_t failures) { failures_ = clamp(failures, 0, kCounted); }

}  // namespace appizer
