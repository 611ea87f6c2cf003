// When a visit begins and ends.
#pragma once

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "effect.h"
#include "storage_keys.h"

namespace appizer {

/// A session is a chain of events with no gap longer than the timeout (30 minutes unless the site
/// chooses otherwise: the rule of Google Analytics, Amplitude and most of the field). It is shared
/// by all tabs and frames of the site through storage, and by its sub-domains through a cookie
/// where the site keeps the user id in one.
///
/// Before a session begins, storage is asked once more (`is_fresh`): another document may have
/// begun one meanwhile. Where two documents do so in the same moment all the same, both take the
/// smaller of the two ids.
class Session {
 public:
  /// The stored time of the last event lags behind by up to this, to save writes.
  static constexpr Millis kLag = 1 * kMinute;
  /// How long after a session began another document's may still replace it.
  static constexpr Millis kNew = 5 * kSecond;
  /// How long a document sends nothing of a session that has just begun, and nothing more once it
  /// has seen that another one began, too: a process sees late what another one stores, up to half
  /// a second on a busy machine in Chromium and in Firefox.
  static constexpr Millis kSettle = 800;
  /// Bytes of what a cookie holds, before its encoding; browsers take 4 KB of encoded text.
  static constexpr std::size_t kLongestCookie = 1300;

  Session(View prefix, Millis timeout, bool in_cookie);

  /// Asks for what storage has.
  void read(Effects& effects);
  /// Whether `key` is one of its own.
  bool is_key(View key) const { return key == key_ || (in_cookie_ && key == cookie_key_); }
  enum class Change { none, contested, replaced };
  /// Takes what storage has, an answer or another document's write; anything else is ignored.
  /// `contested`: another document has begun one, too, or may have, as this one has just begun.
  /// `replaced`: another document's took the place of `replaced()`, which had just begun.
  Change handle_storage_value(View key, View text, Millis wall, Effects& effects);
  View replaced() const { return replaced_; }

  /// Whether what storage has is known as of this input.
  bool is_fresh() const { return fresh_; }
  /// Whether it has been asked for since this input.
  bool is_asked() const { return asked_; }
  void handle_input() { fresh_ = asked_ = false; }

  /// Whether an event at `wall` would begin a session; `landing` is where the visitor arrived with
  /// it, as a JSON object, empty for an event that is no arrival.
  bool would_begin(Millis wall, View landing) const;
  /// Whether cookies are to be written again with an event at `wall`: it is the first of its day,
  /// in UTC. Always false where there are none.
  bool is_cookie_due(Millis wall) const { return in_cookie_ && wall / kDay != last_ / kDay; }

  /// An event happened: returns its session's id, a new one if the last has ended. A session keeps
  /// its first landing. One that names another campaign than the session's begins a new session
  /// (the rule of Universal Analytics and Matomo).
  View touch(Ids& ids, Millis wall, Effects& effects, View landing = {});

  /// Another visitor is here: the next event begins a session, in all tabs and in the next page.
  void end(Millis wall, Effects& effects);

  /// Where this session's visitor arrived: URL, referrer and campaign as a JSON object; empty where
  /// no page was seen.
  View landing() const { return landing_; }

  View id() const { return id_; }
  View key() const { return key_; }
  View cookie_key() const { return cookie_key_; }

 private:
  void store(Effects& effects);

  String key_;
  String cookie_key_;
  Millis timeout_;
  bool in_cookie_;
  std::size_t unread_ = 0;
  bool fresh_ = false;
  bool asked_ = false;
  String id_;
  String replaced_;
  Millis began_ = 0;
  /// It began a moment ago, as far as is known here, so that another one may replace it.
  bool young_ = false;
  Millis last_ = 0;
  Millis stored_ = 0;
  String landing_;
};

/// Whether two landings, as JSON objects, come from different campaigns: a `utm_` parameter that
/// both have differs, or, where they share none, they share no click id either. The order and the
/// case of parameters do not matter, nor what only one of the two has beside what they share. One
/// without a campaign differs from none.
bool is_other_campaign(View landing, View before);

}  // namespace appizer
