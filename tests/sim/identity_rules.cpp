#include "identity_rules.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "visitor/identity.h"

namespace sim {

void IdentityRules::sees(const std::string& id) {
  if (!id.empty() && !is_known(id)) made_.insert(id);
}

bool IdentityRules::is_new(std::uint32_t document, const std::string& id) const {
  return !is_known(id) && clock_.monotonic() <= documents_[document].new_until;
}

bool IdentityRules::changed_since(std::uint32_t document, Millis when) const {
  return std::any_of(changed_.begin(), changed_.end(), [&](const auto& change) {
    return change.first != document && change.second >= when;
  });
}

std::uint32_t IdentityRules::owner_of(std::uint32_t document, const std::string& id) {
  Document& page = documents_[document];
  if (id.empty()) {
    if (page.waiting == kNone) {
      page.waiting = static_cast<std::uint32_t>(owners_.size());
      owners_.emplace_back();
    }
    return page.waiting;
  }
  if (page.owner == kNone || page.id != id) {
    page.owner = static_cast<std::uint32_t>(owners_.size());
    page.id = id;
    owners_.push_back({id_hash(id)});
  }
  return page.owner;
}

void IdentityRules::acts(Tag tag, std::uint32_t document, const std::string& id, Millis happened) {
  if (acts_.size() <= tag) acts_.resize(tag + 1);
  Act& act = acts_[tag];
  act = {owner_of(document, id), document, happened, id.empty() ? kNone : era_};
  sees(id);
}

void IdentityRules::named(Tag tag, std::uint32_t document, const std::string& before,
                          const std::string& after, bool behind) {
  const std::string name = "u" + std::to_string(tag);
  known_.emplace(id_hash(name), tag);
  if (before.empty()) {
    // What the page tracks from here on belongs to that user, once the decision is known.
    Document& page = documents_[document];
    page.waiting = static_cast<std::uint32_t>(owners_.size());
    owners_.push_back({id_hash(name)});
    return;
  }
  changes(document);
  if (after != name) ledger_.violated("named " + name + ", but is " + after);
  if (before == name) return;
  if (is_known(before)) {
    ++era_;
    coverage_.add(Count::user_switches);
    return;
  }
  sees(before);
  const std::uint64_t anonymous = id_hash(before);
  const bool excused = disturbed_ || behind;
  const auto [link, first] = linked_.emplace(anonymous, tag);
  if (!first && !excused) {
    ledger_.violated("an anonymous id that belongs to " + ledger_.word(link->second) +
                     " is named " + name);
  }
  Pair& pair = links_[{tag, anonymous}];
  ++pair.asked;
  pair.excused = pair.excused || !first || excused;
}

void IdentityRules::was_reset(std::uint32_t document, const std::string& before,
                              const std::string& after) {
  coverage_.add(Count::resets);
  changes(document);
  if (before.empty()) {
    // It happens once consent is granted, and never if the page ends before.
    Document& page = documents_[document];
    page.resets = true;
    page.waiting = static_cast<std::uint32_t>(owners_.size());
    owners_.push_back({0, true});
    return;
  }
  ++era_;
  if (after.empty() || is_known(after) || after == before || made_.contains(after)) {
    ledger_.violated("reset, and the visitor is " + after);
  }
  documents_[document].new_until = -1;
  parted_.insert(id_hash(before));
  sees(after);
}

void IdentityRules::decided(std::uint32_t document, bool granted) {
  Document& page = documents_[document];
  page.parts = std::exchange(page.resets, false) && granted;
  if (page.parts) ++era_;
  page.waiting = kNone;
}

void IdentityRules::replays(std::uint32_t document, const std::string& kept) {
  Document& page = documents_[document];
  page.unsure = page.parts && std::exchange(page.overflowed, false);
  if (page.parts && !page.unsure) {
    // A logout made the id, for another visitor than that of any other tab.
    page.new_until = -1;
  } else if (kept.empty()) {
    may_be_new(document);
  }
  // What another tab had made a moment ago is another visitor's since.
  if (page.parts) parted_.insert(id_hash(kept));
}

void IdentityRules::begins(std::uint32_t document, const std::string& id, const std::string& kept) {
  const bool restored = !kept.empty();
  if (!restored) {
    changes(document);
    may_be_new(document);
  }
  if (restored) coverage_.add(Count::id_restored);
  const bool fine = restored ? id == kept : !id.empty() && !is_known(id) && !made_.contains(id);
  if (!fine) ledger_.violated("begins as " + id + ", but was " + kept);
  sees(id);
}

void IdentityRules::overflowed(std::uint32_t document) {
  documents_[document].overflowed = true;
  for (Act& act : acts_) {
    if (act.document == document && act.era == kNone) act.owner = kNone;
  }
}

void IdentityRules::followed(std::uint32_t document, const std::string& before,
                             const std::string& after, bool event) {
  if (before == after || before.empty() || after.empty()) return;
  coverage_.add(Count::follows_another_tab);
  // Made a moment ago, so the tab that named the visitor may not know the id: this one links it
  // too.
  if (event && is_new(document, before) && is_known(after)) {
    const auto tag = static_cast<Tag>(std::strtoul(after.c_str() + 1, nullptr, 10));
    ledger_.name_again(tag);
    links_[{tag, id_hash(before)}].excused = true;
    abandoned_.insert(id_hash(before));
  }
  if (event && is_new(document, before) && !is_known(after)) {
    coverage_.add(Count::replaced_by_another_tab);
    replaced_[{document, id_hash(before)}] = id_hash(after);
    abandoned_.insert(id_hash(before));
  }
  sees(after);
}

// A user id on the wire is that of its owner, or of the id that replaced it.
void IdentityRules::check_owner(const Part& part, Act& act) {
  Owner& owner = owners_[act.owner];
  if (owner.id == 0) {
    owner.id = part.user;
    if (owner.anonymous && known_.contains(part.user)) {
      ledger_.violated("belongs to a user who has logged out: " + ledger_.word(part.tag));
    }
  }
  std::uint64_t id = owner.id;
  const auto place = [&] { return replaced_.find({act.document, id}); };
  const bool replaced = place() != replaced_.end();
  for (int i = 0; i < 8 && id != part.user && place() != replaced_.end(); ++i) id = place()->second;
  if (id != part.user) {
    ledger_.violated("belongs to another user than when it was tracked: " + ledger_.word(part.tag));
  }
  // What was not sent yet gets the id that all tabs have agreed on.
  const bool excused = disturbed_ || documents_[act.document].unsure;
  if (replaced && part.user == owner.id && !act.sent && !excused) {
    ledger_.violated("belongs to an id that another one has replaced: " + ledger_.word(part.tag));
  }
  act.sent = true;
}

void IdentityRules::check_alias(const Part& part, std::uint32_t send) {
  if (ledger_.entry(part.tag).kind != Entry::alias) return;
  if (known_.contains(part.other)) {
    ledger_.violated("two known users are linked: " + ledger_.word(part.tag));
  }
  const auto found = links_.find({part.tag - 1, part.other});
  if (found == links_.end()) return;  // named before the decision
  Pair& link = found->second;
  if (link.last_send == kNone) coverage_.add(Count::aliases);
  const bool again = link.last_send != kNone && sends_[link.last_send].state == Send::acknowledged;
  if (again && !link.excused && !ledger_.copy_excused(part.tag)) {
    ledger_.violated("linked twice: " + ledger_.word(part.tag));
  }
  link.last_send = send;
}

// With one tab, a session ends with its user, whatever page comes next. Twins without a stored id
// are users of their own, in one session. Where the clock was set, a page from the cache may take
// the end of a later session, which it never saw, for that of an earlier one.
void IdentityRules::check_session(const Part& part, const Act& act) {
  const bool apart =
      plan_.features.has(Feature::twins) && plan_.persistence == appizer::Persistence::memory;
  if (clock_.jumps() > 0 || plan_.tabs > 1 || apart || plan_.two_sites || disturbed_ ||
      act.era == kNone)
    return;
  const auto [session, first] = sessions_.emplace(part.session, act.era);
  if (!first && session->second != act.era) {
    ledger_.violated("in the session of the user before: " + ledger_.word(part.tag));
  }
}

void IdentityRules::stored(const Send& send) {
  for (const Part& part : send.parts) used_.insert(part.user);
  if (send.lane != users) return;
  std::vector<Link> links;
  read_links(send.body, links);
  for (const Link& link : links) aliased_.insert(link.alias);
}

void IdentityRules::check_links() const {
  if (disturbed_ || withdrawn_ || ledger_.leases_excuse() || ledger_.evicted_unnamed()) return;
  for (const std::uint64_t id : abandoned_) {
    if (!used_.contains(id) || aliased_.contains(id) || parted_.contains(id)) continue;
    return ledger_.violated("an id was used and replaced, and is not linked");
  }
}

void IdentityRules::sending(std::uint32_t index) {
  constexpr Millis kLatest = 253'402'300'800'000;  // the year 10000
  const Send& send = sends_[index];
  for (const Part& part : send.parts) {
    if (part.other != 0) check_alias(part, index);
    const Entry::Kind kind = ledger_.entry(part.tag).kind;
    if (part.tag >= acts_.size() || (kind != Entry::event && kind != Entry::fact)) continue;
    Act& act = acts_[part.tag];
    if (act.owner == kNone) continue;
    check_owner(part, act);
    if (kind != Entry::event) continue;
    if (act.wall >= 0 && act.wall < kLatest && part.wall != act.wall) {
      ledger_.violated("has another time than when it was tracked: " + ledger_.word(part.tag));
    }
    check_session(part, act);
  }
}

}  // namespace sim
