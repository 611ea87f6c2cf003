#include "delivery.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "event.h"
#include "json.h"
#include "report.h"

namespace appizer {
namespace {

// Of a batch around its events, without the app's id.
constexpr std::size_t kEnvelope = 64;

std::string number_text(std::uint64_t value) {
  std::string out;
  json::append_integer(out, static_cast<std::int64_t>(value));
  return out;
}

// Reads "<failures> <until> <since>"; false for anything else.
bool read_wait(std::string_view text, std::array<Millis, 3>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (Millis& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || number < 0 || number > kFurthest) return false;
    at = next;
    if (at != end && *at++ != ' ') return false;
  }
  return at == end;
}

}  // namespace

Delivery::Delivery(const Config& config, Ids& ids, std::string prefix)
    : config_(config),
      ids_(ids),
      prefix_(std::move(prefix)),
      state_{State(Journal(prefix_ + "j.", 'e')), State(Journal(prefix_ + "j.", 'p'))},
      online_(config.online),
      visible_(config.visible) {}

std::string Delivery::wait_key(Lane lane) const {
  return prefix_ + (lane == events ? "w.e" : "w.p");
}

void Delivery::add(Lane lane, Record record, Effects& effects) {
  Journal& journal = state_[lane].journal;
  journal.append(std::move(record));
  std::vector<Record> evicted;
  while (journal.size() > config_.max_queue_events || journal.bytes() > config_.max_queue_bytes) {
    Record oldest;
    if (!journal.evict(oldest)) break;
    evicted.push_back(std::move(oldest));
  }
  if (evicted.empty()) return;
  dropped_ += evicted.size();
  effects.report(report_of("evicted", 0, evicted.size(), evicted));
  tell(effects, Hint::event_evicted, number_text(evicted.size()));
}

void Delivery::tell(Effects& effects, Hint hint, std::string detail) const {
  if (config_.debug) effects.tell(hint, std::move(detail));
}

void Delivery::online(bool online, Moment now) {
  online_ = online;
  if (!online) return;
  for (State& state : state_) {
    // What failed without an answer may well have failed for want of a network. Not all at once,
    // though: a whole office comes back in the same second.
    if (state.unanswered) {
      const Millis soon = now.monotonic + 2 * kSecond * ids_.draw() / (Millis{1} << 32);
      state.not_before = std::max(std::min(state.not_before, soon), state.asked_until);
    }
  }
}

void Delivery::visible(bool visible) {
  visible_ = visible;
  hurry_ = !visible;
}

void Delivery::rename(std::string_view from, std::string_view to) {
  for (State& state : state_) state.journal.rename(from, to);
}

bool Delivery::wants_recovery_lock() const {
  if (leaving_ || !online_ || held_) return false;
  return std::any_of(state_.begin(), state_.end(), [](const State& state) {
    return state.recovering() && state.journal.size() > 0;
  });
}

bool Delivery::may_recover(const State& state, Millis now) const {
  if (!state.recovering() || !config_.locks || has_lock_) return true;
  return lock_wanted_ != kNever && now - lock_wanted_ >= kLockPatience;
}

// An alias is refused where its user is not known yet.
bool Delivery::awaits_turn(const State& state) const {
  return &state == &state_[people] &&
         std::any_of(flights_.begin(), flights_.end(),
                     [](const Flight& flight) { return flight.lane == people; });
}

bool Delivery::blocked(const State& state, Millis now) const {
  if (awaits_turn(state)) return true;
  return !online_ || held_ || now < state.not_before || !may_recover(state, now);
}

bool Delivery::idle() const {
  return flights_.empty() && std::all_of(state_.begin(), state_.end(), [](const State& state) {
           return state.journal.size() == 0;
         });
}

void Delivery::refill(Millis now) {
  const Millis more = (now - refilled_) / kRefill;
  if (more <= 0) return;
  tokens_ = static_cast<int>(std::min<Millis>(kBurst, tokens_ + more));
  refilled_ = tokens_ == kBurst ? now : refilled_ + more * kRefill;
}

