#include "delivery/lane.h"

#include "base/compare.h"
#include "base/json.h"
#include "delivery/answers.h"

namespace appizer {
namespace {

/// A stored pause: all but `failures` are wall times.
struct Pause {
  Millis failures = 0;
  Millis until = 0;
  Millis since = 0;
  Millis unanswered_since = kNever;
};

// Where no lock lets one tab try for all, they at least do not try in the same moment.
Millis spread_of(Millis pause, std::uint32_t draw) {
  return drawn(clamp(pause / 2, Retry::kFirstWindow, Retry::kLongestWindow), draw);
}

bool take_number(View& text, bool first, Millis& number) {
  if (!first) {
    if (!text.starts_with(" ")) return false;
    text.remove_prefix(1);
  }
  return take_integer(text, number) && number >= 0 && number <= kFurthest;
}

bool read_pause(View text, Pause& pause) {
  if (!take_number(text, true, pause.failures) || !take_number(text, false, pause.until) ||
      !take_number(text, false, pause.since)) {
    return false;
  }
  return text.empty() || (take_number(text, false, pause.unanswered_since) && text.empty());
}

}  // namespace

void Lane::heed(Millis asked, const Moment& now) {
  retry_after_until = max(retry_after_until, now.monotonic + asked);
}

void Lane::back_off(Millis wait, std::uint32_t flights, const Moment& now, Effects& effects) {
  if (now.monotonic + wait > not_before) {
    not_before = now.monotonic + wait;
    from_another_tab = false;
    added = 0;
  }
  failed = flights;
  const Millis since = max<Millis>(now.wall, 0);
  if (!unanswered) {
    unanswered_since = kNever;
  } else if (unanswered_since == kNever) {
    unanswered_since = since;
  }
  String& text = scratch();
  json::append_integer(text, retry.failures());
  for (const Millis number :
       {since + max(wait, not_before - added - now.monotonic), since, unanswered_since}) {
    if (number == kNever) continue;
    text += ' ';
    json::append_integer(text, number);
  }
  pause_unsaved = false;
  effects.store(pause_key, text);
}

void Lane::end_backoff(const Moment& now, Effects& effects) {
  unanswered_since = kNever;
  if (not_before > now.monotonic) return;
  if (not_before > 0 || recovering()) effects.erase(pause_key);
  retry.after_success();
  not_before = 0;
}

void Lane::handle_stored_pause(View value, const std::uint32_t* spread, const Moment& now) {
  Pause pause;
  if (!read_pause(value, pause)) {
    // Another tab got an answer. This one still goes carefully: it keeps its count of failures.
    // But what storage did not take does not say that the pause is over.
    if (!pause_unsaved) not_before = retry_after_until;
    unanswered_since = kNever;
    return;
  }
  unanswered_since = pause.unanswered_since;
  const Millis whole = clamp<Millis>(pause.until - pause.since, 0, kLongestRequestedPause);
  // A clock that was set back must not stretch the wait, one that was set back further than to
  // its beginning must not skip it.
  Millis rest = clamp<Millis>(pause.until - now.wall, 0, whole);
  added = spread != nullptr && rest > 0 ? spread_of(rest, *spread) : 0;
  rest += added;
  // Where storage did not take this document's own pause, an older one may be there still. And one
  // that the server asked a suspect for speaks of no failure of this lane.
  const bool keeps = pause_unsaved || pause.failures == 0;
  const Millis failures = keeps ? max<Millis>(pause.failures, retry.failures()) : pause.failures;
  retry.restore(static_cast<std::int32_t>(min<Millis>(failures, INT32_MAX)));
  const Millis heard = max(now.monotonic + rest, pause_unsaved ? not_before : retry_after_until);
  if (heard > now.monotonic + rest) added = 0;
  from_another_tab = from_another_tab || heard > not_before;
  not_before = heard;
}

void Lane::give_way(const Moment& now) {
  const Millis pause = not_before - now.monotonic;
  const Millis longer = min(pause + spread_of(pause, UINT32_MAX), Retry::kLongestPause);
  not_before = now.monotonic + max(pause, longer);
}

void Lane::shorten(std::uint32_t draw, const Moment& now) {
  // What failed without an answer may well have failed for want of a network, unlike what another
  // tab stored. Not all at once, though: a whole office comes back in the same second.
  if (!unanswered || from_another_tab) return;
  const Millis soon = now.monotonic + drawn(2 * kSecond, draw);
  not_before = max(min(not_before, soon), retry_after_until);
}

}  // namespace appizer
