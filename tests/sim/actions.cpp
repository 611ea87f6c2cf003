// The actions of a plan: what visitors, pages and the environment do.
#include <algorithm>
#include <array>
#include <utility>

#include "world.h"

namespace sim {
namespace {

// An event of `size` bytes, in strings short enough to be taken whole.
std::string large_properties(Millis size) {
  constexpr Millis kString = 10'000;
  std::string text = "{";
  for (Millis i = 0; i * kString < size; ++i) {
    if (i > 0) text += ',';
    text += "\"p" + std::to_string(i) + "\":\"" + std::string(kString, 'x') + '"';
  }
  return text + "}";
}

}  // namespace

Document* World::current(Tab& tab) {
  return tab.current == kNoPage ? nullptr : documents_[tab.current].get();
}

void World::open(std::uint8_t tab, std::uint8_t site, bool visible, Millis lag,
                 const Storage::Items& before) {
  const auto id = static_cast<std::uint32_t>(documents_.size());
  trace.say("  opens document " + std::to_string(id) + " in tab " + std::to_string(tab));
  coverage.add(Count::pages_opened);
  ledger.open_document();
  liveness.open_document(site);
  identity_rules.open_document();
  protocol_rules.open_document(online);
  documents_.push_back(std::make_unique<Document>(*this, id, tab, site));
  tabs_[tab].current = id;
  if (lag > 0) documents_[id]->look_back(before, clock.now() + lag);
  const bool prerenders = plan.features.has(Feature::prerender) && plan.memory == Plan::nobody;
  if (prerenders && !healing_ && lag == 0 && rng.percent(30)) documents_[id]->prerender();
  documents_[id]->start(visible, online);
}

void World::close(Tab& tab) {
  for (const std::uint32_t cached : std::exchange(tab.cached, {})) documents_[cached]->die();
  Document* page = current(tab);
  if (page == nullptr) return;
  coverage.add(Count::pages_closed);
  tab.current = kNoPage;
  page->resume();
  page->leave();
  page->die();
}

void World::enter_cache(Tab& tab) {
  Document* page = current(tab);
  coverage.add(Count::into_cache);
  page->leave();
  page->enter_cache();
  if (tab.cached.size() == 2) {
    documents_[tab.cached[0]]->die();
    tab.cached.erase(tab.cached.begin());
  }
  tab.cached.push_back(std::exchange(tab.current, kNoPage));
}

void World::track(Document& page, Rng& dice, std::uint32_t count, bool large) {
  static constexpr std::string_view kProperties[] = {
      "", "{}", "{\"page\":\"/pricing\"}", "{\"amount\":29.99,\"currency\":\"USD\",\"new\":true}"};
  const bool poisonous = plan.poison && !healing_;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool poison = poisonous && dice.percent(4);
    const Tag tag = ledger.track(page.id(), poison, large, clock.now());
    identity_rules.acts(tag, page.id(), page.user());
    if (page.consent() == appizer::Consent::denied) ledger.withdraw_last();
    if (page.consent() == appizer::Consent::pending) coverage.add(Count::waited);
    coverage.add(Count::tracked);
    if (poison) coverage.add(Count::poison_events);
    if (large) {
      coverage.add(Count::large_events);
      page.track(tag, large_properties(dice.between(30'000, 120'000)));
    } else {
      page.track(tag, kProperties[dice.below(4)]);
    }
    // Several events of one task, or of many.
    if (i + 1 < count && dice.percent(10)) page.settle();
  }
  page.settle();
}

void World::name(Document& page, Rng& dice, bool again) {
  Tag tag;
  if (again) {
    if (names_.empty()) return;
    tag = names_[dice.below(static_cast<std::uint32_t>(names_.size()))];
    ledger.name_again(tag);
    coverage.add(Count::named_again);
  } else {
    tag = ledger.name(page.id(), clock.now());
    names_.push_back(tag);
  }
  coverage.add(Count::users_named);
  const bool denied = page.consent() == appizer::Consent::denied;
  if (denied && !again) ledger.withdraw_user(tag);
  const std::string before = page.user();
  // No event reports a change of a cookie: a page knows what it found when it looked last.
  const bool behind = page.last_storage_event >= clock.now() ||
                      (plan.persistence == appizer::Persistence::cookie &&
                       identity_rules.changed_since(page.id(), page.looked));
  const bool anonymous = !before.empty() && !before.starts_with('u');
  if (anonymous && !behind && !identity_rules.disturbed() && !again) ledger.expect_alias(tag);
  page.set_user("u" + std::to_string(tag));
  if (!denied) identity_rules.named(tag, page.id(), before, page.user(), behind);
}

