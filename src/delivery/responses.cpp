// What `Delivery` makes of answers, and of the pauses that other tabs have stored.
#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "delivery/delivery.h"
#include "delivery/report.h"

namespace appizer {
namespace {

bool take_space(View& text) {
  if (!text.starts_with(" ")) return false;
  text.remove_prefix(1);
  return true;
}

// Reads "<failures> <until> <since>"; false for anything else.
bool read_wait(View text, Millis (&numbers)[3]) {
  for (Millis& number : numbers) {
    if (&number != numbers && !take_space(text)) return false;
    if (!take_integer(text, number) || number < 0 || number > kFurthest) return false;
  }
  return text.empty();
}

}  // namespace

void Delivery::handle_response(std::uint32_t id, int status, const RetryHeaders& wait, View body,
                               const Moment& now, Effects& effects) {
  for (std::size_t i = 0; i < flights_.size(); ++i) {
    if (flights_[i].id != id) continue;
    const Flight flight = flights_[i];
    flights_.erase(i);
    return finish(flight, status, wait, body, now, effects);
  }
}

void Delivery::finish(const Flight& flight, int status, const RetryHeaders& wait, View body,
                      const Moment& now, Effects& effects) {
  State& state = state_[flight.lane];
  Journal& journal = state.journal;
  const Outcome meaning = outcome(status);
  // Of requests side by side all may fail: that is one failure, and one wait is drawn for it.
  const bool fails_again = flight.id > state.failed || !state.recovering();
  state.unanswered = status == 0;
  switch (meaning) {
    case Outcome::delivered:
      delivered_ += journal.acknowledge(flight.id);
      if (config_.debug) hint(effects, Hint::delivered, json::integer_text(flight.records));
      end_backoff(flight.lane, now, effects);
      state.most = min(state.most * 2, kBatch);
      break;
    case Outcome::refused:
      end_backoff(flight.lane, now, effects);
      if (flight.records > 1) {
        journal.put_back(flight.id);
        state.most = flight.records / 2;
      } else {
        const auto lost = journal.give_up(flight.id);
        dropped_ += lost.size();
        effects.report(report_of("refused", status, lost.size(), lost));
        hint(effects, Hint::event_refused,
             json::integer_text(static_cast<unsigned>(status)) + " " + body);
      }
      break;
    case Outcome::not_allowed:
      journal.put_back(flight.id);
      if (!fails_again) state.retry.restore(state.retry.failures() - 1);
      back_off(flight.lane, state.retry.after_refusal(ids_.draw()), now, effects);
      hint(effects, Hint::not_allowed_here, json::integer_text(static_cast<unsigned>(status)));
      break;
    case Outcome::later: {
      journal.put_back(flight.id);
      const Millis asked = requested_pause(status, wait, body, now.wall);
      state.retry_after_until = max(state.retry_after_until, now.monotonic + asked);
      const Millis drawn = fails_again ? state.retry.after_failure(ids_.draw()) : Retry::kShortest;
      back_off(flight.lane, max(drawn, asked), now, effects);
      hint(effects, Hint::will_retry, json::integer_text(static_cast<unsigned>(status)));
      break;
    }
  }
  // What waited already when this flight left need not wait again.
  const std::uint32_t first = journal.first_waiting();
  state.due = first != 0 && first <= state.sent_number ? now.monotonic : kNever;
}

void Delivery::back_off(Lane lane, Millis wait, const Moment& now, Effects& effects) {
  State& state = state_[lane];
  if (now.monotonic + wait > state.not_before) {
    state.not_before = now.monotonic + wait;
    state.from_another_tab = false;
  }
  state.failed = ids_.next_flight();
  String& text = scratch();
  json::append_integer(text, state.retry.failures());
  const Millis since = max<Millis>(now.wall, 0);
  for (const Millis number : {since + state.not_before - now.monotonic, since}) {
    text += ' ';
    json::append_integer(text, number);
  }
  state.pause_unsaved = false;
  effects.store(pause_key(lane), text);
}

void Delivery::handle_store_failed(View key, Millis now) {
  for (const Lane lane : kUsersFirst) {
    state_[lane].journal.handle_store_failed(key, now);
    if (key == pause_key(lane)) state_[lane].pause_unsaved = true;
  }
}

// Whatever it says, it is there again.
void Delivery::end_backoff(Lane lane, const Moment& now, Effects& effects) {
  State& state = state_[lane];
  if (state.not_before > now.monotonic) return;  // a flight beside this one was asked to wait
  if (state.recovering()) effects.erase(pause_key(lane));
  state.retry.after_success();
  state.not_before = 0;
}

bool Delivery::handle_stored_pause(View key, View value, const Moment& now) {
  for (const Lane lane : kUsersFirst) {
    if (key != pause_key(lane)) continue;
    State& state = state_[lane];
    Millis numbers[3] = {};
    if (!read_wait(value, numbers)) {
      // Another tab got an answer. This one still goes carefully: it keeps its count of failures.
      // But what storage did not take, its removal cannot announce.
      if (!state.pause_unsaved) state.not_before = state.retry_after_until;
      return true;
    }
    state.pause_unsaved = false;
    const Millis failures = numbers[0];
    const Millis until = numbers[1];
    const Millis since = numbers[2];
    const Millis whole = clamp<Millis>(until - since, 0, kLongestRequestedPause);
    // A clock that was set back must not stretch the wait, one that was set back further than to
    // its beginning must not skip it.
    Millis rest = clamp<Millis>(until - now.wall, 0, whole);
    // Where no lock lets one tab try for all, they at least do not try in the same moment.
    if (!config_.locks && rest > 0) {
      const Millis spread = clamp(rest / 2, Retry::kFirstWindow, Retry::kLongestWindow);
      rest += spread * ids_.draw() / (Millis{1} << 32);
    }
    state.retry.restore(static_cast<std::int32_t>(min<Millis>(failures, INT32_MAX)));
    const Millis heard = max(now.monotonic + rest, state.retry_after_until);
    state.from_another_tab = state.from_another_tab || heard > state.not_before;
    state.not_before = heard;
    if (lock_wanted_ != kNever) lock_wanted_ = max(lock_wanted_, state.not_before);
    return true;
  }
  return false;
}

}  // namespace appizer
