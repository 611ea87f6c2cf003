#include "delivery/orphans.h"

#include <algorithm>

#include "base/compare.h"
#include "base/list.h"
#include "base/text.h"

namespace appizer {

Adoption::Estate* Adoption::find(View document) {
  for (Estate& estate : estates_) {
    if (estate.document == document) return &estate;
  }
  return nullptr;
}

void Adoption::look(Millis when) {
  due_ = min(due_, when);
  looked_ = false;
}

void Adoption::reclaim(View former) {
  former_ = former;
  look(0);
}

void Adoption::settled(View document) {
  if (document == former_) former_.clear();
}

// A key is <prefix><document>.<lane><number>; anything else under the prefix is not ours to touch.
void Adoption::keys(View keys, View own, Millis now) {
  while (!keys.empty()) {
    const View text = take_until(keys, '\n');
    if (!text.starts_with(prefix_)) continue;
    const View name = text.substr(prefix_.size());
    const std::size_t dot = name.find('.');
    if (dot == View::npos || dot == 0 || dot + 2 >= name.size()) continue;
    const View document = name.substr(0, dot);
    const char lane = name[dot + 1];
    View digits = name.substr(dot + 2);
    Millis number = 0;
    if (!take_integer(digits, number) || !digits.empty()) continue;
    if (number < 0 || number > UINT32_MAX) continue;
    if (document == own || (lane != 'e' && lane != 'p')) continue;
    Estate* estate = find(document);
    if (estate == nullptr) estate = &estates_.push_back({document, {}, Estate::seen});
    if (estate->stage != Estate::seen) continue;
    std::size_t place = 0;
    while (place < estate->keys.size() && estate->keys[place].number > number) ++place;
    estate->keys.insert(place, {lane, number, text});
  }
  if (former_.empty() || find(former_) == nullptr) former_.clear();
  const bool any = std::any_of(estates_.begin(), estates_.end(),
                               [](const Estate& estate) { return estate.stage == Estate::seen; });
  looked_ = true;
  due_ = !any ? kNever : former_.empty() ? now + kSecondLook : now;
}

List<View> Adoption::due(Millis now, Effects& effects) {
  List<View> asked;
  if (due_ > now) return asked;
  due_ = kNever;
  if (!looked_) {
    // What was seen in an earlier look is seen anew, else its keys would be listed twice.
    estates_.remove_if([](const Estate& estate) { return estate.stage == Estate::seen; });
    left_some_ = false;
    effects.scan(prefix_);
    return asked;
  }
  for (Estate& estate : estates_) {
    if (estate.stage != Estate::seen) continue;
    // The former document's are fetched first; the others get their second look.
    if (!former_.empty() && estate.document != former_) {
      due_ = now + kSecondLook;
      continue;
    }
    estate.stage = Estate::asked;
    asked.push_back(estate.document);
  }
  return asked;
}

bool Adoption::locked(View document, bool granted, bool room, Effects& effects) {
  Estate* const estate = find(document);
  if (estate == nullptr || estate->stage != Estate::asked) return granted;
  if (!granted || !room) {
    left_some_ = left_some_ || (granted && !room);
    settled(document);
    estates_.erase(static_cast<std::size_t>(estate - estates_.begin()));
    return granted;
  }
  estate->stage = Estate::held;
  // The last first: each is put before what is there, so that they end up in order.
  for (const Key& key : estate->keys) effects.read(key.text);
  return false;
}

bool Adoption::value(View key, Found& found) {
  for (Estate& estate : estates_) {
    if (estate.stage != Estate::held) continue;
    for (std::size_t i = 0; i < estate.keys.size(); ++i) {
      const Key& one = estate.keys[i];
      if (one.text != key) continue;
      found = {keep(one.text), one.lane};
      estate.keys.erase(i);
      if (estate.keys.empty()) settled(estate.document);
      return true;
    }
  }
  return false;
}

List<View> Adoption::release() {
  List<View> done;
  estates_.remove_if([&](Estate& estate) {
    const bool over = estate.stage == Estate::held && estate.keys.empty();
    if (over) done.push_back(keep(estate.document));
    return over;
  });
  return done;
}

void Adoption::forget() {
  estates_.clear();
  former_.clear();
  due_ = kNever;
}

}  // namespace appizer