std::string Delivery::url_of(const std::vector<const Record*>& records) const {
  switch (records[0]->kind) {
    case Kind::event:
      return config_.api_base + (records.size() > 1 ? "/v1/events/batch" : "/v1/events");
    case Kind::user:
      return config_.api_base + "/v1/users";
    default:
      return config_.api_base + "/v1/users/aliases";
  }
}

// An id so long that it would leave no room for events is none.
std::size_t Delivery::envelope() const {
  return kEnvelope + std::min(config_.app_id.size(), kKeepaliveBytes / 2);
}

std::string Delivery::body_of(const std::vector<const Record*>& records) const {
  const Record& first = *records[0];
  const bool batch = records.size() > 1;
  std::string app = "\"app_id\":";
  json::append_string(app, first.app.empty() ? config_.app_id : first.app);
  std::string body;
  if (batch) body = "{" + app + ",\"events\":[";
  for (const Record* record : records) {
    if (record != &first) body += ',';
    body += record->text;
    if (record->kind == Kind::event)
      append_event_tail(body, config_.user_agent, config_.marks_bot(), record->dropped);
    if (batch) body += '}';
  }
  body += batch ? "]}" : "," + app + "}";
  return body;
}

// Sends the next flight of a lane. False if none could go: nothing waits, or it does not fit.
bool Delivery::send(Lane lane, Moment now, Effects& effects) {
  State& state = state_[lane];
  const bool parting = hurry_ || leaving_;
  std::size_t flying = 0;
  for (const Flight& flight : flights_) {
    if (flight.keepalive) flying += flight.bytes;
  }
  if (parting && flying + envelope() >= kKeepaliveBytes) return false;
  const std::size_t room = kKeepaliveBytes - envelope() - (parting ? flying : 0);
  std::string tail;
  append_event_tail(tail, config_.user_agent, config_.marks_bot(), UINT32_MAX);
  const std::size_t most = std::min(state.most, state.recovering() ? kFirstAfterFailure : kBatch);
  const std::uint32_t id = next_flight_++;
  const auto records = state.journal.take(id, most, room, tail.size() + 2);
  if (records.empty()) return false;
  std::string body = body_of(records);
  const bool fits = flying + body.size() <= kKeepaliveBytes;
  if (parting && !fits) {
    state.journal.put_back(id);
    return false;
  }
  // A keepalive request is also refused when the page's own have used up the quota, and that looks
  // like a network error: so the next attempt goes without.
  const bool keepalive = fits && (parting || !state.unanswered);
  flights_.push_back(
      {id, lane, records.size(), body.size(), keepalive, false, now.monotonic + kTimeout});
  state.sent = now.monotonic;
  state.sent_number = state.journal.last_number();
  state.due = kNever;
  if (tokens_ > 0) --tokens_;
  effects.request(id, url_of(records), std::move(body), keepalive);
  return true;
}

void Delivery::send_due(Moment now, Effects& effects) {
  refill(now.monotonic);
  const bool parting = std::exchange(hurry_, false) || leaving_;
  for (const Lane lane : {people, events}) {
    State& state = state_[lane];
    if (state.journal.waiting() == 0) {
      state.due = kNever;
      continue;
    }
    if (state.due == kNever) {
      state.due = !visible_
                      ? now.monotonic
                      : std::max(now.monotonic + kSoon, lane == events ? state.sent + kBusy : 0);
    }
    if (!parting) continue;
    hurry_ = true;
    // In backoff nothing is pressed on the server: the next page of the site sends it.
    while (!state.recovering() && !blocked(state, now.monotonic) && tokens_ > 0 &&
           send(lane, now, effects)) {
    }
    hurry_ = false;
  }
  for (const Lane lane : {people, events}) {
    const bool busy = std::any_of(flights_.begin(), flights_.end(),
                                  [](const Flight& flight) { return !flight.handed_over; });
    State& state = state_[lane];
    if (leaving_ || busy || tokens_ == 0 || !is_due(state, now.monotonic)) continue;
    if (!blocked(state, now.monotonic)) send(lane, now, effects);
  }
}

