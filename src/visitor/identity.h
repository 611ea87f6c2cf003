// Who this is: unnamed, then named; the alias between.
//
// A visitor starts with an anonymous id, made here, and gets a known one when the site names them.
// Only an id that was made here may be linked to a known id, so that two users who share a device
// are never merged. Such an id shows by itself that it was (`is_anonymous_id`): a note beside it
// could be torn from it where two tabs write in turn.
//
// At the start the id is read from every place where it is kept, and the first usable one is
// written to the others; the cookie, which sub-domains share, comes before localStorage. Two tabs
// that a new visitor opens at once make an id each; for a moment after that, each tab that learns
// of the other's takes the smaller of the two, so that both agree on it.
#pragma once

#include <cstddef>

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "effect.h"

namespace appizer {

/// Keys of cookies start with this; what follows is the cookie's name.
constexpr char kCookie[] = "cookie:";

class Identity {
 public:
  /// How long after an id was made another tab's may still replace it.
  static constexpr Millis kNew = 5 * kSecond;

  Identity(View key, Persistence persistence);

  /// Asks for what storage has. The id is not known before all of it has been answered.
  void read(const Entropy& entropy, Effects& effects);
  /// No event reports a changed cookie, so it is read when the visitor turns to the page.
  void reread_cookies(Effects& effects);
  bool is_known() const { return unread_ == 0 && !id_.empty(); }
  /// Whether the id was made here a moment ago.
  bool is_new(const Moment& now) const { return now.monotonic < new_until_; }

  enum class StorageChange {
    /// Not one of its keys.
    foreign,
    taken,
    /// There was an id, but not one that can be somebody's.
    refused,
    /// Another tab's id took the place of the one made here: `replaced()`.
    replaced,
  };
  /// Takes the value of a key: an answer, or what another tab wrote.
  StorageChange handle_storage_value(View key, View text, const Moment& now, Effects& effects);
  /// The id, made here a moment ago, that another tab's took the place of.
  View replaced() const { return replaced_; }
  /// Writes the cookie again: browsers let one that a script has written expire after a week.
  void renew_cookie(Effects& effects);

  enum class Change { none, named, other_user };
  /// The site names the visitor; `id` is plausible.
  Change set(View id, Effects& effects);
  /// The visitor leaves: a new anonymous one begins.
  void reset(const Entropy& entropy, Effects& effects);

  /// A write did not take, of whatever key.
  void handle_store_failed(View key);
  /// Writes to every place, as if nothing were there.
  void write(Effects& effects);
  /// Removes everything.
  void erase(Effects& effects);

  View id() const { return id_; }
  bool is_anonymous() const;

 private:
  struct Place {
    String key;
    String id;
  };

  void reconcile(const Moment& now, Effects& effects);
  void begin_change();
  void add_place(View name);

  List<Place> places_;
  Entropy entropy_{};
  std::size_t unread_ = 0;
  String id_;
  String replaced_;
  String former_;  // what storage still has, where it refused the id
  bool refused_ = false;
  Millis new_until_ = 0;
};

/// Returns an id for a visitor who has none: a UUID version 4 made of the given bytes, whose last
/// 32 bits are a checksum of the others. 90 random bits are left.
View make_anonymous_id(const Entropy& entropy);

/// Whether an id was made by `make_anonymous_id`.
bool is_anonymous_id(View id);

/// Whether a text can be somebody's id: not blank, not too long, no control characters, and not
/// what only a mistake makes ("undefined", "[object Object]", JSON).
bool is_plausible_user_id(View text);

/// The id that a JSON value says: a string's text, or a number's digits, as ids often are numbers
/// in a database; empty for anything else.
View user_id_in(View json);

}  // namespace appizer
