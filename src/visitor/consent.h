// What may be kept and sent right now.
//
// *Granted*: everything. *Pending*: nothing is stored, read or sent; what happens waits in memory,
// bounded, for the decision. *Denied*: nothing at all happens, and what was stored before is
// removed.
#pragma once

#include <cstddef>

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"

namespace appizer {

enum class Consent { granted, pending, denied };

/// Reads a state's name. False, and nothing written, where it is none.
bool read_consent(View name, Consent& consent);
View name_of(Consent consent);

/// What waits for the decision.
struct PendingCall {
  /// `person`: what a form says of its sender; `name` is where it was sent from. `landing`: where
  /// a view arrived.
  enum Kind { event, user_id, user_properties, form_user, visit, reset };
  Kind kind;
  String name;
  String value;
  String app;
  Millis happened;
};

/// What happened while the decision is pending, in order.
class PendingCalls {
 public:
  /// Commands, and characters in them; beyond either the oldest go.
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kMostBytes = 512 * 1024;

  void add(PendingCall&& held);
  /// Gives out everything.
  List<PendingCall> take();
  void clear() { take(); }
  std::size_t size() const { return all_.size(); }
  /// How many had to go, since the last `take`.
  std::size_t dropped() const { return dropped_; }
  /// And how many of those were events.
  std::size_t dropped_events() const { return dropped_events_; }

 private:
  List<PendingCall> all_;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
  std::size_t dropped_events_ = 0;
};

}  // namespace appizer
