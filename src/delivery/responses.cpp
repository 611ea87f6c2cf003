// What the delivery does with each answer, and how it answers a flush.
#include <utility>

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "delivery/delivery.h"
#include "delivery/documented_limits.h"
#include "delivery/report.h"

namespace appizer {
namespace {

// Whether an answer is HTML. The API's answers are JSON.
bool is_page(View body) {
  while (!body.empty() && is_blank(body[0])) body.remove_prefix(1);
  return body.starts_with("<");
}

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

void Delivery::handle_response(std::uint32_t id, int status, const RetryHeaders& headers, View body,
                               const Moment& now, Effects& effects) {
  for (std::size_t i = 0; i < flights_.size(); ++i) {
    if (flights_[i].id != id) continue;
    const Flight flight = flights_[i];
    flights_.erase(i);
    return finish(flight, status, headers, body, now, effects);
  }
}

void Delivery::finish(const Flight& flight, int status, const RetryHeaders& headers, View body,
                      const Moment& now, Effects& effects) {
  State& state = state_[flight.lane];
  // Of requests side by side all may fail: that is one failure, and one wait is drawn for it.
  const bool fails_again = flight.id > state.failed || !state.recovering();
  state.unanswered = status == 0;
  switch (outcome(status, flight.kind)) {
    case Outcome::delivered:
      delivered_ += state.journal.acknowledge(flight.id);
      if (config_.debug) {
        hint(effects, is_page(body) ? Hint::page_answered : Hint::delivered,
             json::integer_text(flight.records));
      }
      state.end_backoff(now, effects);
      state.isolation.handle_success(flight.records, flight.skipped);
      break;
    case Outcome::refused:
      state.end_backoff(now, effects);
      handle_refusal(flight, status, body, effects);
      break;
    case Outcome::not_allowed:
      state.journal.put_back(flight.id);
      hint(effects, Hint::not_allowed_here, json::integer_text(static_cast<unsigned>(status)));
      if (handle_failure(flight, status, now, effects)) break;
      if (!fails_again) state.retry.restore(state.retry.failures() - 1);
      state.back_off(state.retry.after_refusal(ids_.draw_wait()), ids_.next_flight(), now, effects);
      break;
    case Outcome::later: {
      state.journal.put_back(flight.id);
      hint(effects, Hint::will_retry, json::integer_text(static_cast<unsigned>(status)));
      if (status == 0 && handle_failure(flight, status, now, effects)) break;
      const Millis asked = requested_pause(status, headers, body, now.wall);
      state.heed(asked, now);
      if (flight.lane == suspects && asked > 0) {
        // It speaks of whatever is sent there, not of this record.
        State& own = state_[flight.kind == Kind::event ? events : users];
        own.unanswered = false;
        own.heed(asked, now);
        own.back_off(asked, own.failed, now, effects);
      }
      // A suspect fails whether there is an answer or not.
      const Millis drawn = flight.lane == suspects && status == 0
                               ? state.retry.after_refusal(ids_.draw_wait())
                           : fails_again ? state.retry.after_failure(ids_.draw_wait())
                                         : Retry::kShortest;
      state.back_off(max(drawn, asked), ids_.next_flight(), now, effects);
      break;
    }
  }
  const bool may_be_at_fault = passes_lock_ && state.retry.failures() > Isolation::kAlone;
  if (may_be_at_fault && !config_.locks && state.not_before > now.monotonic) state.give_way(now);
  // What waited already when this flight left need not wait again.
  const std::uint32_t first = state.journal.first_waiting();
  state.due = first != 0 && first <= state.sent_number ? now.monotonic : kNever;
}

// The server will never take the records as they are: the batch is split until the one at fault is
// alone, and that is dropped.
void Delivery::handle_refusal(const Flight& flight, int status, View body, Effects& effects) {
  State& state = state_[flight.lane];
  if (flight.records > 1) {
    state.journal.put_back(flight.id);
    state.isolation.split(flight.records);
    return;
  }
  state.isolation.handle_refusal();
  const Record* const refused = state.journal.first_of(flight.id);
  if (refused == nullptr) return;  // it is the next page's by now
  // It may only be larger than the limits that the server documents.
  const View shorter = cut_to_documented_limits(*refused);
  if (!shorter.is_none()) {
    state.journal.rewrite(flight.id, shorter);
    state.journal.put_back(flight.id);
    return;
  }
  if (flight.lane == suspects) {
    state.journal.put_back(flight.id);
    drop_suspect(flight.first, status, body, effects);
  } else {
    report_refused(state.journal.give_up(flight.id), status, body, effects);
  }
}

void Delivery::report_refused(const List<Record>& lost, int status, View body, Effects& effects) {
  dropped_ += lost.size();
  effects.report(report_of("refused", status, lost.size(), lost));
  hint(effects, Hint::event_refused,
       json::integer_text(static_cast<unsigned>(status)) + " " + body);
}

// The count of what was lost is with the events: another suspect may never get through.
void Delivery::drop_suspect(std::uint32_t number, int status, View body, Effects& effects) {
  List<Record> lost;
  Record record;
  if (!state_[suspects].journal.extract(number, record)) return;
  if (record.kind == Kind::event) state_[events].journal.count_lost(record.dropped + 1);
  lost.push_back(std::move(record));
  report_refused(lost, status, body, effects);
}

// What was not allowed, or not answered, may be one record's fault, or the size's. True if the lane
// need not pause for it.
bool Delivery::handle_failure(const Flight& flight, int status, const Moment& now,
                              Effects& effects) {
  State& state = state_[flight.lane];
  if (flight.lane == suspects) {
    handle_suspect_failure(flight, status, effects);
    return false;
  }
  passes_lock_ = passes_lock_ || flight.records == 1;
  // A browser need not be allowed to link ids: that concerns the alias alone.
  const bool alias_refused = flight.kind == Kind::alias && status != 0 && status != 404;
  auto verdict = Isolation::Verdict::none;
  if (!alias_refused) {
    // No alias is tried in the place of its user, who may not be known yet.
    std::size_t before = 0;
    const bool alone = flight.lane == users && !state.journal.has_later_user(before);
    verdict = state.isolation.handle_failure(flight.records, flight.first, flight.skipped,
                                             alone ? 1 : state.journal.waiting(), status == 0);
  }
  if (alias_refused || verdict == Isolation::Verdict::at_fault) {
    suspect(flight.lane, flight.first, now, effects);
    state.end_backoff(now, effects);
    return true;
  }
  // Another request than this one is not repeated: its pause does not grow. Where there was no
  // answer it does: that is most often the network.
  if (verdict == Isolation::Verdict::searching && status != 0) state.retry.restore(0);
  return false;
}

// Moves a record to the end of the suspects. A user's aliases stay behind it: alone they would be
// refused, as nobody knows the user yet.
bool Delivery::move_to_suspects(State& from, Record&& record) {
  State& line = state_[suspects];
  const bool first = line.journal.size() == 0;
  const bool is_user = record.kind == Kind::user;
  const View user = json::member(record.text + ending(record.kind), "user_id");
  const View start = scratch("{\"user_id\":") + user;
  const std::uint32_t last = from.journal.last_number();
  line.journal.append(std::move(record));
  for (;;) {
    const std::uint32_t number = is_user ? from.journal.find(Kind::alias, start) : 0;
    Record alias;
    if (number == 0 || number > last || !from.journal.extract(number, alias, true)) break;
    line.journal.append(std::move(alias));
  }
  return first;
}

void Delivery::suspect(Lane lane, std::uint32_t number, const Moment& now, Effects& effects) {
  State& line = state_[suspects];
  Record record;
  if (!state_[lane].journal.extract(number, record, true)) return;
  const bool first = move_to_suspects(state_[lane], std::move(record));
  make_room(suspects, kStaleBytes, kNever, effects);
  suspect_mark_ = delivered_;
  if (!first) return;
  line.back_off(line.retry.after_refusal(ids_.draw_wait()), ids_.next_flight(), now, effects);
}

// It counts against the record only if others have passed since the last attempt.
void Delivery::handle_suspect_failure(const Flight& flight, int status, Effects& effects) {
  State& line = state_[suspects];
  Record record;
  if (!line.journal.extract(flight.first, record, true)) return;
  if (std::exchange(suspect_mark_, delivered_) != delivered_) ++record.strikes;
  const bool spent = record.strikes >= kMostStrikes;
  const std::uint32_t number = line.journal.last_number() + 1;
  move_to_suspects(line, std::move(record));
  if (spent) drop_suspect(number, status, {}, effects);
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
    // Suspects are pending, but nobody waits for them.
    std::size_t pending = state_[suspects].journal.size();
    bool moving = !gone() && (!flights_.empty() || tokens_ == 0);
    for (const Lane lane : {events, users}) {
      const State& state = state_[lane];
      if (!state.journal.has_up_to(flush.up_to[lane])) continue;
      pending += state.journal.size();
      moving = moving || (!blocked(state, now.monotonic) && online_ && !leaving());
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

}  // namespace appizer
