// One lane of the durable queue: its journal, and when and how much of it may be sent.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/moment.h"
#include "base/text.h"
#include "delivery/isolation.h"
#include "delivery/journal.h"
#include "delivery/retry.h"
#include "effect.h"

namespace appizer {

struct Lane {
  /// From one request to the next on a busy page, full batches aside.
  static constexpr Millis kBusy = 3 * kSecond;
  /// After so long without any answer the backlog is cut (`Delivery::kStaleBytes`).
  static constexpr Millis kStale = kDay;

  /// `letter` is the lane's in the keys of segments, `pause` the end of its pause's key.
  Lane(View prefix, char letter, View pause) : journal(prefix, letter), pause_key(prefix + pause) {}

  Journal journal;
  String pause_key;
  Retry retry;
  Isolation isolation;
  /// Nothing is sent before (monotonic); and before what an answer to this document asked for,
  /// which nothing shortens.
  Millis not_before = 0;
  Millis retry_after_until = 0;
  /// `not_before` was read, or another document wrote it.
  bool from_another_tab = false;
  /// How much longer that is than what was read. No other document is to wait for it as well.
  Millis added = 0;
  /// Storage did not take the pause.
  bool pause_unsaved = false;
  Millis due = kNever;
  Millis sent = -kBusy;
  /// The newest record when something was sent last.
  std::uint32_t sent_number = 0;
  /// Since when the lane waits for the recovery lock; `kNever` if it does not. Until its turn comes
  /// the holder of the lock waits as well.
  Millis lock_wanted = kNever;
  /// The last failure had no answer.
  bool unanswered = false;
  /// Flights up to this one had left when the last one failed.
  std::uint32_t failed = 0;
  /// Since when (wall time) no server has answered anything; `kNever` if one has.
  Millis unanswered_since = kNever;

  bool recovering() const { return retry.failures() > 0; }
  bool is_stale(const Moment& now) const {
    return unanswered_since != kNever && now.wall - unanswered_since >= kStale;
  }

  /// The server asked for a pause, which nothing shortens.
  void heed(Millis asked, const Moment& now);
  /// Begins, or lengthens, a pause, and stores it. `flights`: so many have left by now.
  void back_off(Millis wait, std::uint32_t flights, const Moment& now, Effects& effects);
  /// The server has answered for good. A flight beside that one may still have to wait.
  void end_backoff(const Moment& now, Effects& effects);
  /// Takes the pause that another document, or an earlier page, stored or removed. `spread` is
  /// drawn, null where a lock lets one document try for all.
  void handle_stored_pause(View value, const std::uint32_t* spread, const Moment& now);
  /// Where no lock does it: documents that read the pause which was just stored go first.
  void give_way(const Moment& now);
  /// The network is back: `draw` spreads the moment of the next attempt.
  void shorten(std::uint32_t draw, const Moment& now);
};

}  // namespace appizer