void World::know(Document& page) {
  coverage.add(Count::facts);
  const Tag tag = ledger.know(page.id(), clock.now());
  identity_rules.acts(tag, page.id(), page.user());
  if (page.consent() == appizer::Consent::denied) ledger.withdraw_last();
  page.know(tag);
}

void World::reset(Document& page) {
  const std::string before = page.user();
  page.reset();
  if (page.consent() != appizer::Consent::denied) {
    identity_rules.was_reset(page.id(), before, page.user());
  }
}

void World::decide(Document& page, appizer::Consent its_decision) {
  if (plan.memory == Plan::site) {
    const bool late =
        its_decision == appizer::Consent::pending && page.consent() == appizer::Consent::granted;
    if (!late) decision = its_decision;
  }
  page.decide(its_decision);
  if (plan.memory != Plan::site || !plan.announced_everywhere) return;
  for (Tab& tab : tabs_) {
    Document* other = current(tab);
    if (other != nullptr && other != &page && !other->frozen()) other->decide(its_decision);
  }
}

// The final decision, given to every page if one may have missed the decision before.
void World::decide_at_last() {
  if (plan.memory == Plan::nobody) return;
  decision = rng.percent(60) ? appizer::Consent::granted : appizer::Consent::denied;
  const bool once = plan.memory == Plan::ours && !identity_rules.disturbed();
  for (std::size_t i = tabs_.size(); i-- > 0;) {
    if (Document* page = current(tabs_[i])) {
      page->decide(decision);
      if (once) return;
    }
  }
}

void World::change_storage(Rng& dice) {
  if (plan.storage_blocked) return;
  const Storage::Health health =
      dice.pick({Storage::Health::works, Storage::Health::works, Storage::Health::refuses,
                 Storage::Health::refuses, Storage::Health::throws});
  if (health != Storage::Health::works) {
    coverage.add(Count::storage_failures);
    ledger.disturb();
    identity_rules.disturb();
  }
  storage.become(health);
  storage_changed_ = clock.now();
}

void World::damage(const std::string& key) {
  Lane lane;
  storage_changed_ = clock.now();
  const auto item = storage.items().find(key);
  if (item != storage.items().end() && is_journal(key, lane)) {
    ledger.harm(lane, item->second, clock.now());
  }
  protocol_rules.wait_damaged(key);
  if (key.find(".w.") != std::string::npos) liveness.pause_damaged();
}

void World::corrupt(Rng& dice) {
  coverage.add(Count::corruptions);
  ledger.disturb();
  identity_rules.disturb();
  if (dice.percent(25)) return scribble(dice);
  std::vector<std::string> keys;
  for (const auto& [key, value] : storage.items()) keys.push_back(key);
  if (keys.empty()) return;
  const std::string key = keys[dice.below(static_cast<std::uint32_t>(keys.size()))];
  std::string value = storage.items().find(key)->second;
  damage(key);
  trace.say("  damages " + key);
  switch (dice.below(5)) {
    case 0:
      storage.drop(key);
      if (dice.percent(50)) announce(kNoPage, key);
      return;
    case 1:
      value.resize(value.empty() ? 0 : dice.below(static_cast<std::uint32_t>(value.size())));
      break;
    case 2:
      value =
          dice.pick<const char*>({"", "null", "{}", "0 0 0", "99 99999999999999 0", "\xff\xfe"});
      break;
    default:
      // An early call has no checksum.
      if (value.starts_with('{')) value.resize(value.size() / 2);
      for (int i = 0; i < 3 && !value.empty() && !value.starts_with('{'); ++i) {
        value[dice.below(static_cast<std::uint32_t>(value.size()))] ^=
            static_cast<char>(1 << dice.below(8));
      }
  }
  storage.put(key, value);
  if (dice.percent(50)) announce(kNoPage, key);
}

