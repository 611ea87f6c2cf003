// Which records travel next, and in what requests.
//
// There are three lanes, each with a journal, a backoff and a batch size of its own, so that
// trouble with one never blocks another: events, users (user records and aliases), and suspects:
// records that failed alone while others passed (isolation.h), and aliases that are not allowed
// from here. A suspect is tried alone, ever more rarely, and dropped and reported in the end.
//
// A lane that failed is *recovering* until the server answers it again: it sends a small first
// request, and for some seconds only the document that holds the origin's recovery lock may do so,
// so that many tabs do not meet a server that just came back. The time before which a lane must not
// send is in storage, so that a reload does not skip it.
//
// One request is on its way at a time. Only while the page goes away do several travel side by
// side, as many as the browser's keepalive quota takes; users and aliases never do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "delivery/answers.h"
#include "delivery/journal.h"
#include "delivery/lane.h"
#include "delivery/presence.h"
#include "effect.h"

namespace appizer {

/// The JSON text of a flush's answer.
View flush_result(std::uint64_t delivered, std::uint64_t dropped, std::uint64_t pending);

class Delivery {
 public:
  enum Lane : std::size_t { events, users, suspects, lanes };

  static constexpr std::size_t kBatch = Isolation::kBatch;
  /// Events in the first batch after a failure.
  static constexpr std::size_t kFirstAfterFailure = 10;
  /// Bytes of a body that goes out with keepalive. The quota is 64 KiB for all such requests of a
  /// page together (Fetch standard, 4.5 "HTTP-network-or-cache fetch"), and the page may have its
  /// own.
  static constexpr std::size_t kKeepaliveBytes = 60000;
  /// Bytes of a body that goes out with keepalive though the page stays.
  static constexpr std::size_t kSmallBytes = 16 * 1024;
  /// From the first event of a quiet page to its request.
  static constexpr Millis kSoon = 800;
  static constexpr Millis kBusy = appizer::Lane::kBusy;
  /// A request without an answer for this long is given up.
  static constexpr Millis kTimeout = 30 * kSecond;
  /// Requests that may leave at once. One more is allowed in each `request_interval`.
  static constexpr int kBurst = 30;
  /// Longest wait for the recovery lock, from the time that its holder may send: between half of
  /// this and all of it, as drawn. The holder may be suspended, or locks may never answer.
  static constexpr Millis kLongestLockWait = 20 * kSecond;
  /// From one attempt to the next where the browser says that there is no network. That may be
  /// wrong (virtual networks, some VPNs), so it never stops them.
  static constexpr Millis kOfflinePause = 1 * kMinute;
  /// Failures of a suspect, while others passed, until it is dropped.
  static constexpr std::uint32_t kMostStrikes = 20;
  /// The lane's cap in bytes once no server has answered for a day: an ad blocker, most likely. And
  /// the age at which an event of such a backlog is dropped.
  static constexpr std::size_t kStaleBytes = 1000000;
  static constexpr Millis kLongestAge = 30 * kDay;

  Delivery(const Config& config, Ids& ids, View prefix, const LiveState& live);

  void add(Lane lane, Record&& record, Effects& effects);
  void handle_response(std::uint32_t id, int status, const RetryHeaders& headers, View body,
                       const Moment& now, Effects& effects);

  /// Another tab, or an earlier page, stored (or removed) a lane's pause. False: not such a key.
  bool handle_stored_pause(View key, View value, const Moment& now);
  /// Asks for the pauses of all lanes.
  void read_pauses(Effects& effects) const;
  View pause_key(Lane lane) const { return state_[lane].pause_key; }

  void handle_online(bool online, const Moment& now);
  void handle_visibility(bool visible);
  /// Everything pending goes out with keepalive, as much as fits.
  void handle_pagehide() { presence_ = Presence::leaving; }
  /// The page is gone as far as can be known: what went out with keepalive is the browser's now.
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

  /// Events wait until then, unless the page leaves: another document may have begun their session
  /// in the same moment, and nothing changes what was sent.
  void settle_until(Millis when) { settled_ = when; }