bool Delivery::is_due(const State& state, Millis now) const {
  if (state.journal.waiting() == 0) return false;
  return now >= state.due || !flushes_.empty() || state.journal.waiting() >= kBatch ||
         state.journal.bytes() >= kKeepaliveBytes;
}

void Delivery::answered(std::uint32_t id, int status, const Wait& wait, std::string_view body,
                        Moment now, Effects& effects) {
  const auto found = std::find_if(flights_.begin(), flights_.end(),
                                  [&](const Flight& flight) { return flight.id == id; });
  if (found == flights_.end()) return;
  const Flight flight = *found;
  flights_.erase(found);
  finish(flight, status, wait, body, now, effects);
}

void Delivery::finish(const Flight& flight, int status, const Wait& wait, std::string_view body,
                      Moment now, Effects& effects) {
  State& state = state_[flight.lane];
  Journal& journal = state.journal;
  const Outcome meaning = outcome(status);
  state.unanswered = status == 0;
  switch (meaning) {
    case Outcome::delivered:
      delivered_ += journal.acknowledge(flight.id);
      if (config_.debug) tell(effects, Hint::delivered, number_text(flight.records));
      server_answers(flight.lane, now, effects);
      state.most = std::min(state.most * 2, kBatch);
      break;
    case Outcome::refused:
      server_answers(flight.lane, now, effects);
      if (flight.records > 1) {
        journal.put_back(flight.id);
        state.most = flight.records / 2;
      } else {
        const auto lost = journal.give_up(flight.id);
        dropped_ += lost.size();
        effects.report(report_of("refused", status, lost.size(), lost));
        tell(effects, Hint::event_refused,
             number_text(static_cast<unsigned>(status)) + " " + std::string(body));
      }
      break;
    case Outcome::not_allowed:
      journal.put_back(flight.id);
      back_off(flight.lane, state.retry.after_refusal(ids_.draw()), now, effects);
      tell(effects, Hint::not_allowed_here, number_text(static_cast<unsigned>(status)));
      break;
    case Outcome::later: {
      journal.put_back(flight.id);
      const Millis asked = asked_wait(status, wait, body, now.wall);
      state.asked_until = std::max(state.asked_until, now.monotonic + asked);
      back_off(flight.lane, std::max(state.retry.after_failure(ids_.draw()), asked), now, effects);
      tell(effects, Hint::will_retry, number_text(static_cast<unsigned>(status)));
      break;
    }
  }
  // What waited already when this flight left need not wait again.
  const std::uint32_t first = journal.first_waiting();
  state.due = first != 0 && first <= state.sent_number ? now.monotonic : kNever;
}

void Delivery::back_off(Lane lane, Millis wait, Moment now, Effects& effects) {
  State& state = state_[lane];
  state.not_before = std::max(state.not_before, now.monotonic + wait);
  std::string text = number_text(static_cast<std::uint64_t>(state.retry.failures()));
  const Millis since = std::max<Millis>(now.wall, 0);
  for (const Millis number : {since + state.not_before - now.monotonic, since}) {
    text += ' ';
    json::append_integer(text, number);
  }
  state.wait_unsaved = false;
  effects.store(wait_key(lane), std::move(text));
}

void Delivery::store_failed(std::string_view key, Millis now) {
  for (const Lane lane : {events, people}) {
    state_[lane].journal.store_failed(key, now);
    if (key == wait_key(lane)) state_[lane].wait_unsaved = true;
  }
}

// Whatever it says, it is there again.
void Delivery::server_answers(Lane lane, Moment now, Effects& effects) {
  State& state = state_[lane];
  if (state.not_before > now.monotonic) return;  // a flight beside this one was told to wait
  if (state.recovering()) effects.erase(wait_key(lane));
  state.retry.after_success();
  state.not_before = 0;
}

