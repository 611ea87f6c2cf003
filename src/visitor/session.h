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
/// by all tabs of the site through storage.
class Session {
 public:
  /// The stored time of the last event lags behind by up to this, to save writes.
  static constexpr Millis kLag = 1 * kMinute;

  Session(View prefix, Millis timeout) : key_(prefix + storage_keys::kSession), timeout_(timeout) {}

  /// Takes what storage has, at the start or when another tab changed it; anything else is ignored.
  void handle_storage_value(View text);

  /// An event happened: returns its session's id, a new one if the last has ended. `landing` is
  /// where the visitor arrived with it, as a JSON object: a session keeps its first. One that
  /// names another campaign than the session's begins a new session (the rule of Universal
  /// Analytics and Matomo).
  View touch(Ids& ids, Millis wall, Effects& effects, View landing = {});

  /// Another visitor is here: a new session begins, for all tabs and for the next page too.
  void restart(Ids& ids, Millis wall, Effects& effects) {
    id_.clear();
    touch(ids, wall, effects);
  }

  /// Where this session's visitor arrived: URL, referrer and campaign as a JSON object (the first
  /// touch); empty where no page was seen.
  View landing() const { return landing_; }

  View id() const { return id_; }
  View key() const { return key_; }

 private:
  String key_;
  Millis timeout_;
  String id_;
  Millis last_ = 0;
  Millis stored_ = 0;
  String landing_;
};

}  // namespace appizer