// Somebody else's keys, in what should be our own space.
void World::scribble(Rng& dice) {
  if (documents_.empty()) return;
  const std::string& prefix = documents_.back()->prefix();
  if (prefix.empty()) return;  // it has not asked for anything yet
  static constexpr std::string_view kNames[] = {
      "j.zzz.e5", "j.zzz.e",   "j.zzz.q1",
      "j..e1",    "j.zzz.e-1", "j.zz\nj.y.e1",
      "j.yyy.p7", "j.yyy.e0",  "j.yyy.e99999999999999999999",
      "w.e",      "x"};
  const std::string key = prefix + std::string(kNames[dice.below(std::size(kNames))]);
  damage(key);
  ledger.harm(events, {}, clock.now());
  trace.say("  scribbles into " + key);
  std::string value = dice.pick<const char*>(
      {"", "\n\n\n", "00000000E {}", "garbage\nmore garbage\n", "{\"a\":1}", "1 2 3"});
  if (key.find(".e") != std::string::npos && dice.percent(20)) {
    // A record that is whole, but not one of ours.
    appizer::Record ghost;
    ghost.text = "{\"event_name\":\"ghost\",\"user_id\":\"x\",\"properties\":{\"a\":1";
    ghost.app = dice.percent(50) ? "another" : "";
    appizer::String line;
    appizer::append_line(line, ghost);
    value = std::string(line) + "\n" + value;
  }
  storage.put(key, value);
}

void World::clear(Rng& dice) {
  coverage.add(Count::storage_cleared);
  ledger.disturb();
  identity_rules.disturb();
  std::vector<std::string> keys;
  for (const auto& [key, value] : storage.items()) keys.push_back(key);
  for (const std::string& key : keys) damage(key);
  trace.say("  clears storage");
  storage.clear();
  // By a page of the site: the others get a storage event, that page does not.
  if (dice.percent(60)) {
    const auto by = static_cast<std::uint32_t>(documents_.size());
    announce(dice.percent(50) || by == 0 ? kNoPage : dice.below(by), {}, true);
  }
}

// The page's own script empties storage: no event says so in its own document.
void World::own_clear(Document& page) {
  coverage.add(Count::cleared_by_page);
  ledger.disturb();
  identity_rules.disturb();
  std::vector<std::string> keys;
  for (const auto& [key, value] : storage.items()) keys.push_back(key);
  ledger.cleared_by(page.id(), clock.now());
  for (const std::string& key : keys) damage(key);
  storage.clear();
  announce(page.id(), {}, true);
}

// Another script takes up most of what storage has room for, or gives it back.
void World::foreign_key(Rng& dice) {
  coverage.add(Count::foreign_keys);
  const std::string key = dice.pick<const char*>({"cache", "persist:root", "a\nb", "debug"});
  const bool drop = dice.percent(40);
  const std::size_t room = storage.room();
  ledger.disturb();
  identity_rules.disturb();
  if (drop || room < 200) {
    storage.drop(key);
  } else {
    storage.put(key, std::string(room - dice.below(200), 'x'));
  }
  storage_changed_ = clock.now();
  announce(kNoPage, key);
}

void World::set_clock(Rng& dice) {
  static constexpr std::array<Millis, 6> kSteps = {kMinute,    10 * kMinute,    2 * kHour,
                                                   24 * kHour, 30 * 24 * kHour, 365 * 24 * kHour};
  coverage.add(Count::clock_jumps);
  liveness.disturb_all();
  liveness.pause_damaged();  // a page that opens later may wait for all of it once more
  ledger.disturb();
  const Millis step = dice.between(1, kSteps[dice.below(kSteps.size())]);
  if (dice.percent(5)) return clock.set_wall(dice.between(-1000, 1'000'000));
  if (dice.percent(20)) return clock.set_wall(clock.true_wall());
  clock.set_wall(clock.wall() + (dice.percent(50) ? step : -step));
}