bool Delivery::wait_stored(std::string_view key, const std::string* value, Moment now) {
  for (const Lane lane : {events, people}) {
    if (key != wait_key(lane)) continue;
    State& state = state_[lane];
    std::array<Millis, 3> numbers{};
    if (value == nullptr || !read_wait(*value, numbers)) {
      // Another tab got an answer. This one still goes carefully: it keeps its count of failures.
      // But what storage did not take, it cannot tell us is over.
      if (!state.wait_unsaved) state.not_before = state.asked_until;
      return true;
    }
    state.wait_unsaved = false;
    const auto [failures, until, since] = numbers;
    const Millis whole = std::clamp<Millis>(until - since, 0, kLongestAsked);
    // A clock that was set back must not stretch the wait, one that was set back further than to
    // its beginning must not skip it.
    Millis rest = std::clamp<Millis>(until - now.wall, 0, whole);
    // Where no lock lets one tab try for all, they at least do not try in the same moment.
    if (!config_.locks && rest > 0) {
      const Millis spread = std::clamp(rest / 2, Retry::kFirstWindow, Retry::kLongestWindow);
      rest += spread * ids_.draw() / (Millis{1} << 32);
    }
    state.retry.restore(static_cast<std::int32_t>(std::min<Millis>(failures, INT32_MAX)));
    state.not_before = std::max(now.monotonic + rest, state.asked_until);
    if (lock_wanted_ != kNever) lock_wanted_ = std::max(lock_wanted_, state.not_before);
    return true;
  }
  return false;
}

void Delivery::gone(Effects& effects) {
  gone_ = true;
  std::vector<Flight> cancelled;
  for (Flight& flight : flights_) {
    if (!flight.keepalive) {
      cancelled.push_back(flight);
    } else if (!config_.confirm_unload && flight.lane == events && !flight.handed_over) {
      // Users and aliases may arrive twice, but not be lost: the alias of one lost is refused.
      flight.handed_over = true;
      state_[flight.lane].journal.hand_over(flight.id);
    }
  }
  for (const Flight& flight : cancelled) {
    // It ends with the page anyway; its events stay for the next one.
    effects.cancel(flight.id);
    state_[flight.lane].journal.put_back(flight.id);
  }
  flights_.erase(std::remove_if(flights_.begin(), flights_.end(),
                                [](const Flight& flight) { return !flight.keepalive; }),
                 flights_.end());
}

void Delivery::abandon(Effects& effects) {
  for (const Flight& flight : flights_) effects.cancel(flight.id);
  for (const Flush& flush : flushes_) {
    effects.flushed(flush.token, "{\"delivered\":0,\"dropped\":0,\"pending\":0}");
  }
}

void Delivery::returned(Moment now, Effects& effects) {
  leaving_ = false;
  gone_ = false;
  has_lock_ = false;
  lock_wanted_ = kNever;
  for (Flight& flight : flights_) {
    if (flight.handed_over) {
      // What became of it while nobody listened is told only now.
      flight.deadline = now.monotonic + kTimeout;
      continue;
    }
    // Its events are in storage, unlike those handed over: they come back from there.
    effects.cancel(flight.id);
    state_[flight.lane].journal.put_back(flight.id);
  }
  flights_.erase(std::remove_if(flights_.begin(), flights_.end(),
                                [](const Flight& flight) { return !flight.handed_over; }),
                 flights_.end());
  for (State& state : state_) {
    if (!config_.cookieless) state.journal.forget_stored();
    state.due = kNever;
  }
}

void Delivery::flush(std::uint32_t token) {
  flushes_.push_back({token,
                      {state_[events].journal.last_number(), state_[people].journal.last_number()},
                      delivered_,
                      dropped_});
}

