#include "delivery/retry.h"

#include "base/compare.h"

namespace appizer {
namespace {

constexpr std::int32_t kDoublings = 12;  // 2 s * 2^12 and 1 min * 2^12 both exceed their ceilings

Millis part(Millis whole, std::uint32_t draw) { return whole * draw / (std::int64_t{1} << 32); }

}  // namespace

Millis Retry::window(Millis first, Millis longest) {
  const Millis wide = min(first * (Millis{1} << failures_), longest);
  failures_ = min(failures_ + 1, kDoublings);
  return wide;
}

Millis Retry::after_failure(std::uint32_t draw) {
  return max(kShortest, part(window(kFirstWindow, kLongestWindow), draw));
}

Millis Retry::after_refusal(std::uint32_t draw) {
  const Millis wide = window(kFirstPause, kLongestPause);
  return wide / 2 + part(wide / 2, draw);
}

void Retry::restore(std::int32_t failures) { failures_ = clamp(failures, 0, kDoublings); }

}  // namespace appizer
