#include "visitor/identity.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config.h"
#include "storage_keys.h"

namespace appizer {

bool is_plausible_user_id(View text) {
  // What String() makes of a missing value, and what templates leave behind.
  if (text.empty() || text.size() > kLongestUserId || is_blank(text)) return false;
  if (text[0] == '{' || text[0] == '[' || text[0] == '"' || text[0] == '<') return false;
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; })) {
    return false;
  }
  return !lists("undefined null NaN None nil true false 0 anonymous guest user_id", text);
}

Identity::Identity(View key, Persistence persistence) {
  // First what the site's sub-domains share: where the two differ, another one of them wrote it.
  if (persistence == Persistence::cookie || persistence == Persistence::both) {
    add_place(kCookie + key);
  }
  if (persistence == Persistence::local_storage || persistence == Persistence::both) add_place(key);
}

void Identity::add_place(View name) {
  places_.push_back({name, name + storage_keys::kAnonymous, {}, {}});
}

void Identity::read(const Entropy& entropy, Effects& effects) {
  entropy_ = entropy;
  unread_ = 2 * places_.size();
  for (Place& place : places_) {
    place.id.clear();
    place.note.clear();
    effects.read(place.note_key);
    effects.read(place.id_key);
  }
  if (places_.empty() && id_.empty()) id_ = anonymous_ = uuid_v4(entropy);
}

void Identity::reread_cookies(Effects& effects) {
  for (const Place& place : places_) {
    if (!place.id_key.starts_with(kCookie)) continue;
    effects.read(place.id_key);
    effects.read(place.note_key);
  }
}

Identity::StorageChange Identity::handle_storage_value(View key, View text, const Moment& now,
                                                       Effects& effects) {
  for (Place& place : places_) {
    const bool is_note = key == place.note_key;
    if (!is_note && key != place.id_key) continue;
    const bool usable = is_plausible_user_id(text);
    if (unread_ > 0) {
      if (usable) (is_note ? place.note : place.id) = text;
      if (--unread_ == 0) reconcile(now, effects);
      return !text.is_none() && !usable && !is_note ? StorageChange::refused : StorageChange::taken;
    }
    // A key that another document removed is not written again: the site may have meant it.
    if (now.monotonic >= new_until_ || !is_anonymous()) {
      // An id of another tab that arrived before its note counts now.
      if (is_note && !rival_.empty()) id_ = std::exchange(rival_, {});
      if (usable) (is_note ? anonymous_ : id_) = text;
      return StorageChange::taken;
    }
    // Made a moment ago. Who wrote the other id shows in the note, which is written after it.
    if (!is_note) {
      rival_ = usable && text != id_ ? text : View();
      return StorageChange::taken;
    }
    if (rival_.empty()) return StorageChange::taken;
    const View rival = scratch(rival_);
    rival_.clear();
    if (!usable || text != rival) {
      id_ = rival;  // the site named the visitor in another tab
      anonymous_.clear();
      return StorageChange::taken;
    }
    if (std::string_view(rival) > std::string_view(id_)) {
      write(effects);
      return StorageChange::taken;
    }
    replaced_ = std::exchange(id_, rival);
    anonymous_ = id_;
    return StorageChange::replaced;
  }
  return StorageChange::foreign;
}

// Everything has been read.
void Identity::reconcile(const Moment& now, Effects& effects) {
  const View before = scratch(id_);
  id_.clear();
  for (const Place& place : places_) {
    if (!id_.empty() || place.id.empty() || (refused_ && place.id == former_)) continue;
    id_ = place.id;
    anonymous_ = place.note;
  }
  if (id_.empty() && before.empty()) {
    id_ = anonymous_ = uuid_v4(entropy_);
    new_until_ = now.monotonic + kNew;
  } else if (id_.empty()) {
    id_ = before;
  }
  refused_ = false;
  for (const Place& place : places_) {
    if (place.id != id_) effects.store(place.id_key, id_);
    if (is_anonymous() && place.note != id_) {
      effects.store(place.note_key, id_);
    } else if (!is_anonymous() && !place.note.empty()) {
      effects.erase(place.note_key);
    }
  }
}

void Identity::handle_store_failed(View key) {
  for (const Place& place : places_) refused_ = refused_ || key == place.id_key;
}

// Before the id becomes another.
void Identity::begin_change() {
  if (!refused_) former_ = id_;
  refused_ = false;
  rival_.clear();
}

void Identity::write(Effects& effects) {
  for (const Place& place : places_) {
    effects.store(place.id_key, id_);
    if (is_anonymous()) {
      effects.store(place.note_key, id_);
    } else {
      effects.erase(place.note_key);
    }
  }
}

void Identity::erase(Effects& effects) {
  for (const Place& place : places_) {
    effects.erase(place.id_key);
    effects.erase(place.note_key);
  }
}

Identity::Change Identity::set(View id, Effects& effects) {
  if (id == id_) return Change::none;
  const bool named = is_anonymous();
  begin_change();
  id_ = id;
  anonymous_.clear();
  write(effects);
  return named ? Change::named : Change::other_user;
}

void Identity::reset(const Entropy& entropy, Effects& effects) {
  begin_change();
  id_ = anonymous_ = uuid_v4(entropy);
  new_until_ = 0;
  write(effects);
}

}  // namespace appizer
