#include "delivery/delivery.h"

#include <utility>

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "delivery/event.h"
#include "delivery/report.h"
#include "delivery/request.h"
#include "storage_keys.h"

namespace appizer {
namespace {

// What is sent of a user says whose the events are.
constexpr Delivery::Lane kInOrder[] = {Delivery::users, Delivery::events, Delivery::suspects};
// Where a lane keeps failing, suspects have their turn once an hour: before it, as it has one as
// soon as they could have theirs.
constexpr Delivery::Lane kRecovering[] = {Delivery::suspects, Delivery::users, Delivery::events};

}  // namespace

Delivery::Delivery(const Config& config, Ids& ids, View prefix, const LiveState& live)
    : config_(config),
      ids_(ids),
      state_{State(prefix, storage_keys::kEvents, storage_keys::kPauseOfEvents),
             State(prefix, storage_keys::kUsers, storage_keys::kPauseOfUsers),
             State(prefix, storage_keys::kSuspects, storage_keys::kPauseOfSuspects)},
      online_(live.online),
      visible_(live.visible) {}

void Delivery::read_pauses(Effects& effects) const {
  for (const State& state : state_) effects.read(state.pause_key);
}

void Delivery::hint(Effects& effects, Hint hint, View detail) const {
  if (config_.debug) effects.hint(hint, detail);
}

void Delivery::add(Lane lane, Record&& record, Effects& effects) {
  state_[lane].journal.append(std::move(record));
  make_room(lane, config_.max_queue_bytes, kNever, effects);
}

// Evicts what exceeds the caps, and events that are older than `oldest` (wall time).
void Delivery::make_room(Lane lane, std::size_t bytes, Millis oldest, Effects& effects) {
  Journal& journal = state_[lane].journal;
  List<Record> evicted;
  for (;;) {
    const bool full = journal.size() > config_.max_queue_events || journal.bytes() > bytes;
    const Record* const first = oldest == kNever ? nullptr : journal.first();
    const bool old = first != nullptr && time_of(*first) < oldest;
    Record record;
    if (!(full || old) || !journal.evict(record)) break;
    evicted.push_back(std::move(record));
  }
  if (evicted.empty()) return;
  dropped_ += evicted.size();
  effects.report(report_of("evicted", 0, evicted.size(), evicted));
  hint(effects, Hint::event_evicted, json::integer_text(evicted.size()));
}

void Delivery::handle_online(bool online, const Moment& now) {
  if (!online && online_) offline_tried_ = now.monotonic;
  online_ = online;
  if (!online) return;
  offline_tried_ = kNever;
  for (State& state : state_) state.shorten(ids_.draw_wait(), now);
}

void Delivery::handle_visibility(bool visible) {
  if (visible && !visible_ && leaving()) presence_ = Presence::resuming;
  visible_ = visible;
  flush_now_ = !visible;
}

void Delivery::rename(View member, View from, View to) {
  for (State& state : state_) state.journal.rename(member, from, to);
}

// Whether a lane waits to try a server that failed. Each document tries its own suspects.
bool Delivery::recovers(const State& state) const {
  return !leaving() && !taking_over_ && state.recovering() && state.journal.size() > 0;
}

bool Delivery::recovers() const { return recovers(state_[events]) || recovers(state_[users]); }

bool Delivery::may_recover(const State& state) const {
  if (!state.recovering() || &state == &state_[suspects]) return true;
  return !config_.locks || has_lock_;
}

// An alias is refused where its user is not known yet.
bool Delivery::awaits_turn(const State& state) const {
  for (const Flight& flight : flights_) {
    if (flight.lane == users) return &state == &state_[users];
  }
  return false;
}

// The time before which nothing of the lane is sent.
Millis Delivery::earliest(const State& state) const {
  Millis when = state.not_before;
  if (!online_ && offline_tried_ != kNever) when = max(when, offline_tried_ + kOfflinePause);
  if (!may_recover(state)) {
    when = max(when, state.lock_wanted == kNever ? kNever : state.lock_wanted + lock_wait_);
  }
  const bool hurries = leaving() || flush_now_ || !flushes_.empty();
  if (&state == &state_[events] && !hurries) when = max(when, settled_);
  if (&state != &state_[suspects]) return when;
  for (const Lane lane : {events, users}) {
    const State& other = state_[lane];
    when = max(when, other.not_before);
    // Where what waits there fails alone for ever, nothing else would show that suspects pass.
    if (other.recovering() && other.journal.waiting() > 0) {
      when = max(when, state.sent + Retry::kLongestPause);
    }
  }
  return when;
}

bool Delivery::blocked(const State& state, Millis now) const {
  return awaits_turn(state) || taking_over_ || now < earliest(state);
}

bool Delivery::idle() const {
  for (const State& state : state_) {
    if (state.journal.size() > 0 || state.journal.keeps_moved()) return false;
  }
  return flights_.empty() && !state_[events].journal.has_provisional();
}

bool Delivery::wants_more() const {
  return state_[events].journal.bytes() + state_[users].journal.bytes() < kKeepaliveBytes;
}

void Delivery::refill(Millis now) {
  const Millis more = (now - refilled_) / config_.request_interval;
  if (more <= 0) return;
  tokens_ = static_cast<int>(min<Millis>(kBurst, tokens_ + more));
  refilled_ = tokens_ == kBurst ? now : refilled_ + more * config_.request_interval;
}

std::size_t Delivery::count_to_skip(const State& state, Lane lane) const {
  if (!state.isolation.wants_later(state.journal.first_waiting())) return 0;
  if (lane != users) return state.isolation.skip(state.journal.waiting());
  // An alias alone would be refused: its user may not be known yet.
  std::size_t before = 0;
  return state.journal.has_later_user(before) ? before : 0;
}

// Sends the next flight of a lane. False if none could go: nothing waits, or it does not fit.
bool Delivery::send(Lane lane, const Moment& now, Effects& effects) {
  State& state = state_[lane];
  const bool parting = flush_now_ || leaving();
  const std::size_t around = request::envelope(config_);
  std::size_t flying = 0;
  for (const Flight& flight : flights_) {
    if (flight.keepalive) flying += flight.bytes;
  }
  if (parting && flying + around >= kKeepaliveBytes) return false;
  const std::size_t room = kKeepaliveBytes - around - (parting ? flying : 0);
  const std::size_t most = lane == suspects ? 1
                                            : min(state.isolation.most(),
                                                  state.recovering() ? kFirstAfterFailure : kBatch);
  const std::size_t skip = count_to_skip(state, lane);
  const std::uint32_t id = ids_.next_flight();
  const auto records = state.journal.take(id, most, room, request::overhead(config_), skip);
  if (records.empty()) return false;
  const View body = request::body_of(config_, records, now.wall);
  const bool fits = flying + body.size() <= kKeepaliveBytes;
  if (parting && !fits) {
    state.journal.put_back(id);
    return false;
  }
  // The quota for keepalive belongs to the page, too, so only small requests use it while the page
  // stays. Such a request is also refused when the page's own have used it up, and that looks like
  // a network error: so the next attempt goes without.
  const bool small = flying + body.size() <= kSmallBytes;
  const bool keepalive = fits && (parting || (small && !state.unanswered));
  flights_.push_back({id, lane, records[0]->kind, records[0]->number, records.size(), body.size(),
                      keepalive, skip > 0, false, now.monotonic + kTimeout});
  state.sent = now.monotonic;
  state.sent_number = state.journal.last_number();
  state.due = kNever;
  if (!online_) offline_tried_ = now.monotonic;
  if (tokens_ > 0) --tokens_;
  effects.request(id, request::url_of(config_, records), body, keepalive);
  return true;
}

void Delivery::send_due(const Moment& now, Effects& effects) {
  if (presence_ == Presence::resuming) return;
  refill(now.monotonic);
  const bool parting = std::exchange(flush_now_, false) || leaving();
  const Millis interval = config_.flush_interval;
  for (const Lane lane : kInOrder) {
    State& state = state_[lane];
    if (state.journal.waiting() == 0) {
      state.due = kNever;
      continue;
    }
    if (state.due == kNever) {
      const Millis soon = now.monotonic + (interval > 0 ? interval : kSoon);
      const Millis spaced = state.sent + (interval > 0 ? interval : kBusy);
      state.due = !visible_ ? now.monotonic : max(soon, lane == events ? spaced : 0);
    }
    if (!parting || !online_ || lane == suspects) continue;
    flush_now_ = true;
    // In backoff nothing is pressed on the server: the next page of the site sends it.
    while (!state.recovering() && !blocked(state, now.monotonic) && tokens_ > 0 &&
           send(lane, now, effects)) {
    }
    flush_now_ = false;
  }
  const bool recovering = state_[events].recovering() || state_[users].recovering();
  for (const Lane lane : recovering ? kRecovering : kInOrder) {
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

void Delivery::handle_store_failed(View key, Millis now) {
  for (State& state : state_) {
    state.journal.handle_store_failed(key, now);
    if (key == state.pause_key) state.pause_unsaved = true;
  }
}

void Delivery::handle_storage_cleared() {
  for (State& state : state_) state.journal.handle_storage_cleared();
}

bool Delivery::handle_stored_pause(View key, View value, const Moment& now) {
  for (State& state : state_) {
    if (key != state.pause_key) continue;
    const std::uint32_t draw = ids_.draw_wait();
    state.handle_stored_pause(value, config_.locks ? nullptr : &draw, now);
    // The holder of the lock tries the lanes that it has something for, not the others.
    if (state.lock_wanted != kNever) state.lock_wanted = max(state.lock_wanted, state.not_before);
    return true;
  }
  return false;
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
    } else if (sure && !config_.confirm_unload && online_ && flight.lane == events &&
               !flight.handed_over) {
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
  for (Flight& flight : flights_) {
    if (flight.handed_over) {
      // Its answer, if it came while nobody listened, is reported only now.
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
    state.due = state.lock_wanted = kNever;
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
    const std::uint32_t id = ids_.next_flight();
    const auto records = journal.take(id, kBatch, kKeepaliveBytes - request::envelope(config_),
                                      request::overhead(config_));
    url = request::url_of(config_, records);
    body = request::body_of(config_, records, wall);
    journal.put_back(id);
    if (body.size() > kKeepaliveBytes) url = body = View();
  }
  effects.fetch_later(url, body);
}

// Gives up on requests that have no answer. Of one that was handed over, silence does not mean that
// it failed: what the browser took over counts as delivered.
void Delivery::time_out(const Moment& now, Effects& effects) {
  for (std::size_t i = 0; i < flights_.size();) {
    const Flight flight = flights_[i];
    if (flight.deadline > now.monotonic || leaving()) {
      ++i;
      continue;
    }
    flights_.erase(i);
    effects.cancel(flight.id);
    if (flight.handed_over) {
      delivered_ += state_[flight.lane].journal.acknowledge(flight.id);
    } else {
      finish(flight, 0, {}, {}, now, effects);
    }
  }
}

// Patience begins when a lane's turn comes: until then the holder of the lock waits as well.
void Delivery::update_lock_wait(const Moment& now) {
  for (const Lane lane : {events, users}) {
    State& state = state_[lane];
    // Who held it, and gave it back when the page was hidden, waits from then on.
    if (!recovers(state) || has_lock_) {
      state.lock_wanted = kNever;
    } else if (state.lock_wanted == kNever) {
      state.lock_wanted = max(now.monotonic, state.not_before);
      lock_wait_ = half_drawn(kLongestLockWait, ids_.draw_wait());
    }
  }
}

void Delivery::advance(const Moment& now, Effects& effects) {
  if (!online_ && offline_tried_ == kNever) offline_tried_ = now.monotonic;
  time_out(now, effects);
  for (const Lane lane : kInOrder) {
    if (!state_[lane].is_stale(now)) continue;
    make_room(lane, min(kStaleBytes, config_.max_queue_bytes), now.wall - kLongestAge, effects);
  }
  // Storage first: what is sent must be there if the page dies before the answer. What moved to the
  // suspects stays where it was until storage has taken it there.
  const bool moved = state_[suspects].journal.is_saved();
  bool freed = false;
  for (std::size_t lane = lanes; lane-- > 0;) {
    if (moved) state_[lane].journal.forget_moved();
    freed = state_[lane].journal.sync(effects, now.monotonic) || freed;
  }
  if (freed) {
    for (State& state : state_) state.journal.retry_storage();
  }
  update_lock_wait(now);
  if (!effects.empty()) return;  // the writes must be made, and may fail, before more is decided
  if (presence_ == Presence::handed_off) {
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
  if (leaving()) return next;
  for (const State& state : state_) next = min(next, state.journal.next_wake());
  if (busy || taking_over_) return next;
  for (const State& state : state_) {
    if (state.journal.waiting() == 0 || awaits_turn(state)) continue;
    Millis when = max(is_due(state, now) ? now : state.due, earliest(state));
    if (tokens_ == 0) when = max(when, refilled_ + config_.request_interval);
    next = min(next, when);
  }
  return next;
}

}  // namespace appizer
