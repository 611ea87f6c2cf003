#include "delivery/answers.h"

#include "base/compare.h"
#include "base/json.h"
#include "base/text.h"

namespace appizer {
namespace {

// A reset time, or a date, is on the server's clock and compared with the visitor's. Further away
// than this, one of the two is wrong, and the time is no guide. The contract's windows are a minute
// long.
constexpr double kBelievableReset = 3600;

Millis seconds(double value) {
  constexpr double kLongest = static_cast<double>(kLongestRequestedPause);
  return value > 0 ? static_cast<Millis>(min(value * 1000 + 0.999, kLongest)) : 0;
}

Millis until(double away) { return away <= kBelievableReset ? seconds(away) : 0; }

}  // namespace

Outcome outcome(int status, Kind kind) {
  if (status >= 200 && status < 300) return Outcome::delivered;
  switch (status) {
    case 404:
      // Of an alias it speaks of its user, who does not exist, and is final. Of anything else it
      // speaks of the address: a deployment is under way, or the address is wrong.
      return kind == Kind::alias ? Outcome::refused : Outcome::not_allowed;
    case 400:
    case 409:
    case 413:
    case 422:
      return Outcome::refused;
    case 408:
    case 425:
    case 429:
      return Outcome::later;
    default:
      // The other 4xx speak of the address or the caller (401, 403, 405, 410, 451), not of the
      // events: dropping them would lose what a repaired configuration can still deliver.
      return status >= 400 && status < 500 ? Outcome::not_allowed : Outcome::later;
  }
}

Millis requested_pause(int status, const RetryHeaders& wait, View body, Millis wall) {
  // What comes with no answer is not the server's word: a service worker's page, a captive
  // portal's.
  if (status == 0 || outcome(status) != Outcome::later) return 0;
  const View details = json::member(body, "details");
  Millis longest =
      max(seconds(json::number(json::member(details, "retry_after"))), seconds(wait.retry_after));
  const double now = static_cast<double>(wall) / 1000;
  if (longest == 0) longest = until(wait.retry_at - now);
  if (longest == 0 && status == 429) longest = until(wait.reset - now);
  return longest;
}

}  // namespace appizer
