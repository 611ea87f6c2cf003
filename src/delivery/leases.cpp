#include "delivery/leases.h"

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"

namespace appizer {

void Leases::write(View document, const Moment& now, Effects& effects) {
  String& text = scratch();
  json::append_integer(text, now.wall + kLength);
  effects.store(key(document), text);
}

void Leases::hold(View document, const Moment& now, Effects& effects) {
  for (const String& one : held_) {
    if (one == document) return;
  }
  if (held_.empty()) renewed_ = now;
  held_.push_back(document);
  write(document, now, effects);
}

void Leases::release(Effects& effects) {
  for (const String& document : held_) effects.erase(key(document));
  held_.clear();
}

bool Leases::overslept(const Moment& now) const {
  return holds() &&
         (now.monotonic - renewed_.monotonic >= kLength || now.wall - renewed_.wall >= kLength);
}

void Leases::claim(View document, std::uint32_t draw, Effects& effects) {
  claims_.push_back({document, draw, {}, kNever});
  effects.read(key(document));
}

bool Leases::handle_storage_value(View key_read, View text, const Moment& now, Effects& effects,
                                  List<Decision>& decisions) {
  if (!key_read.starts_with(prefix_)) return false;
  std::size_t found = 0;
  while (found < claims_.size() && key(claims_[found].document) != key_read) ++found;
  if (found == claims_.size()) {
    // Somebody claims, or has removed, what is held here: it is, and says so before that counts.
    const bool absent = text.is_none() || text.find(' ') != View::npos;
    for (const String& document : held_) {
      if (absent && key(document) == key_read) write(document, now, effects);
    }
    return true;
  }
  Claim& claim = claims_[found];
  if (claim.written.empty()) {
    Millis until = 0;
    take_integer(text, until);
    // Further away than any lease reaches: the clock was set back since, the lease says nothing.
    if (until > now.wall && until <= now.wall + kLength) {
      decisions.push_back({scratch(claim.document), false, now.monotonic + until - now.wall});
      claims_.erase(found);
      return true;
    }
    json::append_integer(claim.written, now.wall + kLength);
    claim.written += ' ';
    json::append_integer(claim.written, claim.draw);
    effects.store(key_read, claim.written);
    claim.due = now.monotonic + kClaim + claim.draw % kClaim;
    return true;
  }
  if (claim.due != kNever)
    return true;  // somebody wrote meanwhile; what counts is what stands later
  const bool granted = text == claim.written;
  if (granted) {
    if (held_.empty()) renewed_ = now;
    held_.push_back(claim.document);
  }
  decisions.push_back({scratch(claim.document), granted});
  claims_.erase(found);
  return true;
}

void Leases::advance(const Moment& now, Effects& effects) {
  for (Claim& claim : claims_) {
    if (claim.due > now.monotonic) continue;
    claim.due = kNever;
    effects.read(key(claim.document));
  }
  if (!holds() || now.monotonic < renewed_.monotonic + kRenewal) return;
  renewed_ = now;
  for (const String& document : held_) write(document, now, effects);
}

Millis Leases::next_wake() const {
  Millis next = holds() ? renewed_.monotonic + kRenewal : kNever;
  for (const Claim& claim : claims_) next = min(next, claim.due);
  return next;
}

}  // namespace appizer