  /// Another tab's anonymous id (`user_id`), or its session (`$session_id`), took the place of
  /// ours: what waits belongs to it.
  void rename(View member, View from, View to);

  /// A write did not take, of whatever key.
  void handle_store_failed(View key, Millis now);
  void handle_storage_cleared();

  void set_recovery_lock(bool held) { has_lock_ = held; }
  /// Whether this document wants the recovery lock. A hidden page may be frozen at any time, and
  /// would keep it.
  bool wants_recovery_lock() const { return visible_ && recovers(); }
  /// Whether it is another document's turn, as one record alone has failed here: what that is at
  /// fault for does not concern the others.
  bool passes_recovery_lock() { return std::exchange(passes_lock_, false); }

  void flush(std::uint32_t token);
  /// What waits goes out at once, with keepalive.
  void flush_now() { flush_now_ = true; }

  /// Brings storage up to date, then sends what is due.
  void advance(const Moment& now, Effects& effects);
  /// When `advance` next has something to do; `kNever` if only a host event can change that.
  Millis next_wake(Millis now) const;

  Journal& journal(Lane lane) { return state_[lane].journal; }
  const Journal& journal(Lane lane) const { return state_[lane].journal; }
  /// Nothing waits, nothing is on its way.
  bool idle() const;
  /// Whether the next requests could carry more than what is here.
  bool wants_more() const;

 private:
  using State = appizer::Lane;
  struct Flight {
    std::uint32_t id;
    Lane lane;
    Kind kind;
    std::uint32_t first;  // number of the first record
    std::size_t records;
    std::size_t bytes;
    bool keepalive;
    bool skipped;  // records that wait before it
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
  bool recovers() const;
  bool recovers(const State& state) const;
  bool awaits_turn(const State& state) const;
  bool blocked(const State& state, Millis now) const;
  Millis earliest(const State& state) const;
  bool is_due(const State& state, Millis now) const;
  bool may_recover(const State& state) const;
  void send_due(const Moment& now, Effects& effects);
  bool send(Lane lane, const Moment& now, Effects& effects);
  std::size_t count_to_skip(const State& state, Lane lane) const;
  void time_out(const Moment& now, Effects& effects);
  void arm_fetch_later(Millis wall, Effects& effects);
  void finish(const Flight& flight, int status, const RetryHeaders& headers, View body,
              const Moment& now, Effects& effects);
  void handle_refusal(const Flight& flight, int status, View body, Effects& effects);
  bool handle_failure(const Flight& flight, int status, const Moment& now, Effects& effects);
  bool move_to_suspects(State& from, Record&& record);
  void suspect(Lane lane, std::uint32_t number, const Moment& now, Effects& effects);
  void handle_suspect_failure(const Flight& flight, int status, Effects& effects);
  void drop_suspect(std::uint32_t number, int status, View body, Effects& effects);
  void report_refused(const List<Record>& lost, int status, View body, Effects& effects);
  void make_room(Lane lane, std::size_t bytes, Millis oldest, Effects& effects);
  void update_lock_wait(const Moment& now);
  void answer_flushes(const Moment& now, Effects& effects);
  void refill(Millis now);

  const Config& config_;
  Ids& ids_;
  State state_[lanes];
  List<Flight> flights_;
  List<Flush> flushes_;
  std::uint64_t delivered_ = 0;
  std::uint64_t dropped_ = 0;
  /// `delivered_` when a suspect was tried last.
  std::uint64_t suspect_mark_ = 0;
  int tokens_ = kBurst;
  Millis refilled_ = 0;
  /// How long a lane waits for the recovery lock at most.
  Millis lock_wait_ = kLongestLockWait;
  std::uint64_t armed_ = 0;  // the first and the last number of what was waiting
  Millis settled_ = 0;
  bool online_ = true;
  /// The last attempt while offline, or when that began.
  Millis offline_tried_ = kNever;
  bool visible_ = true;
  Presence presence_ = Presence::here;
  bool flush_now_ = false;
  bool taking_over_ = false;
  bool has_lock_ = false;
  bool passes_lock_ = false;
};

}  // namespace appizer