void World::act_on_page(const Action& action, Tab& tab, Rng& dice) {
  Document& page = *current(tab);
  const std::uint8_t site = page.site();
  const bool waits = action.what == Do::crash || action.what == Do::track ||
                     action.what == Do::track_large || action.what == Do::own_clear;
  if (!waits) page.begin();
  switch (action.what) {
    case Do::reload:
    case Do::navigate:
      coverage.add(Count::navigations);
      if (dice.percent(30)) page.show(false);
      if (action.what == Do::navigate && dice.percent(50)) {
        enter_cache(tab);
      } else {
        close(tab);
      }
      return open(action.tab, site, true);
    case Do::back: {
      if (tab.cached.empty()) return;
      const std::uint32_t former = tab.cached.back();
      tab.cached.pop_back();
      enter_cache(tab);
      coverage.add(Count::back_from_cache);
      trace.say("  back to document " + std::to_string(former));
      tab.current = former;
      return documents_[former]->come_back();
    }
    case Do::close:
      return close(tab);
    case Do::crash:
      coverage.add(Count::crashes);
      tab.current = kNoPage;
      return page.die();
    case Do::die_leaving:
      coverage.add(Count::killed_while_leaving);
      tab.current = kNoPage;
      return page.die_leaving();
    case Do::freeze:
      coverage.add(Count::freezes);
      ledger.disturb();
      page.show(false);
      return page.freeze();
    case Do::hide:
      coverage.add(Count::hides);
      return page.show(false);
    case Do::track: {
      const std::uint32_t count = dice.percent(70)   ? 1 + dice.below(3)
                                  : dice.percent(80) ? 1 + dice.below(30)
                                                     : 1 + dice.below(300);
      // Now and then more than a page may have waiting.
      const bool many = page.consent() == appizer::Consent::pending && dice.percent(3);
      return track(page, dice, many ? count + 1000 : count, false);
    }
    case Do::track_large:
      return track(page, dice, 1 + dice.below(2), true);
    case Do::name:
    case Do::name_again:
      return name(page, dice, action.what == Do::name_again);
    case Do::know:
      return know(page);
    case Do::reset:
      return reset(page);
    case Do::allow:
    case Do::forbid:
    case Do::ask: {
      const auto wish = action.what == Do::allow    ? appizer::Consent::granted
                        : action.what == Do::forbid ? appizer::Consent::denied
                                                    : appizer::Consent::pending;
      coverage.add(action.what == Do::allow    ? Count::allowed
                   : action.what == Do::forbid ? Count::forbidden
                                               : Count::asked_again);
      if (dice.percent(30)) {
        // In the same task.
        const Tag tag = ledger.track(page.id(), false, false, clock.now());
        identity_rules.acts(tag, page.id(), page.user());
        if (page.consent() == appizer::Consent::denied) ledger.withdraw_last();
        page.track(tag, "{}");
      }
      return decide(page, wish);
    }
    case Do::go:
      coverage.add(Count::views_navigated);
      return page.go(dice);
    case Do::own_clear:
      return own_clear(page);
    case Do::flush:
      coverage.add(Count::flushes);
      return page.flush();
    case Do::page_requests:
      page.own_bytes = static_cast<std::size_t>(dice.between(1'000, 65'000));
      page.own_until = clock.now() + dice.between(1, 20 * kSecond);
      return;
    default:
      return page.nudge();
  }
}

void World::act(const Action& action) {
  Rng dice(action.dice);
  Tab& tab = tabs_[action.tab];
  trace.say(std::string(name_of(action.what)) + " in tab " + std::to_string(action.tab));
  switch (action.what) {
    case Do::network:
      network.change(dice);
      online = network.up() ? !dice.percent(4) : dice.percent(50);
      if (plan.features.has(Feature::false_offline) && dice.percent(50)) online = !network.up();
      for (Tab& each : tabs_) {
        if (Document* page = current(each)) page->online(online);
      }
      return;
    case Do::server:
    case Do::users_server:
      return server.change(action.what == Do::server ? events : users, dice);
    case Do::proxy:
      return network.change_proxy(dice);
    case Do::worker:
      return network.change_worker(dice);
    case Do::deploy:
      return server.deploy(!dice.percent(40));
    case Do::alias_server:
      return server.refuse_aliases(dice);
    case Do::foreign_key:
      return foreign_key(dice);
    case Do::storage:
      return change_storage(dice);
    case Do::corrupt:
      return corrupt(dice);
    case Do::clear:
      return clear(dice);
    case Do::set_clock:
      return set_clock(dice);
    case Do::lose_cookies:
      coverage.add(Count::cookies_lost);
      if (plan.persistence == appizer::Persistence::cookie) identity_rules.disturb();
      return storage.lose_cookies();
    case Do::sleep:
      coverage.add(Count::sleeps);
      ledger.disturb();
      clock.sleep(dice.percent(20) ? 7 * 24 * kHour : dice.between(kSecond, 3 * kHour));
      return liveness.disturb_all();
    case Do::evict:
      if (tab.cached.empty()) return;
      coverage.add(Count::evicted_from_cache);
      documents_[tab.cached[0]]->die();
      tab.cached.erase(tab.cached.begin());
      return;
    default:
      break;
  }
  Document* page = current(tab);
  if (page == nullptr) {
    // Nothing happens in a closed tab but that it is opened.
    if (action.what == Do::open || action.what == Do::track) {
      const std::uint8_t site = plan.two_sites && dice.percent(50);
      open(action.tab, site, !dice.percent(10));
    }
    if (action.what != Do::track) return;
    page = current(tab);
  }
  if (action.what == Do::show || action.what == Do::resume) {
    page->resume();
    return page->show(true);
  }
  if (page->frozen() && action.what != Do::close && action.what != Do::crash) return;
  act_on_page(action, tab, dice);
}

}  // namespace sim
