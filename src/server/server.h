// The core on a server: events, user records and aliases of any number of users.
//
// Identity is an argument of each call here, never state. Everything behind that is the same as in
// a page: the durable queue, the requests, the answers, and who may send what a process that is
// gone has left (delivery/). As in `Client`, the order is: one input, then drain every effect, then
// arm the timer.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "delivery/answers.h"
#include "delivery/delivery.h"
#include "delivery/ownership.h"
#include "effect.h"
#include "status.h"

namespace appizer {

class Server {
 public:
  /// Each process looks this often for what others have left, beside the time of its start: no
  /// event says that one has ended.
  static constexpr Millis kScanInterval = 30 * kSecond;

  // Commands.

  /// Begins. `config` is {"options":{…},"facts":{…}}, see `Config`, and of the facts also "space",
  /// which names what shares one queue, and "request_interval", which is
  /// `Config::request_interval`.
  Status start(View config, const Entropy& seed, const Moment& now);
  /// Records an event that happened at `happened` (wall time). `about` is a JSON object: "user_id",
  /// and what is known of "ip", "ua", "session_id" and "view_id". `properties` is JSON text, empty
  /// for none.
  Status track(View name, View properties, View about, Millis happened, const Moment& now);
  /// Sets what is known about a user: {"user_id","traits"}.
  Status identify(View json, const Moment& now);
  /// Says that two ids are one user's: {"user_id","previous_id"}.
  Status alias(View json, const Moment& now);
  /// Sends what is pending without waiting for a full batch; answered by the effect `flushed` with
  /// the token.
  Status flush(std::uint32_t token, const Moment& now);

  // Host events, as those of `Client`.

  void handle_storage_value(View key, View text, const Moment& now);
  void handle_storage_keys(View list, const Moment& now);
  void handle_lock(View name, bool granted, const Moment& now);
  void handle_store_failed(View key, const Moment& now);
  void handle_response(std::uint32_t id, int status, const RetryHeaders& headers, View body,
                       const Moment& now);
  void handle_wake(const Moment& now) { input(now); }

  // Polls.

  bool poll(Effect& effect);
  /// Milliseconds until `handle_wake` is wanted, negative if it is not.
  Millis next_wake() const;

 private:
  struct Running {
    Running(const Config& config, const LiveState& live, Ids& ids, View prefix)
        : delivery(config, ids, prefix, live), ownership(config, ids, prefix, delivery) {}
    Delivery delivery;
    Ownership ownership;
  };

  bool input(const Moment& now);
  bool next_effect(Effect& effect);
  void hint(Hint hint, View detail);

  Config config_;
  LiveState live_;
  Ids ids_;
  Moment now_;
  String prefix_;
  std::optional<Running> running_;
  Millis next_scan_ = kNever;
  bool hinted_storage_ = false;
  Effects effects_;
};

}  // namespace appizer
