#include "delivery/orphans.h"

#include <algorithm>

#include "base/compare.h"
#include "base/list.h"
#include "base/text.h"

namespace appizer {

Orphans::Leftover* Orphans::find(View document) {
  return leftovers_.find([&](const Leftover& one) { return one.document == document; });
}

void Orphans::scan_at(Millis when) {
  owned_.clear();
  scan_rest_at(when);
}

void Orphans::scan_rest_at(Millis when) {
  due_ = min(due_, when);
  scanned_ = false;
}

void Orphans::reclaim(View former, Millis unanswered) {
  former_ = former;
  unanswered_ = unanswered;
  scan_at(0);
}

void Orphans::finish(View document) {
  if (document != former_) return;
  former_.clear();
  unanswered_ = kNever;
}

// Anything else under the prefix is not ours to touch.
void Orphans::handle_storage_keys(View keys, View own, const Moment& moment) {
  const Millis now = moment.monotonic;
  early_due_ = kNever;
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
    const bool call = lane == storage_keys::kCalls;
    if (number < 0 || (number > UINT32_MAX && !call)) continue;
    if (document == own || View(storage_keys::kLanes).find(lane) == View::npos) continue;
    if (owned_.find([&](const String& one) { return one == document; }) != nullptr) continue;
    Leftover* leftover = find(document);
    // A clock that was set back says nothing of a call's age.
    const Millis age = moment.wall - number;
    if (call && age >= 0 && age < storage_keys::kEarly && document != former_ &&
        (leftover == nullptr || leftover->stage == Leftover::listed)) {
      early_due_ = min(early_due_, now + storage_keys::kEarly - age);
      owned_.push_back(document);
      leftovers_.remove_if([&](const Leftover& one) { return &one == leftover; });
      continue;
    }
    if (leftover == nullptr) leftover = &leftovers_.push_back({document, {}});
    if (leftover->stage != Leftover::listed) continue;
    // Calls came before everything else of their document.
    if (call) number -= kFurthest;
    std::size_t place = 0;
    while (place < leftover->keys.size() && leftover->keys[place].number < number) ++place;
    leftover->keys.insert(place, {lane, number, text});
  }
  if (find(former_) == nullptr) finish(scratch(former_));
  const bool any = std::any_of(leftovers_.begin(), leftovers_.end(), [](const Leftover& leftover) {
    return leftover.stage == Leftover::listed;
  });
  scanned_ = true;
  due_ = !any ? kNever : former_.empty() ? now + kConfirmAfter : now;
}

List<View> Orphans::take_due(Millis now, Effects& effects) {
  List<View> asked;
  if (early_due_ <= now) scan_at(now);
  if (unanswered_ <= now) {
    unanswered_ = kNever;
    handle_ownership(scratch(former_), true);
  }
  if (due_ > now) return asked;
  due_ = kNever;
  if (!scanned_) {
    // What was seen in an earlier look is seen anew, else its keys would be listed twice.
    leftovers_.remove_if(
        [](const Leftover& leftover) { return leftover.stage == Leftover::listed; });
    left_some_ = false;
    effects.scan(prefix_);
    return asked;
  }
  for (Leftover& leftover : leftovers_) {
    if (leftover.stage != Leftover::listed) continue;
    // The former document's are fetched first; the others get their second look.
    if (!former_.empty() && leftover.document != former_) {
      due_ = now + kConfirmAfter;
      continue;
    }
    if (asked.size() >= kMost) {
      // They may have other owners by the time that it is their turn, so there is another scan
      // then.
      left_some_ = true;
      break;
    }
    leftover.stage = Leftover::claiming;
    asked.push_back(leftover.document);
  }
  return asked;
}

bool Orphans::handle_ownership(View document, bool granted) {
  Leftover* const leftover = find(document);
  if (leftover == nullptr || leftover->stage == Leftover::listed) return granted;
  // An answer that comes after all: what is owned has to stay so.
  if (leftover->stage == Leftover::owned) return false;
  if (!granted) {
    finish(document);
    if (left_some_) owned_.push_back(document);
    leftovers_.erase(static_cast<std::size_t>(leftover - leftovers_.begin()));
    return false;
  }
  leftover->stage = Leftover::owned;
  return false;
}

void Orphans::read_next(bool more, Effects& effects) {
  for (Leftover& leftover : leftovers_) {
    if (leftover.stage != Leftover::owned || leftover.keys.empty()) continue;
    const bool former = leftover.document == former_;
    // Early calls, which come first, are taken over as soon as they may be: their page may be there
    // yet, and makes those again that are calls still.
    const bool calls = leftover.keys[0].lane == storage_keys::kCalls;
    if (leftover.asked || !(former || calls || more)) continue;
    leftover.asked = true;
    // The former document's at once: nothing is sent before they are all there.
    std::size_t count = former ? leftover.keys.size() : 1;
    while (calls && count < leftover.keys.size() &&
           leftover.keys[count].lane == storage_keys::kCalls) {
      ++count;
    }
    for (std::size_t i = 0; i < count; ++i) effects.read(leftover.keys[i].text);
    if (!former) return;
  }
}

bool Orphans::reading() const {
  return std::any_of(leftovers_.begin(), leftovers_.end(), [](const Leftover& leftover) {
    return leftover.stage == Leftover::owned && !leftover.keys.empty();
  });
}

bool Orphans::handle_storage_value(View key, Found& found) {
  for (Leftover& leftover : leftovers_) {
    if (leftover.stage != Leftover::owned) continue;
    for (std::size_t i = 0; i < leftover.keys.size(); ++i) {
      const Key& one = leftover.keys[i];
      if (one.text != key) continue;
      found = {scratch(one.text), one.lane};
      leftover.keys.erase(i);
      leftover.asked = leftover.document == former_;
      if (leftover.keys.empty()) finish(leftover.document);
      return true;
    }
  }
  return false;
}

List<View> Orphans::take_finished() {
  List<View> done;
  leftovers_.remove_if([&](Leftover& leftover) {
    const bool over = leftover.stage == Leftover::owned && leftover.keys.empty();
    if (over) done.push_back(scratch(leftover.document));
    return over;
  });
  return done;
}

void Orphans::forget() {
  leftovers_.clear();
  former_.clear();
  due_ = early_due_ = unanswered_ = kNever;
}

}  // namespace appizer
