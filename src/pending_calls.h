// Calls that came too early to be carried out: consent is not decided yet, or the visitor's id has
// not been read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"

namespace appizer {

/// One such call. Fields that its kind does not name are empty.
struct PendingCall {
  /// What an early call is known by (early_calls.h): its key, and its number in the document. Empty
  /// for a call that is none.
  struct Early {
    String key{};
    std::uint32_t seq = 0;
  };

  enum Kind {
    /// `name`, `json` (the properties), `app`, `happened`, `early`, and what it belongs to: `view`,
    /// `page`.
    event,
    /// `name`: the id.
    user_id,
    /// `json`: the properties.
    user_properties,
    /// What a form says of its sender. `json`: members of a user record; `origin`: members of its
    /// origin; `app`.
    form_user,
    /// An automatic event that is to pass the site's hooks. `name`, `json`: as `Effect::compose`.
    composed,
    /// A page that begins a visit. `json`: its landing; `happened`; `view`.
    visit,
    /// `entropy`: of the next anonymous id.
    reset,
  };
  Kind kind;
  String json{};
  String name{};
  String origin{};
  String app{};
  Millis happened = 0;
  Entropy entropy{};
  std::uint32_t view = 0;
  String page{};
  Early early{};

  std::size_t size() const { return name.size() + json.size() + origin.size(); }
};

/// The queue of them, in order.
class PendingCalls {
 public:
  /// Calls, and characters in them; beyond either the oldest go.
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kMostBytes = 512 * 1024;

  void add(PendingCall&& call);
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
