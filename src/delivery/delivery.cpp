#include "delivery/delivery.h"

#include <utility>

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "delivery/event.h"
#include "delivery/report.h"
#include "storage_keys.h"

namespace appizer {
namespace {

// Of a batch around its events, without the app's id.
constexpr std::size_t kEnvelope = 64;

}  // namespace

View flush_result(std::uint64_t delivered, std::uint64_t dropped, std::uint64_t pending) {
  String& out = scratch("{\"delivered\":");
  out += json::integer_text(delivered);
  out += ",\"dropped\":";
  out += json::integer_text(dropped);
  out += ",\"pending\":";
  out += json::integer_text(pending);
  return out += '}';
}

Delivery::Delivery(const Config& config, Ids& ids, View prefix, const LiveState& live)
    : config_(config),
      ids_(ids),
      prefix_(prefix),
      state_{State(prefix, storage_keys::kEvents), State(prefix, storage_keys::kUsers)},
      online_(live.online),
      visible_(live.visible) {}

View Delivery::pause_key(Lane lane) const {
  return prefix_ + (lane == events ? storage_keys::kPauseOfEvents : storage_keys::kPauseOfUsers);
}

void Delivery::read_pauses(Effects& effects) const {
  effects.read(pause_key(events));
  effects.read(pause_key(users));
}

void Delivery::add(Lane lane, Record&& record, Effects& effects) {
  Journal& journal = state_[lane].journal;
  journal.append(std::move(record));
  List<Record> evicted;
  while (journal.size() > config_.max_queue_events || journal.bytes() > config_.max_queue_bytes) {
    Record oldest;
    if (!journal.evict(oldest)) break;
    evicted.push_back(std::move(oldest));
  }
  if (evicted.empty()) return;
  dropped_ += evicted.size();
  effects.report(report_of("evicted", 0, evicted.size(), evicted));
  hint(effects, Hint::event_evicted, json::integer_text(evicted.size()));
}

void Delivery::hint(Effects& effects, Hint hint, View detail) const {
  if (config_.debug) effects.hint(hint, detail);
}

void Delivery::handle_online(bool online, const Moment& now) {
  online_ = online;
  if (!online) return;
  for (State& state : state_) {
    // What failed without an answer may well have failed for want of a network, unlike what
    // another tab stored. Not all at once, though: a whole office comes back in the same second.
    if (state.unanswered && !state.from_another_tab) {
      const Millis soon = now.monotonic + 2 * kSecond * ids_.draw() / (Millis{1} << 32);
      state.not_before = max(min(state.not_before, soon), state.retry_after_until);
    }
  }
}

void Delivery::handle_visibility(bool visible) {
  // A document that is restored is visible before `pageshow` (HTML, "reactivate a
  // document"). What it sent in between would count as handed over, though it will receive the
  // answer.
  if (visible && !visible_ && leaving()) presence_ = Presence::resuming;
  visible_ = visible;
  flush_now_ = !visible;
}

void Delivery::rename(View member, View from, View to) {
  for (State& state : state_) state.journal.rename(member, from, to);
}

bool Delivery::wants_recovery_lock() const {
  if (leaving() || !online_ || taking_over_) return false;
  for (const State& state : state_) {
    if (state.recovering() && state.journal.size() > 0) return true;
  }
  return false;
}

bool Delivery::may_recover(const State& state, Millis now) const {
  if (!state.recovering() || !config_.locks || has_lock_) return true;
  return lock_wanted_ != kNever && now - lock_wanted_ >= kLongestLockWait;
}

// An alias is refused where its user is not known yet.
bool Delivery::awaits_turn(const State& state) const {
  for (const Flight& flight : flights_) {
    if (flight.lane == users) return &state == &state_[users];
  }
  return false;
}

bool Delivery::blocked(const State& state, Millis now) const {
  if (awaits_turn(state)) return true;
  return !online_ || taking_over_ || now < state.not_before || !may_recover(state, now);
}

bool Delivery::idle() const {
  return flights_.empty() && state_[events].journal.size() + state_[users].journal.size() == 0 &&
         !state_[events].journal.has_provisional();
}

void Delivery::refill(Millis now) {
  const Millis more = (now - refilled_) / kRefill;
  if (more <= 0) return;
  tokens_ = static_cast<int>(min<Millis>(kBurst, tokens_ + more));
  refilled_ = tokens_ == kBurst ? now : refilled_ + more * kRefill;
}

View Delivery::url_of(const List<const Record*>& records) const {
  const Kind kind = records[0]->kind;
  const View call = kind == Kind::alias  ? "/v1/users/aliases"
                    : kind == Kind::user ? "/v1/users"
                    : records.size() > 1 ? "/v1/events/batch"
                                         : "/v1/events";
  return config_.api_base + call;
}

// An id so long that it would leave no room for events is none.
std::size_t Delivery::envelope() const {
  return kEnvelope + min(config_.app_id.size(), kKeepaliveBytes / 2);
}

View Delivery::body_of(const List<const Record*>& records, Millis wall) const {
  const Record& first = *records[0];
  const bool batch = records.size() > 1;
  String& app = scratch("\"app_id\":");
  json::append_string(app, first.app.empty() ? config_.app_id : first.app);
  String& body = scratch();
  if (batch) {
    body += '{';
    body += app;
    body += ",\"events\":[";
  }
  for (const Record* record : records) {
    if (record != &first) body += ',';
    body += record->text;
    if (record->kind == Kind::event) {
      append_event_tail(body, config_.user_agent, config_.marks_bot(), record->dropped, wall);
    }
    if (batch) body += '}';
  }
  if (batch) {
    body += ']';
  } else {
    body += ',';
    body += app;
  }
  return body += '}';
}

// Sends the next flight of a lane. False if none could go: nothing waits, or it does not fit.
bool Delivery::send(Lane lane, const Moment& now, Effects& effects) {
  State& state = state_[lane];
  const bool parting = flush_now_ || leaving();
  std::size_t flying = 0;
  for (const Flight& flight : flights_) {
    if (flight.keepalive) flying += flight.bytes;
  }
  if (parting && flying + envelope() >= kKeepaliveBytes) return false;
  const std::size_t room = kKeepaliveBytes - envelope() - (parting ? flying : 0);
  String& tail = scratch();
  append_event_tail(tail, config_.user_agent, config_.marks_bot(), UINT32_MAX, now.wall);
  const std::size_t most = min(state.most, state.recovering() ? kFirstAfterFailure : kBatch);
  const std::uint32_t id = ids_.next_flight();
  const auto records = state.journal.take(id, most, room, tail.size() + 2);
  if (records.empty()) return false;
  const View body = body_of(records, now.wall);
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
  effects.request(id, url_of(records), body, keepalive);
  return true;
}

void Delivery::send_due(const Moment& now, Effects& effects) {
  if (presence_ == Presence::resuming) return;
  refill(now.monotonic);
  const bool parting = std::exchange(flush_now_, false) || leaving();
  for (const Lane lane : kUsersFirst) {
    State& state = state_[lane];
    if (state.journal.waiting() == 0) {
      state.due = kNever;
      continue;
    }
    if (state.due == kNever) {
      state.due = !visible_ ? now.monotonic
                            : max(now.monotonic + kSoon, lane == events ? state.sent + kBusy : 0);
    }
    if (!parting) continue;
    flush_now_ = true;
    // In backoff nothing is pressed on the server: the next page of the site sends it.
    while (!state.recovering() && !blocked(state, now.monotonic) && tokens_ > 0 &&
           send(lane, now, effects)) {
    }
    flush_now_ = false;
  }
  for (const Lane lane : kUsersFirst) {
    bool busy = false;
    for (const Flight& flight : flights_) busy = busy || !flight.handed_over;
    State& state = state_[lane];
    if (leaving() || busy || tokens_ == 0 || !is_due(state, now.monotonic)) continue;
    if (!blocked(state, now.monotonic)) send(lane, now, effects);
  }
}

bool Delivery::is_due(const State& state, Millis now) const {
  if (state.journal.waiting() == 0) return false;
  return now >= state.due || !flushes_.empty() || state.journal.waiting() >= kBatch ||
         state.journal.bytes() >= kKeepaliveBytes;
}

void Delivery::recall(Effects& effects) {
  const auto in_doubt = [](const Flight& flight) {
    return flight.lane == events && !flight.handed_over;
  };
  for (const Flight& flight : flights_) {
    if (!in_doubt(flight)) continue;
    effects.cancel(flight.id);
    state_[flight.lane].journal.put_back(flight.id);
  }
  flights_.remove_if(in_doubt);
}

void Delivery::handle_handover(Effects& effects, bool sure) {
  if (presence_ != Presence::resuming) presence_ = Presence::handed_off;
  List<Flight> cancelled;
  for (Flight& flight : flights_) {
    if (!flight.keepalive) {
      cancelled.push_back(flight);
    } else if (sure && !config_.confirm_unload && flight.lane == events && !flight.handed_over) {
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
  flights_.remove_if([](const Flight& flight) { return !flight.keepalive; });
}

void Delivery::abandon(Effects& effects) {
  for (const Flight& flight : flights_) effects.cancel(flight.id);
  for (const Flush& flush : flushes_) {
    effects.flushed(flush.token, flush_result(0, 0, 0));
  }
}

void Delivery::handle_pageshow(const Moment& now, Effects& effects) {
  presence_ = Presence::here;
  has_lock_ = false;
  lock_wanted_ = kNever;
  for (Flight& flight : flights_) {
    if (flight.handed_over) {
      // Its answer, if it came while the page was cached, is reported only now.
      flight.deadline = now.monotonic + kTimeout;
      continue;
    }
    // Its events are in storage, unlike those handed over: they come back from there.
    effects.cancel(flight.id);
    state_[flight.lane].journal.put_back(flight.id);
  }
  flights_.remove_if([](const Flight& flight) { return !flight.handed_over; });
  for (State& state : state_) {
    if (!config_.cookieless) state.journal.forget_stored();
    state.due = kNever;
  }
}

void Delivery::flush(std::uint32_t token) {
  flushes_.push_back({token,
                      {state_[events].journal.last_number(), state_[users].journal.last_number()},
                      delivered_,
                      dropped_});
}

void Delivery::answer_flushes(const Moment& now, Effects& effects) {
  for (std::size_t i = 0; i < flushes_.size();) {
    const Flush& flush = flushes_[i];
    std::size_t pending = 0;
    bool moving = !gone() && (!flights_.empty() || tokens_ == 0);
    for (const Lane lane : kUsersFirst) {
      const State& state = state_[lane];
      if (!state.journal.has_up_to(flush.up_to[lane])) continue;
      pending += state.journal.size();
      moving = moving || (!blocked(state, now.monotonic) && !leaving());
    }
    if (pending > 0 && moving) {
      ++i;
      continue;
    }
    effects.flushed(flush.token,
                    flush_result(delivered_ - flush.delivered, dropped_ - flush.dropped, pending));
    flushes_.erase(i);
  }
}

// What a crash of the renderer would otherwise lose, or keep from being sent until the next visit.
void Delivery::arm_fetch_later(Millis wall, Effects& effects) {
  if (!config_.fetch_later) return;
  Journal& journal = state_[events].journal;
  const bool wanted = (config_.confirm_unload || journal.storage_failing()) && !leaving() &&
                      online_ && !state_[events].recovering();
  const std::uint64_t first = wanted ? journal.first_waiting() : 0;
  const std::uint64_t mark = first == 0 ? 0 : first << 32 | journal.last_number();
  if (mark == armed_) return;
  armed_ = mark;
  View url;
  View body;
  if (mark != 0) {
    String& tail = scratch();
    append_event_tail(tail, config_.user_agent, config_.marks_bot(), UINT32_MAX, wall);
    const std::uint32_t id = ids_.next_flight();
    const auto records = journal.take(id, kBatch, kKeepaliveBytes - envelope(), tail.size() + 2);
    url = url_of(records);
    body = body_of(records, wall);
    journal.put_back(id);
    if (body.size() > kKeepaliveBytes) url = body = View();
  }
  effects.fetch_later(url, body);
}

void Delivery::advance(const Moment& now, Effects& effects) {
  for (std::size_t i = 0; i < flights_.size();) {
    const Flight flight = flights_[i];
    if (flight.deadline > now.monotonic || leaving()) {
      ++i;
      continue;
    }
    flights_.erase(i);
    effects.cancel(flight.id);
    if (flight.handed_over) {
      // Silence is no failure: what the browser took over counts as delivered.
      delivered_ += state_[flight.lane].journal.acknowledge(flight.id);
    } else {
      finish(flight, 0, {}, {}, now, effects);
    }
  }
  // Storage first: what is sent must be there if the page dies before the answer.
  for (State& state : state_) state.journal.sync(effects, now.monotonic);
  if (!wants_recovery_lock()) {
    lock_wanted_ = kNever;
  } else if (lock_wanted_ == kNever) {
    // The holder of the lock is alive as long as it stores new pauses, so patience begins
    // when its turn comes.
    lock_wanted_ = now.monotonic;
    for (const State& state : state_) lock_wanted_ = max(lock_wanted_, state.not_before);
  }
  if (!effects.empty()) return;  // the writes must be made, and may fail, before more is decided
  if (gone()) {
    // What storage has is the next page's, which may be quick. What a page still tracks now is
    // sent.
    answer_flushes(now, effects);
    for (State& state : state_) state.journal.forget_stored();
  }
  send_due(now, effects);
  arm_fetch_later(now.wall, effects);
  answer_flushes(now, effects);
}

Millis Delivery::next_wake(Millis now) const {
  Millis next = kNever;
  bool busy = false;
  for (const Flight& flight : flights_) {
    next = min(next, flight.deadline);
    busy = busy || !flight.handed_over;
  }
  if (busy || leaving() || taking_over_ || !online_) return next;
  for (const State& state : state_) {
    if (state.journal.waiting() == 0 || awaits_turn(state)) continue;
    Millis when = is_due(state, now) ? now : state.due;
    when = max(when, state.not_before);
    if (!may_recover(state, now) && lock_wanted_ != kNever) {
      when = max(when, lock_wanted_ + kLongestLockWait);
    }
    if (tokens_ == 0) when = max(when, refilled_ + kRefill);
    next = min(next, when);
  }
  return next;
}

}  // namespace appizer
