#include "leases.h"

#include <algorithm>
#include <charconv>

#include "json.h"

namespace appizer {

void Leases::write(std::string_view document, Moment now, Effects& effects) {
  std::string text;
  json::append_integer(text, now.wall + kLength);
  effects.store(key(document), std::move(text));
}

void Leases::hold(std::string_view document, Moment now, Effects& effects) {
  if (std::find(held_.begin(), held_.end(), document) != held_.end()) return;
  if (held_.empty()) renewed_ = now;
  held_.emplace_back(document);
  write(document, now, effects);
}

void Leases::release(Effects& effects) {
  for (const std::string& document : held_) effects.erase(key(document));
  held_.clear();
}

bool Leases::overslept(Moment now) const {
  return holds() &&
         (now.monotonic - renewed_.monotonic >= kLength || now.wall - renewed_.wall >= kLength);
}

void Leases::claim(std::string_view document, std::uint32_t draw, Effects& effects) {
  claims_.push_back({std::string(document), draw, {}, kNever});
  effects.read(key(document));
}

bool Leases::value(std::string_view key_read, const std::string* text, Moment now, Effects& effects,
                   std::vector<Verdict>& verdicts) {
  if (key_read.substr(0, prefix_.size()) != prefix_) return false;
  const auto found = std::find_if(claims_.begin(), claims_.end(), [&](const Claim& claim) {
    return key(claim.document) == key_read;
  });
  if (found == claims_.end()) {
    // Somebody claims, or has removed, what is held here: it is, and says so before that counts.
    const bool absent = text == nullptr || text->find(' ') != std::string::npos;
    for (const std::string& document : held_) {
      if (absent && key(document) == key_read) write(document, now, effects);
    }
    return true;
  }
  Claim& claim = *found;
  if (claim.written.empty()) {
    Millis until = 0;
    if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), until);
    // Further away than any lease reaches: the clock was set back since, the lease says nothing.
    if (until > now.wall && until <= now.wall + kLength) {
      verdicts.push_back({claim.document, false, now.monotonic + until - now.wall});
      claims_.erase(found);
      return true;
    }
    json::append_integer(claim.written, now.wall + kLength);
    claim.written += ' ';
    json::append_integer(claim.written, claim.draw);
    effects.store(std::string(key_read), claim.written);
    claim.due = now.monotonic + kClaim + claim.draw % kClaim;
    return true;
  }
  if (claim.due != kNever)
    return true;  // somebody wrote meanwhile; what counts is what stands later
  const bool granted = text != nullptr && *text == claim.written;
  if (granted) {
    if (held_.empty()) renewed_ = now;
    held_.push_back(claim.document);
  }
  verdicts.push_back({claim.document, granted});
  claims_.erase(found);
  return true;
}

void Leases::settle(Moment now, Effects& effects) {
  for (Claim& claim : claims_) {
    if (claim.due > now.monotonic) continue;
    claim.due = kNever;
    effects.read(key(claim.document));
  }
  if (!holds() || now.monotonic < renewed_.monotonic + kRenewal) return;
  renewed_ = now;
  for (const std::string& document : held_) write(document, now, effects);
}

Millis Leases::next_wake() const {
  Millis next = holds() ? renewed_.monotonic + kRenewal : kNever;
  for (const Claim& claim : claims_) next = std::min(next, claim.due);
  return next;
}

}  // namespace appizer
