// What each server answer means, as one table.
#pragma once

#include <cstdint>
#include <optional>

#include "base/moment.h"
#include "base/text.h"
#include "delivery/record.h"

namespace appizer {

/// What to do with the events of a request that was answered, or failed.
enum class Outcome {
  /// The server has them.
  delivered,
  /// The server will never take them as they are: split the batch, drop the one that is alone.
  refused,
  /// Not from here, or not now that somebody must first change something: keep them, pause long.
  not_allowed,
  /// Ask again later.
  later,
};

/// `status` is 0 for a request that got no answer: network error, timeout, blocked, redirected, or
/// answered by somebody else. `kind` is that of the records.
Outcome outcome(int status, Kind kind = Kind::event);

/// What an answer says about when to come back, each in seconds, NaN where it does not say.
struct RetryHeaders {
  /// `Retry-After`, where the server exposes it.
  double retry_after = __builtin_nan("");
  /// `X-RateLimit-Reset` (Unix seconds), where the server exposes it.
  double reset = __builtin_nan("");
  /// `Retry-After` as a date (Unix seconds), where nothing says what the server's clock showed.
  double retry_at = __builtin_nan("");
};

/// Returns how long the server asked to stay away, 0 if it did not ask. The body's
/// `details.retry_after` counts first, since a browser on another origin can always read it.
/// At most `kLongestRequestedPause`: a server's mistake must not silence a site for a year.
Millis requested_pause(int status, const RetryHeaders& wait, View body, Millis wall);

constexpr Millis kLongestRequestedPause = 24 * kHour;

}  // namespace appizer
