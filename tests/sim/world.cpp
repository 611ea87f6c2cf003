#include "world.h"

#include <algorithm>
#include <set>
#include <utility>

#include "visitor/session.h"

namespace sim {

World::World(const Plan& its_plan, bool traced)
    : plan(its_plan),
      rng(its_plan.seed ^ 0x5DEECE66DU),
      clock(plan.clock_stops_asleep),
      trace(clock, traced),
      storage(plan.quota),
      ledger(plan, sends, storage, coverage),
      liveness(plan, clock, sends, ledger),
      sequence(plan, ledger),
      view_rules(plan, clock, ledger),
      protocol_rules(plan, clock, locks, sends, ledger, coverage),
      identity_rules(plan, clock, sends, ledger, coverage),
      server(*this),
      network(*this),
      decision(plan.undecided),
      tabs_(plan.tabs) {
  if (plan.storage_blocked) storage.become(Storage::Health::throws);
}

std::string World::base(std::uint8_t site) const {
  return site == 1 && plan.two_bases ? "https://b.test" : "https://a.test";
}

std::string World::app(std::uint8_t site) const {
  return site == 1 && !plan.two_bases ? "app_b" : "app_a";
}

void World::announce(std::uint32_t by, const std::string& key, bool cleared) {
  Lane lane;
  if (!cleared && !plan.all_storage_events && is_journal(key, lane)) return;
  if (key.starts_with(appizer::kCookie)) return;
  std::uint32_t index = UINT32_MAX;
  for (const auto& page : documents_) {
    if (page->id() == by || !page->active()) continue;
    if (index == UINT32_MAX) {
      index = static_cast<std::uint32_t>(storage_changes.size());
      storage_changes.push_back({key, cleared});
    }
    // One channel to each page: events arrive in the order of the writes.
    Millis& last = page->last_storage_event;
    last = std::max({last, page->stale_until, clock.now() + rng.between(0, plan.event_latency)});
    queue.push(last, Due::storage, page->id(), index);
  }
}

void World::report_locks() {
  if (plan.features.has(Feature::dead_locks) && !healing_) return;
  for (const std::uint32_t index : locks.take_results()) {
    const Locks::Claim& claim = locks.claim(index);
    if (!claim.granted) coverage.add(Count::locks_refused);
    queue.push(clock.now() + rng.between(0, plan.lock_latency), Due::lock, claim.document, index);
  }
}

void World::happen(const Event& event) {
  Document& page = *documents_[event.document];
  if (clock.asleep() && event.kind != Due::arrival) {
    // The connection does not survive a long sleep.
    if (event.kind == Due::answer && rng.percent(60)) sends[event.what].status = 0;
    if (event.kind == Due::storage) {
      page.last_storage_event = std::max(page.last_storage_event, clock.awake());
      return queue.put_off(event, clock.awake());
    }
    queue.push(clock.awake() + rng.between(0, 100), event.kind, event.document, event.what);
    return;
  }
  switch (event.kind) {
    case Due::timer:
      if (!page.timer_stands(event.what)) return;
      if (clock.monotonic() < page.wake_due()) {
        const Millis rest = page.wake_due() - clock.monotonic();
        queue.push(clock.now() + rest, Due::timer, event.document, event.what);
        return;
      }
      page.timer_fired();
      return page.deliver({Input::wake});
    case Due::arrival:
      return network.arrive(event.what);
    case Due::answer:
      if (!sends[event.what].carried) return;
      if (!network.up()) sends[event.what].status = 0;
      return page.deliver({Input::answer, event.what});
    case Due::lock:
      return page.deliver({Input::lock, event.what});
    case Due::storage:
      return page.deliver({Input::storage, event.what});
    case Due::begin:
      if (!page.frozen()) page.begin();
      return;
  }
}

void World::take_over_calls(std::string_view text) {
  std::vector<Part> parts;
  read_events(text, parts);
  for (const Part& part : parts) {
    if (part.tag >= ledger.size()) continue;
    identity_rules.forget(part.tag);
  }
}

void World::live_until(Millis end) {
  while (!queue.empty() && queue.next() <= end && ledger.violation().empty()) live_through_next();
}

void World::live_through_next() {
  const Event event = queue.pop();
  clock.move_to(std::max(clock.now(), event.at));
  if (liveness.due()) check_liveness();
  happen(event);
  if (sends.size() > 20'000) ledger.violated("requests without end");
}

// What storage refused is written a minute after it works again at the latest, whatever else the
// page waits for.
void World::check_written_again() {
  const bool works = storage.health() == Storage::Health::works && storage.room() > 1'000'000;
  const Millis latest = clock.now() - kMinute;
  if (!works || storage_changed_ > latest || clock.asleep() || ledger.leases_excuse()) return;
  if (ledger.evicted_unnamed()) return;
  for (const auto& page : documents_) {
    const bool awake = page->active() && page->visible() && !page->frozen() &&
                       page->consent() == appizer::Consent::granted;
    if (!page->was_refused || !awake || liveness.since(page->id()) > latest) continue;
    page->was_refused = false;
    for (Tag tag = 0; tag < ledger.size(); ++tag) {
      const Entry& entry = ledger.entry(tag);
      if (entry.holder != page->id() || entry.closed() || entry.tracked > latest) continue;
      if (entry.outdated || entry.handed_over || ledger.persisted(tag)) continue;
      ledger.violated("storage works again, and does not have " + ledger.word(tag));
    }
  }
}

void World::check_liveness() {
  check_written_again();
  if (storage.health() == Storage::Health::throws && plan.storage_blocked) return;
  std::vector<bool> attentive(documents_.size());
  for (const auto& page : documents_) {
    const bool online = page->online() || plan.features.has(Feature::false_offline);
    attentive[page->id()] = page->active() && page->runs() && online && page->visible() &&
                            !page->frozen() && !clock.asleep() &&
                            page->consent() == appizer::Consent::granted;
  }
  liveness.check(attentive);
}

// A new visitor opens some tabs, or one with frames, in the same moment, as by links opened in turn
// or a window that is restored. For a while no process sees what another one stores.
void World::open_twins() {
  coverage.add(Count::twins);
  twins_ = static_cast<std::uint8_t>(rng.percent(60) ? 2 : 3 + rng.below(2));
  if (tabs_.size() < twins_) tabs_.resize(twins_);
  twin_lag_ = rng.percent(70) ? rng.between(1, 60) : rng.between(60, 2500);
  std::vector<std::pair<Millis, Storage::Items>> shots = {{-twin_lag_, storage.items()}};
  for (std::uint8_t tab = 0; tab < twins_; ++tab) {
    if (tab > 0 && rng.percent(40)) {
      const Millis at = clock.now() + rng.between(0, 2 * twin_lag_);
      live_until(at);
      clock.move_to(at);
    }
    Millis until = clock.now() + twin_lag_;
    auto shot = std::prev(shots.end());
    while (shot->first + twin_lag_ > clock.now()) --shot;
    Storage::Items before = shot->second;
    if (tab > 1 && rng.percent(50)) {
      // A frame of the first tab, in its process.
      before = documents_[0]->view();
      until = std::max(documents_[0]->stale_until, clock.now() + 1);
    }
    open(tab, 0, rng.percent(60), until - clock.now(), before);
    announce_missed(*documents_.back(), before);
    if (rng.percent(70)) track(*documents_.back(), rng, 1 + rng.below(3), false);
    shots.emplace_back(clock.now(), storage.items());
  }
  const Millis end = clock.now() + 20 * kSecond;
  live_until(end);
  clock.move_to(end);
  check_twins_agreed();
  for (std::uint8_t tab = 0; tab < twins_; ++tab) {
    current(tabs_[tab])->begin();
    twin_tags_.push_back(static_cast<Tag>(ledger.size()));
    track(*current(tabs_[tab]), rng, 1, false);
  }
}

// What was stored before the page opened, and does not see yet, reaches it as what is stored later.
void World::announce_missed(Document& page, const Storage::Items& before) {
  for (const auto& [key, value] : storage.items()) {
    const auto found = before.find(key);
    if (found != before.end() && found->second == value) continue;
    page.last_storage_event = std::max(page.last_storage_event, page.stale_until);
    queue.push(page.last_storage_event, Due::storage, page.id(),
               static_cast<std::uint32_t>(storage_changes.size()));
    storage_changes.push_back({key, false});
  }
}

// Nothing was sent before all knew of each other: each sees what another stored within the time
// that it waits, and what the winner answers in the time that it waits then.
void World::check_twins_agreed() {
  if (!twins_can_agree()) return;
  if (2 * twin_lag_ + plan.event_latency >= appizer::Session::kSettle) return;
  std::set<std::uint64_t> users;
  std::set<std::uint64_t> sessions;
  const auto note = [&](const Part& part) {
    users.insert(part.user);
    sessions.insert(part.session);
  };
  for (const Send& send : sends) {
    if (send.lane != events) continue;
    for (const Part& part : send.parts) note(part);
    for (const Automatic& event : send.automatic) note(event.part);
  }
  if (sessions.size() > 1) ledger.violated("two tabs of one moment: two sessions were sent");
  // A third page may go by an id that it found.
  if (twins_ == 2 && users.size() > 1) {
    ledger.violated("two tabs of one moment: two ids were sent");
  }
}

bool World::twins_can_agree() const {
  const bool shared = plan.persistence == appizer::Persistence::local_storage ||
                      plan.persistence == appizer::Persistence::both;
  return shared && plan.memory == Plan::nobody && !plan.storage_blocked && plan.quota >= 5'000'000;
}

// By then all belong to one visit of one visitor.
void World::check_twins() {
  if (!twins_can_agree()) return;
  std::set<std::uint64_t> users;
  std::set<std::uint64_t> sessions;
  for (const Send& send : sends) {
    for (const Part& part : send.parts) {
      if (std::find(twin_tags_.begin(), twin_tags_.end(), part.tag) == twin_tags_.end()) continue;
      users.insert(part.user);
      sessions.insert(part.session);
    }
  }
  if (sessions.size() > 1) ledger.violated("two tabs of one moment: two sessions");
  if (users.size() > 1) ledger.violated("two tabs of one moment: two ids");
}

std::string World::run() {
  begin();
  while (step()) {
  }
  return end();
}

void World::begin() {
  if (plan.features.has(Feature::twins)) open_twins();
  plan_next();
}

// Each action comes some time after the one before.
void World::plan_next() {
  const bool over = next_action_ == plan.actions.size();
  next_at_ = std::max(clock.now(), clock.awake()) + (over ? 0 : plan.actions[next_action_].after);
}

bool World::step() {
  if (!ledger.violation().empty()) return false;
  if (!queue.empty() && queue.next() <= next_at_) {
    live_through_next();
    return true;
  }
  clock.move_to(next_at_);
  if (next_action_ == plan.actions.size()) return false;
  check_liveness();
  act(plan.actions[next_action_++]);
  check_caps();
  plan_next();
  return true;
}

void World::act_now(const Action& action) {
  check_liveness();
  act(action);
  check_caps();
  next_at_ = std::max({next_at_, clock.now(), clock.awake()});
}

bool World::live_on() {
  if (queue.empty() || !ledger.violation().empty()) return false;
  live_through_next();
  next_at_ = std::max(next_at_, clock.now());
  return true;
}

std::string World::end() {
  if (!ledger.violation().empty()) return ledger.violation();
  heal();
  if (ledger.violation().empty()) {
    ledger.close();
    if (plan.features.has(Feature::sequence)) sequence.close();
    if (plan.features.has(Feature::links)) identity_rules.check_links();
    check_twins();
    for (const auto& page : documents_) {
      if (!page->dead()) page->end_views();
    }
    if (plan.features.has(Feature::views)) view_rules.close();
    if (plan.calm) check_calm();
  }
  return ledger.violation();
}

// All faults end, and pages of the site are opened until nothing is pending.
void World::heal() {
  trace.say("everything heals");
  healing_ = true;
  // What was never answered stays so: a page may have gone on without.
  if (plan.features.has(Feature::dead_locks)) locks.take_results();
  network.heal();
  network.end_worker();
  server.heal();
  storage.become(Storage::Health::works);
  storage_changed_ = clock.now();
  liveness.disturb_all();
  storage.set_quota(100'000'000);
  online = true;
  for (Tab& tab : tabs_) {
    for (const std::uint32_t cached : tab.cached) {
      if (tab.current == kNoPage && rng.percent(50)) {
        documents_[cached]->come_back();
        tab.current = cached;
      } else {
        documents_[cached]->die();
      }
    }
    tab.cached.clear();
    if (Document* page = current(tab)) {
      page->own_until = 0;
      page->resume();
      page->online(true);
      page->show(true);
    }
  }
  for (int round = 0; round < 4 && ledger.violation().empty(); ++round) {
    if (round > 0) {
      for (Tab& tab : tabs_) close(tab);
    }
    tabs_.resize(tabs_.size() + (plan.two_sites ? 2 : 1));
    for (std::uint8_t site = 0; site < (plan.two_sites ? 2 : 1); ++site) {
      open(static_cast<std::uint8_t>(tabs_.size() - 1 - site), site, true);
    }
    if (round == 0) decide_at_last();
    rest();
    if (round == 0 && network.proxied()) outlast_proxy();
    // The last losses are counted in the next event.
    for (Tab& tab : tabs_) {
      if (Document* page = current(tab)) track(*page, rng, 1, false);
    }
    rest();
    if (!journals_left() && ledger.all_closed()) break;
  }
  if (ledger.violation().empty()) check_rest();
}

// What a proxy refuses holds back nobody else, for however long it refuses it. What an earlier
// proxy refused is tried again when nothing but suspects waits; each event that passes, be it
// tracked only now, shows one more of the others to be at fault.
void World::outlast_proxy() {
  constexpr int kRounds = 8;
  Tag held = held_back(false);
  // Each in its turn: where several pages have refused records, each waits for the others' pauses.
  for (Tag first = held; held != kNoTag; first = held) {
    rest();
    held = held_back(false);
    if (held <= first) break;
  }
  for (int i = 0; i < kRounds && held == kNoTag && held_back(true) != kNoTag; ++i) {
    for (Tab& tab : tabs_) {
      if (Document* page = current(tab)) track(*page, rng, 1, false);
    }
    rest();
    if (i + 1 == kRounds) held = held_back(true);
  }
  if (held != kNoTag) ledger.violated("waits because of another one: " + ledger.word(held));
  network.lift_proxy();
  rest();
}

// An event, user, alias or fact that the proxy would let pass.
Tag World::held_back(bool set_aside) {
  if (ledger.evicted_unnamed() || ledger.leases_excuse()) return kNoTag;
  for (Tag tag = 0; tag < ledger.size(); ++tag) {
    const Entry& entry = ledger.entry(tag);
    if (entry.closed() || entry.outdated || entry.handed_over || !entry.expected) continue;
    if (entry.set_aside() && !set_aside) continue;
    // What is known of a user is one record: a fact shares the fate of the one that is refused.
    const Send* const last = entry.last_send < sends.size() ? &sends[entry.last_send] : nullptr;
    if (last != nullptr && last->records() == 1 && network.proxy_refuses(*last)) continue;
    const bool live = entry.holder < documents_.size() && documents_[entry.holder]->active();
    if (live && !network.proxy_refuses(entry)) return tag;
  }
  return kNoTag;
}

// The longest documented wait is a day.
void World::rest() {
  const Millis end = clock.now() + 30 * kHour;
  live_until(end);
  if (!queue.empty() && !network.proxied() && ledger.violation().empty()) {
    ledger.violated("never at rest");
  }
}

bool World::journals_left() const {
  Lane lane;
  return std::any_of(storage.items().begin(), storage.items().end(),
                     [&](const auto& item) { return is_journal(item.first, lane); });
}

void World::check_rest() {
  check_identities();
  if (journals_left()) {
    Lane lane;
    for (const auto& [key, value] : storage.items()) {
      if (is_journal(key, lane)) return ledger.violated("left in storage: " + key);
    }
  }
  for (const auto& page : documents_) {
    if (!page->active()) continue;
    if (page->next_wake() >= 0) ledger.violated(page->name() + " does not sleep");
    if (locks.waits(page->id())) ledger.violated(page->name() + " still waits for a lock");
    if (locks.holds(page->id(), page->prefix() + "r")) {
      ledger.violated(page->name() + " keeps the recovery lock");
    }
    if (page->flushes_open() > 0) ledger.violated(page->name() + " leaves a flush unanswered");
  }
}

// Without consent nothing is left in storage; with it, the pages of a site agree on the user id.
void World::check_identities() {
  const bool shared = plan.persistence == appizer::Persistence::local_storage ||
                      plan.persistence == appizer::Persistence::both;
  const std::string* kept = storage.get("appizer_user_id");
  for (const auto& page : documents_) {
    if (!page->active()) continue;
    if (plan.memory != Plan::nobody && page->consent() != decision) {
      return ledger.violated(page->name() + " does not follow the visitor's decision");
    }
    if (decision != appizer::Consent::granted || !shared || identity_rules.disturbed()) continue;
    if (kept == nullptr || page->user() != *kept) {
      return ledger.violated(page->name() + " is " + page->user() + " in the end, storage has " +
                             (kept != nullptr ? *kept : "nothing"));
    }
  }
  if (decision != appizer::Consent::denied) return;
  for (const auto& page : documents_) page->check_nothing_left();
}

// Caps hold for each document's own segments. What is on its way cannot be evicted.
void World::check_caps() {
  if (plan.max_events >= 20'000 && plan.max_bytes >= 4'000'000) return;
  std::string_view owner;
  std::size_t lines = 0;
  std::size_t bytes = 0;
  for (const auto& [key, value] : storage.items()) {
    Lane lane;
    if (!is_journal(key, lane) || lane != events) continue;
    const std::string_view document = std::string_view(key).substr(0, key.rfind('.'));
    if (document != owner) lines = bytes = 0;
    owner = document;
    lines += static_cast<std::size_t>(std::count(value.begin(), value.end(), '\n'));
    bytes += value.size();
    if (lines > plan.max_events + 100 || bytes > plan.max_bytes * 11 / 10 + 200'000) {
      return ledger.violated("more in storage than the caps allow: " + std::string(document));
    }
  }
}

// Without faults the server has an event within seconds.
void World::check_calm() {
  for (Tag tag = 0; tag < ledger.size(); ++tag) {
    const Entry& entry = ledger.entry(tag);
    if (entry.kind != Entry::event || !entry.is_stored()) continue;
    const Millis latest = entry.tracked + 15 * kSecond;
    const Millis end = documents_[entry.document]->ended;
    if (entry.stored > latest && (end < 0 || end > latest)) {
      return ledger.violated(ledger.word(tag) + " took " +
                             std::to_string(entry.stored - entry.tracked) + " ms");
    }
  }
}

}  // namespace sim
