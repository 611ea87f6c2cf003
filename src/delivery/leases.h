// Locks for browsers that have none: who may touch which document's segments.
//
// A lease is a key that says until when (wall time) a document is alive. Its owner renews it while
// it has anything in storage; a document that claims its segments waits until it has run out,
// writes a claim over it, and has it if the claim still stands a little later: an owner who lives,
// whose lease a jump of the clock or somebody's clear() made invisible, answers it. localStorage
// knows no compare-and-set, so two tabs can, rarely, take over the same document: the server then
// drops the copies by
// `$event_id`.
#pragma once

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "effect.h"
#include "storage_keys.h"

namespace appizer {

class Leases {
 public:
  /// A lease lasts. Background tabs run a timer once a minute at best (Chrome, "Heavy throttling of
  /// chained JS timers"), so it must survive a few missed ones.
  static constexpr Millis kLength = 5 * kMinute;
  static constexpr Millis kRenewal = 1 * kMinute;
  /// A claim must stand this long before it counts, so that a rival's write has been seen.
  static constexpr Millis kClaim = 1 * kSecond;

  explicit Leases(View prefix) : prefix_(prefix + storage_keys::kLeases) {}

  /// Takes, or keeps, the document's own lease.
  void hold(View document, const Moment& now, Effects& effects);
  /// Gives all leases back; what is being claimed goes on.
  void release(Effects& effects);
  /// Claims nothing any more.
  void forget() { claims_.clear(); }
  bool holds() const { return !held_.empty(); }
  /// Whether an owned lease may have run out while the page slept.
  bool overslept(const Moment& now) const;

  /// Begins to claim a document; `draw` keeps two claimants from acting in step.
  void claim(View document, std::uint32_t draw, Effects& effects);

  /// What became of a claim.
  struct Decision {
    View document;
    bool granted;
    /// When a lease that stands in the way runs out, unless it is renewed.
    Millis again = kNever;
  };
  /// Takes the value of a lease's key; false for any other key.
  bool handle_storage_value(View key, View text, const Moment& now, Effects& effects,
                            List<Decision>& decisions);
  void advance(const Moment& now, Effects& effects);
  Millis next_wake() const;

 private:
  struct Claim {
    String document;
    std::uint32_t draw;
    String written;  // empty: the lease has not been read yet
    Millis due = kNever;
  };

  View key(View document) const { return prefix_ + document; }
  void write(View document, const Moment& now, Effects& effects);

  String prefix_;
  List<String> held_;
  List<Claim> claims_;
  Moment renewed_;
};

}  // namespace appizer
