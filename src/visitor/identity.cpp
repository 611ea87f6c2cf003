#include "visitor/identity.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "config.h"

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

View user_id_in(View json) {
  const double number = json::number(json);
  if (number != number) return json::string(json);
  const std::size_t begin = json.find_first_of("-0123456789");
  return json.substr(begin, json.find_last_of("0123456789") + 1 - begin);
}

namespace {

// Behind what of an anonymous id is drawn: "xxxxxxxx-xxxx-4xxx-yxxx-xxxx" of 36 characters.
constexpr std::size_t kDrawn = 28;

View checksum(View drawn) {
  const auto hash = fnv1a<std::uint32_t>(drawn);
  String& out = scratch();
  for (int shift = 24; shift >= 0; shift -= 8) append_hex(out, hash >> shift & 255);
  return out;
}

}  // namespace

View make_anonymous_id(const Entropy& entropy) {
  const View drawn = uuid_v4(entropy).substr(0, kDrawn);
  return drawn + checksum(drawn);
}

bool is_anonymous_id(View id) {
  return id.size() == kDrawn + 8 && checksum(id.substr(0, kDrawn)) == id.substr(kDrawn);
}

Identity::Identity(View key, Persistence persistence) {
  // First what the site's sub-domains share: where the two differ, another one of them wrote it.
  if (persistence == Persistence::cookie || persistence == Persistence::both) {
    places_.push_back({kCookie + key, {}});
  }
  if (persistence == Persistence::local_storage || persistence == Persistence::both) {
    places_.push_back({key, {}});
  }
}

bool Identity::is_anonymous() const { return is_anonymous_id(id_); }

void Identity::read(const Entropy& entropy, Effects& effects) {
  entropy_ = entropy;
  unread_ = places_.size();
  for (Place& place : places_) {
    place.id.clear();
    effects.read(place.key);
  }
  if (places_.empty() && id_.empty()) id_ = make_anonymous_id(entropy);
}

void Identity::reread_cookies(Effects& effects) {
  for (const Place& place : places_) {
    if (place.key.starts_with(kCookie)) effects.read(place.key);
  }
}

void Identity::renew_cookie(Effects& effects) {
  for (const Place& place : places_) {
    if (place.key.starts_with(kCookie)) effects.store(place.key, id_);
  }
}

Identity::StorageChange Identity::handle_storage_value(View key, View text, const Moment& now,
                                                       Effects& effects) {
  for (Place& place : places_) {
    if (key != place.key) continue;
    const bool usable = is_plausible_user_id(text);
    if (unread_ > 0) {
      if (usable) place.id = text;
      if (--unread_ == 0) reconcile(now, effects);
      return !text.is_none() && !usable ? StorageChange::refused : StorageChange::taken;
    }
    // A key that another document removed is not written again: the site may have meant it.
    if (!usable || text == id_) return StorageChange::taken;
    // Made a moment ago, so the other may have been as well.
    const bool contested = now.monotonic < new_until_ && is_anonymous();
    if (contested && is_anonymous_id(text) && std::string_view(text) > std::string_view(id_)) {
      write(effects);
      return StorageChange::taken;
    }
    replaced_ = std::exchange(id_, text);
    return contested ? StorageChange::replaced : StorageChange::taken;
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
  }
  if (id_.empty() && before.empty()) {
    id_ = make_anonymous_id(entropy_);
    new_until_ = now.monotonic + kNew;
  } else if (id_.empty()) {
    id_ = before;
  }
  refused_ = false;
  for (const Place& place : places_) {
    if (place.id != id_) effects.store(place.key, id_);
  }
}

void Identity::handle_store_failed(View key) {
  for (const Place& place : places_) refused_ = refused_ || key == place.key;
}

// Before the id becomes another.
void Identity::begin_change() {
  if (!refused_) former_ = id_;
  refused_ = false;
}

void Identity::write(Effects& effects) {
  for (const Place& place : places_) effects.store(place.key, id_);
}

void Identity::erase(Effects& effects) {
  for (const Place& place : places_) effects.erase(place.key);
}

Identity::Change Identity::set(View id, Effects& effects) {
  if (id == id_) return Change::none;
  const bool named = is_anonymous();
  begin_change();
  id_ = id;
  write(effects);
  return named ? Change::named : Change::other_user;
}

void Identity::reset(const Entropy& entropy, Effects& effects) {
  begin_change();
  id_ = make_anonymous_id(entropy);
  new_until_ = 0;
  write(effects);
}

}  // namespace appizer
