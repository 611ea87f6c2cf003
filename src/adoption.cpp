#include "adoption.h"

#include <algorithm>
#include <charconv>

namespace appizer {

std::vector<Adoption::Estate>::iterator Adoption::find(std::string_view document) {
  return std::find_if(estates_.begin(), estates_.end(),
                      [&](const Estate& estate) { return estate.document == document; });
}

void Adoption::look(Millis when) {
  due_ = std::min(due_, when);
  looked_ = false;
}

void Adoption::reclaim(std::string former) {
  former_ = std::move(former);
  look(0);
}

void Adoption::settled(std::string_view document) {
  if (document == former_) former_.clear();
}

// A key is <prefix><document>.<lane><number>; anything else under the prefix is not ours to touch.
void Adoption::keys(const std::vector<std::string_view>& keys, std::string_view own, Millis now) {
  for (const std::string_view text : keys) {
    if (text.substr(0, prefix_.size()) != prefix_) continue;
    const std::string_view name = text.substr(prefix_.size());
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 2 >= name.size()) continue;
    const std::string_view document = name.substr(0, dot);
    const char lane = name[dot + 1];
    std::uint32_t number = 0;
    const auto [end, error] =
        std::from_chars(name.data() + dot + 2, name.data() + name.size(), number);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    if (document == own || (lane != 'e' && lane != 'p')) continue;
    auto estate = find(document);
    if (estate == estates_.end()) {
      estates_.push_back({std::string(document), {}, Estate::seen});
      estate = estates_.end() - 1;
    }
    if (estate->stage == Estate::seen) estate->keys.push_back({lane, number, std::string(text)});
  }
  if (former_.empty() || find(former_) == estates_.end()) former_.clear();
  const bool any = std::any_of(estates_.begin(), estates_.end(),
                               [](const Estate& estate) { return estate.stage == Estate::seen; });
  looked_ = true;
  due_ = !any ? kNever : former_.empty() ? now + kSecondLook : now;
}

std::vector<std::string> Adoption::due(Millis now, Effects& effects) {
  std::vector<std::string> asked;
  if (due_ > now) return asked;
  due_ = kNever;
  if (!looked_) {
    // What was seen in an earlier look is seen anew, else its keys would be listed twice.
    estates_.erase(
        std::remove_if(estates_.begin(), estates_.end(),
                       [](const Estate& estate) { return estate.stage == Estate::seen; }),
        estates_.end());
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

bool Adoption::locked(std::string_view document, bool granted, bool room, Effects& effects) {
  const auto estate = find(document);
  if (estate == estates_.end() || estate->stage != Estate::asked) return granted;
  if (!granted || !room) {
    left_some_ = left_some_ || (granted && !room);
    settled(document);
    estates_.erase(estate);
    return granted;
  }
  estate->stage = Estate::held;
  // The last first: each is put before what is there, so that they end up in order.
  std::sort(estate->keys.begin(), estate->keys.end(),
            [](const Key& a, const Key& b) { return a.number > b.number; });
  for (const Key& key : estate->keys) effects.read(key.text);
  return false;
}

bool Adoption::value(std::string_view key, Found& found) {
  for (Estate& estate : estates_) {
    if (estate.stage != Estate::held) continue;
    const auto one = std::find_if(estate.keys.begin(), estate.keys.end(),
                                  [&](const Key& wanted) { return wanted.text == key; });
    if (one == estate.keys.end()) continue;
    found = {one->text, one->lane};
    estate.keys.erase(one);
    if (estate.keys.empty()) settled(estate.document);
    return true;
  }
  return false;
}

std::vector<std::string> Adoption::release() {
  std::vector<std::string> done;
  for (auto estate = estates_.begin(); estate != estates_.end();) {
    if (estate->stage == Estate::held && estate->keys.empty()) {
      done.push_back(std::move(estate->document));
      estate = estates_.erase(estate);
    } else {
      ++estate;
    }
  }
  return done;
}

void Adoption::forget() {
  estates_.clear();
  former_.clear();
  due_ = kNever;
}

}  // namespace appizer
