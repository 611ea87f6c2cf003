// Which events travel next, and in what batch.
//
// There are two lanes, each with a journal, a backoff and a batch size of its own, so that trouble
// with one never blocks the other: events, and users (user records and aliases). A lane that
// failed is *recovering* until the server answers it again: it sends a small first request, and
// only while this document holds the origin's recovery lock, so that many tabs do not meet a server
// that just came back. The time before which a lane must not send is in storage, so that a reload
// is no way round it.
//
// One request is on its way at a time. Only while the page goes away do several travel side by
// side, as many as the browser's keepalive quota takes; users and aliases never do.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "delivery/answers.h"
#include "delivery/journal.h"
#include "delivery/presence.h"
#include "delivery/retry.h"
#include "effect.h"

namespace appizer {

/// The JSON text of a flush's answer.
View flush_result(std::uint64_t delivered, std::uint64_t dropped, std::uint64_t pending);

class Delivery {
 public:
  enum Lane : std::size_t { events, users, lanes };
  /// User records go first: they say whose the events are.
  static constexpr Lane kUsersFirst[] = {users, events};

  /// Events in a batch (Appizer's documented limit).
  static constexpr std::size_t kBatch = 100;
  /// Events in the first batch after a failure.
  static constexpr std::size_t kFirstAfterFailure = 10;
  /// Bytes of a body that goes out with keepalive. The quota is 64 KiB for all such requests of a
  /// page together (Fetch standard, 4.5 "HTTP-network-or-cache fetch"), and the page may have its
  /// own.
  static constexpr std::size_t kKeepaliveBytes = 60000;
  /// From the first event of a quiet page to its request.
  static constexpr Millis kSoon = 800;
  /// From one request to the next on a busy page, full batches aside.
  static constexpr Millis kBusy = 3 * kSecond;
  /// A request without an answer for this long is given up.
  static constexpr Millis kTimeout = 30 * kSecond;
  /// Requests that may leave at once, and the time in which one more is allowed.
  static constexpr int kBurst = 30;
  static constexpr Millis kRefill = 1 * kSecond;
  /// Longest wait for the recovery lock: its holder may be suspended and never give it back.
  static constexpr Millis kLongestLockWait = 10 * kMinute;

  Delivery(const Config& config, Ids& ids, View prefix, const LiveState& live);

  void add(Lane lane, Record&& record, Effects& effects);
  void handle_response(std::uint32_t id, int status, const RetryHeaders& wait, View body,
                       const Moment& now, Effects& effects);

  /// Another tab, or an earlier page, stored (or removed) a lane's waiting time. False: not such a
  /// key.
  bool handle_stored_pause(View key, View value, const Moment& now);
  View pause_key(Lane lane) const;
  /// Asks for both lanes' pauses.
  void read_pauses(Effects& effects) const;

  void handle_online(bool online, const Moment& now);
  void handle_visibility(bool visible);
  /// Everything pending goes out with keepalive, as much as fits.
  void handle_pagehide() { presence_ = Presence::leaving; }
  /// The page is gone as far as is known: what went out with keepalive is the browser's now.
  /// `sure` is false where nobody knows whether the browser has the requests: then their events
  /// stay until the server has acknowledged them.
  void handle_handover(Effects& effects, bool sure = true);
  /// Takes back the events of requests on their way, so that they are sent anew as the page leaves.
  void recall(Effects& effects);
  /// Everything is given up: what is on its way too, as far as it can be.
  void abandon(Effects& effects);
  /// The page came back from the back/forward cache.
  void handle_pageshow(const Moment& now, Effects& effects);
  /// Nothing is sent while the page's former segments are being taken back.
  void pause_for_takeover(bool hold) { taking_over_ = hold; }

  /// Another tab's anonymous id (`user_id`), or its session (`$session_id`), took the place of
  /// ours: what waits belongs to it.
  void rename(View member, View from, View to);

  /// A write did not take, of whatever key.
  void handle_store_failed(View key, Millis now);

  void set_recovery_lock(bool held) { has_lock_ = held; }
  /// Whether this document wants the recovery lock.
  bool wants_recovery_lock() const;

  void flush(std::uint32_t token);
  /// What waits goes out at once, with keepalive.
  void flush_now() { flush_now_ = true; }

  /// Brings storage up to date, then sends what is due.
  void advance(const Moment& now, Effects& effects);
  /// When `advance` next has something to do; `kNever` if only an input can change that.
  Millis next_wake(Millis now) const;

  Journal& journal(Lane lane) { return state_[lane].journal; }
  bool idle() const;

 private:
  struct State {
    State(View prefix, char lane) : journal(prefix, lane) {}

    Journal journal;
    Retry retry;
    Millis not_before = 0;
    Millis retry_after_until =
        0;  // what an answer to this document asked for, which nothing shortens
    bool from_another_tab = false;  // `not_before` is another tab's word
    bool pause_unsaved = false;     // storage did not take the time before which nobody may send
    std::size_t most = kBatch;
    Millis due = kNever;
    Millis sent = -kBusy;
    std::uint32_t sent_number = 0;  // the newest record when it was sent
    bool unanswered = false;        // the last failure had no answer
    std::uint32_t failed = 0;       // flights up to this one had left when the last one failed

    bool recovering() const { return retry.failures() > 0; }
  };
  struct Flight {
    std::uint32_t id;
    Lane lane;
    std::size_t records;
    std::size_t bytes;
    bool keepalive;
    bool handed_over;
    Millis deadline;
  };
  struct Flush {
    std::uint32_t token;
    std::uint32_t up_to[lanes];
    std::uint64_t delivered;
    std::uint64_t dropped;
  };

  bool leaving() const { return presence_ != Presence::here; }
  bool gone() const { return presence_ == Presence::handed_off || presence_ == Presence::resuming; }
  void hint(Effects& effects, Hint hint, View detail) const;
  bool awaits_turn(const State& state) const;
  bool blocked(const State& state, Millis now) const;
  bool is_due(const State& state, Millis now) const;
  bool may_recover(const State& state, Millis now) const;
  void send_due(const Moment& now, Effects& effects);
  bool send(Lane lane, const Moment& now, Effects& effects);
  void arm_fetch_later(Millis wall, Effects& effects);
  void finish(const Flight& flight, int status, const RetryHeaders& wait, View body,
              const Moment& now, Effects& effects);
  void back_off(Lane lane, Millis wait, const Moment& now, Effects& effects);
  void end_backoff(Lane lane, const Moment& now, Effects& effects);
  void answer_flushes(const Moment& now, Effects& effects);
  void refill(Millis now);
  std::size_t envelope() const;
  View body_of(const List<const Record*>& records, Millis wall) const;
  View url_of(const List<const Record*>& records) const;

  const Config& config_;
  Ids& ids_;
  String prefix_;
  State state_[lanes];
  List<Flight> flights_;
  List<Flush> flushes_;
  std::uint64_t delivered_ = 0;
  std::uint64_t dropped_ = 0;
  int tokens_ = kBurst;
  Millis refilled_ = 0;
  Millis lock_wanted_ = kNever;
  std::uint64_t armed_ = 0;  // the first and the last number of what was waiting
  bool online_ = true;
  bool visible_ = true;
  bool flush_now_ = false;
  Presence presence_ = Presence::here;
  bool taking_over_ = false;
  bool has_lock_ = false;
};

}  // namespace appizer
