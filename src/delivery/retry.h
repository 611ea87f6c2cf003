// How long to wait after a failure.
#pragma once

#include <cstdint>

#include "base/moment.h"

namespace appizer {

/// The part of `whole` that `draw`, uniform over all 32-bit values, stands for.
Millis drawn(Millis whole, std::uint32_t draw);
/// Between half of `whole` and all of it.
Millis half_drawn(Millis whole, std::uint32_t draw);

/// Spaces out attempts to reach a server that does not answer.
///
/// The window doubles with every failure up to a ceiling (with a rest on the way, `kPatient`), and
/// the wait is drawn from all of it
/// ("full jitter", AWS Architecture Blog, "Exponential Backoff And Jitter"), so that a server that
/// comes back from an outage is not met by every open tab in the same second.
class Retry {
 public:
  static constexpr Millis kFirstWindow = 2 * kSecond;
  static constexpr Millis kLongestWindow = 5 * kMinute;
  /// An outage of less than a minute is the most common one: for `kPatient` failures the window
  /// grows no further than this, so that half of all pages are back 5 s after the server is.
  static constexpr Millis kPatientWindow = 16 * kSecond;
  static constexpr std::int32_t kPatient = 8;
  /// No wait is shorter, so that an unlucky draw does not hammer.
  static constexpr Millis kShortest = 250;
  /// After 401 or 403 nothing helps but a change on the server: between half of this and all of
  /// it at first, doubling up to an hour.
  static constexpr Millis kFirstPause = 1 * kMinute;
  static constexpr Millis kLongestPause = 1 * kHour;

  /// Returns how long to wait after one more failure. `draw` is uniform over all 32-bit values.
  Millis after_failure(std::uint32_t draw);

  /// The same for an answer that says "not you": 401, 403 and similar.
  Millis after_refusal(std::uint32_t draw);

  void after_success() { failures_ = 0; }

  /// Failures in a row, as far as they are counted.
  std::int32_t failures() const { return failures_; }
  void restore(std::int32_t failures);

 private:
  std::int32_t failures_ = 0;
};

}  // namespace appizer