void Delivery::settle_flushes(Moment now, Effects& effects) {
  for (std::size_t i = 0; i < flushes_.size();) {
    const Flush& flush = flushes_[i];
    std::size_t pending = 0;
    bool moving = !gone_ && (!flights_.empty() || tokens_ == 0);
    for (const Lane lane : {events, people}) {
      const State& state = state_[lane];
      if (!state.journal.has_up_to(flush.up_to[lane])) continue;
      pending += state.journal.size();
      moving = moving || (!blocked(state, now.monotonic) && !leaving_);
    }
    if (pending > 0 && moving) {
      ++i;
      continue;
    }
    effects.flushed(flush.token, "{\"delivered\":" + number_text(delivered_ - flush.delivered) +
                                     ",\"dropped\":" + number_text(dropped_ - flush.dropped) +
                                     ",\"pending\":" + number_text(pending) + "}");
    flushes_.erase(flushes_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// What a crash of the renderer would otherwise lose, or keep from being sent until the next visit.
void Delivery::leave_behind(Effects& effects) {
  if (!config_.later) return;
  Journal& journal = state_[events].journal;
  const bool wanted = (config_.confirm_unload || journal.storage_failing()) && !leaving_ &&
                      online_ && !state_[events].recovering();
  const std::uint64_t first = wanted ? journal.first_waiting() : 0;
  const std::uint64_t mark = first == 0 ? 0 : first << 32 | journal.last_number();
  if (mark == left_behind_) return;
  left_behind_ = mark;
  std::string url;
  std::string body;
  if (mark != 0) {
    std::string tail;
    append_event_tail(tail, config_.user_agent, config_.marks_bot(), UINT32_MAX);
    const std::uint32_t id = next_flight_++;
    const auto records = journal.take(id, kBatch, kKeepaliveBytes - envelope(), tail.size() + 2);
    url = url_of(records);
    body = body_of(records);
    journal.put_back(id);
    if (body.size() > kKeepaliveBytes) url = body = std::string();
  }
  effects.leave(std::move(url), std::move(body));
}

void Delivery::settle(Moment now, Effects& effects) {
  for (std::size_t i = 0; i < flights_.size();) {
    const Flight flight = flights_[i];
    if (flight.deadline > now.monotonic || leaving_) {
      ++i;
      continue;
    }
    flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(i));
    effects.cancel(flight.id);
    if (flight.handed_over) {
      // Silence is not news of a failure: what the browser took over counts as delivered.
      delivered_ += state_[flight.lane].journal.acknowledge(flight.id);
    } else {
      finish(flight, 0, {}, {}, now, effects);
    }
  }
  // Storage first: what is sent must be there if the page dies before the answer.
  for (State& state : state_) state.journal.settle(effects, now.monotonic);
  if (!wants_recovery_lock()) {
    lock_wanted_ = kNever;
  } else if (lock_wanted_ == kNever) {
    // Whoever has the lock is alive as long as it lets others know of new waits, so patience begins
    // when its turn comes.
    lock_wanted_ = now.monotonic;
    for (const State& state : state_) lock_wanted_ = std::max(lock_wanted_, state.not_before);
  }
  if (!effects.empty()) return;  // the writes must be made, and may fail, before more is decided
  if (gone_) {
    // What storage has is the next page's, which may be quick. What a page still tracks now is
    // sent.
    settle_flushes(now, effects);
    for (State& state : state_) state.journal.forget_stored();
  }
  send_due(now, effects);
  leave_behind(effects);
  settle_flushes(now, effects);
}

Millis Delivery::next_wake(Millis now) const {
  Millis next = kNever;
  bool busy = false;
  for (const Flight& flight : flights_) {
    next = std::min(next, flight.deadline);
    busy = busy || !flight.handed_over;
  }
  if (busy || leaving_ || held_ || !online_) return next;
  for (const State& state : state_) {
    if (state.journal.waiting() == 0 || awaits_turn(state)) continue;
    Millis when = is_due(state, now) ? now : state.due;
    when = std::max(when, state.not_before);
    if (!may_recover(state, now) && lock_wanted_ != kNever) {
      when = std::max(when, lock_wanted_ + kLockPatience);
    }
    if (tokens_ == 0) when = std::max(when, refilled_ + kRefill);
    next = std::min(next, when);
  }
  return next;
}

}  // namespace appizer
