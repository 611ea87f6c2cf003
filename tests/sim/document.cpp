#include "document.h"

#include <algorithm>
#include <utility>

#include "delivery/delivery.h"
#include "storage_keys.h"
#include "world.h"

namespace sim {

using appizer::Consent;
using appizer::Effect;
using appizer::Moment;

namespace {

// A lease holds the time of its end; a claim has more behind it (leases.h).
bool is_claim(std::string_view key, std::string_view value) {
  return key.find(".l.") != std::string_view::npos && value.find(' ') != std::string_view::npos;
}

const std::string kIdKey = "appizer_user_id";

bool is_decision(std::string_view key) {
  return key.starts_with("appizer.1.") && key.ends_with(".c") && key.size() == 20;
}

// Before gestures were known the URL was all.
template <typename Client>
void navigate(Client& client, std::string_view url, bool gesture, const Moment& now) {
  if constexpr (requires { client.handle_navigation(url, gesture, now); }) {
    client.handle_navigation(url, gesture, now);
  } else {
    client.handle_navigation(url, now);
  }
}

// The glue knows whether its requests went through code of the page.
template <typename Client>
void hand_over(Client& client, bool sure, const Moment& now) {
  if constexpr (requires { client.handle_handover(now, sure); }) {
    client.handle_handover(now, sure);
  } else {
    client.handle_handover(now);
  }
}

bool is_foreign(const StorageChange& change) {
  return !change.cleared && change.key.find("appizer") == std::string::npos;
}

bool is_ours(std::string_view key) {
  // A key with a line feed in its name is not ours.
  return key.find("appizer") != std::string_view::npos && !is_decision(key) &&
         key.find('\n') == std::string_view::npos;
}

}  // namespace

Document::Document(World& world, std::uint32_t id, std::uint8_t tab, std::uint8_t site)
    : world_(world),
      id_(id),
      tab_(tab),
      site_(site),
      client_(std::make_unique<appizer::Client>()),
      // performance.now() counts from the page's start.
      origin_(world.clock.monotonic() - world.rng.between(0, 300)) {}

void Document::look_back(const Storage::Items& before, Millis until) {
  former_ = before;
  stale_until = until;
}

const Storage::Items& Document::view() const {
  return world_.clock.now() < stale_until ? former_ : world_.storage.items();
}

const std::string* Document::stored(const std::string& key) const {
  if (world_.clock.now() >= stale_until || key.starts_with(appizer::kCookie)) {
    return world_.storage.get(key);
  }
  if (world_.storage.health() == Storage::Health::throws) return nullptr;
  const auto found = former_.find(key);
  return found == former_.end() ? nullptr : &found->second;
}

void Document::note_own(const std::string& key, const std::string* value) {
  if (world_.clock.now() >= stale_until) return;
  if (value != nullptr) {
    former_[key] = *value;
  } else {
    former_.erase(key);
  }
}

Moment Document::moment() const {
  return {world_.clock.monotonic() - origin_, world_.clock.wall()};
}

void Document::start(bool visible, bool online) {
  looked = world_.clock.now();
  visible = visible && !prerendering_;
  visible_ = reported_visible_ = seen_ = visible;
  world_.protocol_rules.visible(id_, visible);
  online_ = online;
  if (!visible) hidden_since_ = world_.clock.now();
  opened_ = moment();
  early_ = true;
  const Plan& plan = world_.plan;
  const bool waits = plan.features.has(Feature::early) && visible && plan.memory == Plan::nobody &&
                     world_.rng.percent(70);
  if (!waits) return begin();
  world_.coverage.add(Count::starts_early);
  early_name_ = "early" + std::to_string(100'000 + id_ % 100'000).substr(1);
  // Idle time comes soon; the script of a page that has only the stub may never come.
  const Millis late =
      world_.rng.percent(20) ? world_.rng.between(10 * kSecond, 10 * kMinute) : 2000;
  world_.queue.push(world_.clock.now() + world_.rng.between(0, late), Due::begin, id_, 0);
  if (plan.features.has(Feature::views)) {
    early_view_ = keep("\"v\":\"" + title_ + "\",\"event_name\":\"page_view\"");
    if (early_view_.empty()) begin();
  }
}

std::string Document::early_key(const std::string& time) const {
  const auto prefix =
      appizer::storage_keys::prefix_of(world_.base(site_), world_.app(site_)) + "j.";
  return std::string(prefix) + early_name_ + ".c" + time;
}

// Puts a call into storage; returns what the client knows it by, empty where storage does not take
// it.
std::string Document::keep(const std::string& members) {
  kept_last_ = std::max(kept_last_ + 1, world_.clock.wall());
  if (kept_since_ == 0) kept_since_ = kept_last_;
  const std::string time = std::to_string(kept_last_);
  const std::string id = kept_id();
  const std::string user = id.empty() ? std::string() : ",\"i\":\"" + id + "\"";
  const std::string text = "{" + members + user + ",\"t\":" + std::to_string(world_.clock.wall()) +
                           ",\"u\":\"" + url_ + "\",\"s\":" + std::to_string(++kept_) + "}";
  if (!world_.storage.set(early_key(time), text)) {
    --kept_;
    world_.trace.say("  " + name() + " may not keep a call");
    return {};
  }
  world_.trace.say("  " + name() + " keeps " + early_key(time));
  note_own(early_key(time), &text);
  world_.announce(id_, early_key(time));
  world_.coverage.add(Count::calls_kept);
  return time + ' ' + std::to_string(kept_);
}

// For some seconds nobody else can have taken it over; after that, storage says who has it.
bool Document::is_own(const std::string& call) const {
  const Millis age = world_.clock.wall() - kept_since_;
  if (age >= 0 && age < 20 * kSecond) return true;
  const std::string* const text = stored(early_key(call.substr(0, call.find(' '))));
  const bool own = text != nullptr && text->starts_with('{');
  world_.coverage.add(own ? Count::calls_made_late : Count::calls_taken_over);
  return own;
}

void Document::begin() {
  if (!std::exchange(early_, false) || dead_) return;
  if (kept_since_ > 0) world_.trace.say("  " + name() + " begins");
  const Plan& plan = world_.plan;
  appizer::Client::Seed seed;
  for (auto& byte : seed.ids) byte = static_cast<std::uint8_t>(world_.rng.below(256));
  for (auto& byte : seed.user) byte = static_cast<std::uint8_t>(world_.rng.below(256));
  Consent decided = plan.undecided;
  appizer::read_consent(kept_decision(), decided);
  if (prerendering_) {
    // As if a decision were awaited, whatever it may be.
    world_.coverage.add(Count::prerendered);
    begin_decision(Consent::pending);
  } else {
    begin_decision(plan.memory == Plan::site ? world_.decision : decided);
  }
  world_.liveness.disturb(id_);
  if (consent_ == Consent::pending) world_.coverage.add(Count::starts_pending);
  if (consent_ == Consent::denied) world_.coverage.add(Count::starts_denied);
  if (client_->start(config(), seed, opened_) != appizer::Status::ok) {
    world_.ledger.violated("a client did not start");
  }
  settle();
  end_decision();
  for (const Call& call : std::exchange(calls_, {})) {
    if (!call.kept.empty()) {
      if (!is_own(call.kept)) {
        world_.ledger.leaves_call(call.tag);
        continue;
      }
      client_->handle_early(call.kept);
    }
    // The visitor may be another one by now. Where storage is full, another page may have taken the
    // call over and could not say so.
    if (!world_.identity_rules.is_forgotten(call.tag)) {
      world_.identity_rules.acts(call.tag, id_, user(), call.happened);
    }
    client_->track("e" + std::to_string(call.tag), call.properties, {}, call.happened, moment());
    if (!client_->waits_for_storage()) continue;
    tracking_ = call.tag;
    drain();
    tracking_.reset();
  }
  settle();
}

std::string Document::config() const {
  const auto flag = [](bool value) { return value ? "true" : "false"; };
  const Plan& plan = world_.plan;
  constexpr std::string_view kPlaces[] = {"localStorage", "cookie", "both", "memory"};
  std::string early;
  if (kept_since_ > 0) {
    early = ",\"document\":\"" + early_name_ + "\",\"kept\":" + std::to_string(kept_);
  }
  if (!early_view_.empty()) {
    early += ",\"view\":\"" + (is_own(early_view_) ? early_view_ : "-") + "\"";
  }
  return "{\"options\":{\"appId\":\"" + world_.app(site_) + "\",\"apiBase\":\"" +
         world_.base(site_) + "\",\"persistence\":\"" +
         std::string(kPlaces[static_cast<std::size_t>(plan.persistence)]) + consent_option() +
         ",\"autoEvents\":" + flag(plan.features.has(Feature::views)) +
         (plan.flush_interval > 0 ? ",\"flushInterval\":" + std::to_string(plan.flush_interval)
                                  : "") +
         ",\"confirmUnload\":" + flag(plan.confirm_unload) + ",\"debug\":" + flag(plan.debug) +
         ",\"maxQueueEvents\":" + std::to_string(plan.max_events) +
         ",\"maxQueueBytes\":" + std::to_string(plan.max_bytes) +
         "},\"facts\":{\"ua\":\"sim\",\"online\":" + flag(online_) +
         ",\"visible\":" + flag(visible_) + ",\"locks\":" + flag(plan.locks) +
         ",\"later\":" + flag(plan.later) + ",\"prerendering\":" + flag(prerendering_) + early +
         "}}";
}

// The site states the decision that it remembers, and nothing where we remember it.
std::string Document::consent_option() const {
  const Plan& plan = world_.plan;
  if (plan.memory == Plan::nobody) return "\"";
  const Consent said = plan.memory == Plan::site ? world_.decision : plan.undecided;
  const std::string remembers = plan.memory == Plan::ours ? ",\"rememberConsent\":true" : "";
  if (plan.memory == Plan::ours && said == Consent::granted) return "\"" + remembers;
  return "\",\"consent\":\"" + std::string(appizer::name_of(said)) + '"' + remembers;
}

appizer::Entropy Document::entropy() {
  appizer::Entropy bytes;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(world_.rng.below(256));
  return bytes;
}

// The id that a page finds: the first plausible one.
std::string Document::kept_id() const {
  const auto place = world_.plan.persistence;
  for (const std::string& key : {std::string(appizer::kCookie) + kIdKey, kIdKey}) {
    const auto other =
        key == kIdKey ? appizer::Persistence::local_storage : appizer::Persistence::cookie;
    if (place != other && place != appizer::Persistence::both) continue;
    const std::string* id = stored(key);
    if (id != nullptr && appizer::is_plausible_user_id(*id)) return *id;
  }
  return {};
}

std::string Document::kept_decision() const {
  if (world_.plan.memory != Plan::ours) return {};
  if (world_.storage.health() == Storage::Health::throws) return {};
  for (const auto& [key, value] : world_.storage.items()) {
    if (is_decision(key)) return value;
  }
  return {};
}

// The decision holds from here on, whatever the client does with it.
void Document::begin_decision(Consent decision) {
  deciding_ = true;
  world_.liveness.disturb(id_);
  world_.identity_rules.decided(id_, decision == Consent::granted);
  ends_ = decision == Consent::denied;
  if (ends_) was_named_ = false;
  waited_ = consent_ == Consent::pending;
  kept_before_ = kept_id();
  if (ends_ && client_->user_id().empty() && waited_) {
    world_.coverage.add(Count::forbidden_while_waiting);
  }
  if (decision == Consent::granted && waited_) world_.coverage.add(Count::allowed_after_waiting);
  if (ends_) {
    if (world_.plan.memory == Plan::site) world_.identity_rules.disturb();
    world_.identity_rules.withdraws();
    world_.ledger.withdraw(id_);
    world_.ledger.harm_all(world_.clock.now());
    world_.protocol_rules.forget(id_);
  }
  consent_ = decision;
}

void Document::end_decision() {
  if (!std::exchange(deciding_, false)) return;
  if (std::exchange(ends_, false)) {
    check_nothing_left();
    for (const std::uint32_t index : sends_) {
      if (world_.sends[index].state != Send::flying) continue;
      world_.ledger.violated(name() + " goes on with a request without consent");
    }
  }
  const std::string id = user();
  if (consent_ != Consent::granted) {
    if (!id.empty()) world_.ledger.violated(name() + " has a user id without consent");
    return;
  }
  if (std::exchange(was_named_, false)) {
    if (id.empty()) world_.ledger.violated(name() + " has no user id");
    // Who named or reset may have been dropped from what waited.
    world_.identity_rules.replays(id_, kept_before_);
  } else {
    world_.identity_rules.begins(id_, id, kept_before_);
  }
}

// The decision in storage is that of all pages of the site.
void Document::follow_decision() {
  Consent decision = consent_;
  appizer::read_consent(kept_decision(), decision);
  if (decision == consent_) return;
  if (decision == Consent::pending && consent_ == Consent::granted) return;
  world_.coverage.add(Count::decision_followed);
  begin_decision(decision);
}

void Document::decide(Consent decision) {
  const bool late = decision == Consent::pending && consent_ == Consent::granted;
  world_.trace.say("  " + name() + " gets " + std::string(appizer::name_of(decision)));
  if (!late && decision != consent_) begin_decision(decision);
  client_->set_consent('"' + std::string(appizer::name_of(decision)) + '"', entropy(), moment());
  settle();
  end_decision();
}

// Without consent the client asks for no effect that leaves a trace. What was tracked in the task
// that ended consent may still be written, and is removed by the end of that task.
void Document::check_allowed(const Effect& effect) const {
  if ((world_.plan.memory == Plan::nobody && !prerendering_) || consent_ == Consent::granted)
    return;
  switch (effect.kind) {
    case Effect::hint:
    case Effect::report:
    case Effect::flushed:
      return;
    case Effect::watch:
    case Effect::page_facts:
      // What happens in the page waits with the rest.
      if (consent_ == Consent::pending || effect.number == 0) return;
      break;
    case Effect::read:
    case Effect::store:
      if (world_.plan.memory == Plan::ours && is_decision(effect.text)) return;
      if (deciding_ && ends_) return;
      break;
    case Effect::erase:
    case Effect::scan:
    case Effect::lock:
    case Effect::unlock:
    case Effect::cancel:
      if (deciding_ && ends_) return;
      break;
    case Effect::fetch_later:
      if (deciding_ && ends_ && effect.more.empty()) return;
      break;
    default:
      break;
  }
  world_.ledger.violated(name() + " does not have consent, and asks for effect " +
                         std::to_string(effect.kind) + " " + effect.text);
}

void Document::check_nothing_left() const {
  if (world_.storage.health() == Storage::Health::throws) return;
  for (const auto* kept : {&world_.storage.items(), &world_.storage.cookies()}) {
    for (const auto& [key, value] : *kept) {
      if (is_ours(key)) world_.ledger.violated("without consent there is still " + key);
    }
  }
}

void Document::track(Tag tag, std::string_view properties) {
  if (early_) {
    const std::string given = properties.empty() ? "" : ",\"p\":" + std::string(properties);
    const std::string name = "\"e" + std::to_string(tag) + "\"";
    const std::string time = keep("\"n\":" + name + ",\"event_name\":" + name + given);
    calls_.push_back({tag, std::string(properties), world_.clock.wall(), time});
    if (time.empty() || calls_.size() >= 50) begin();
    return;
  }
  client_->track("e" + std::to_string(tag), properties, {}, world_.clock.wall(), moment());
  if (!client_->waits_for_storage()) return;
  tracking_ = tag;
  drain();
  tracking_.reset();
}

void Document::set_user(const std::string& id) {
  was_named_ = was_named_ || consent_ == Consent::pending;
  client_->set_user_id("\"" + id + "\"", moment());
  settle();
}

void Document::know(Tag tag) {
  const std::string number = std::to_string(tag);
  client_->set_user_properties("{\"k" + number + "\":" + number + "}", moment());
  settle();
}

void Document::reset() {
  was_named_ = was_named_ || consent_ == Consent::pending;
  client_->reset(entropy(), moment());
  settle();
}

void Document::flush() {
  const std::uint32_t token = next_token_++;
  flushes_.push_back(token);
  client_->flush(token, moment());
  settle();
}

void Document::go(Rng& dice) {
  if (dice.percent(90)) url_ = "https://shop.test/p" + std::to_string(dice.below(6));
  next_title_ = "Page " + std::to_string(dice.below(6));
  title_due_ = world_.clock.now() + dice.between(0, dice.percent(50) ? 0 : 4000);
  const bool gesture = dice.percent(70);
  world_.trace.say("  " + name() + " is at " + url_);
  navigate(*client_, url_, gesture, moment());
  settle();
}

void Document::report_page() {
  if (!world_.plan.features.has(Feature::views)) return;
  if (world_.clock.now() >= title_due_ && !next_title_.empty()) title_ = next_title_;
  client_->handle_page_facts({.url = url_, .title = title_, .referrer = ""}, moment());
}

void Document::show(bool visible) {
  if (!visible) begin();
  if (visible_ != visible && !visible) hidden_since_ = world_.clock.now();
  if (visible_ != visible) world_.liveness.disturb(id_);
  visible_ = visible;
  seen_ = seen_ || visible;
  if (frozen_ || cached_ || std::exchange(reported_visible_, visible) == visible) return;
  world_.protocol_rules.visible(id_, visible);
  parting_ = parting_ || !visible;
  const std::string before = user();
  if (visible && std::exchange(prerendering_, false)) {
    world_.coverage.add(Count::activated);
    begin_decision(Consent::granted);
  }
  client_->handle_visibility(visible, moment());
  settle();
  end_decision();
  if (visible) looked = world_.clock.now();
  world_.identity_rules.followed(id_, before, user(), true);
}

void Document::online(bool online) {
  if (dead_ || frozen_ || cached_) return;
  if (std::exchange(online_, online) == online) return;
  world_.protocol_rules.online(id_, online);
  if (early_) return;
  client_->handle_online(online, moment());
  settle();
}

void Document::deliver(Input input) {
  if (dead_) return;
  if (cached_ || frozen_) {
    // A page in the cache gets no events but the answers to its own requests.
    if (frozen_ || input.kind == Input::answer) inbox_.push_back(input);
    return;
  }
  const bool blind = world_.storage.health() == Storage::Health::throws;
  const bool event = input.kind == Input::storage;
  if (early_) return;
  // The glue passes on no key of others.
  if (event && is_foreign(world_.storage_changes[input.what])) return;
  if (event && blind && !world_.storage_changes[input.what].cleared) return;
  const std::string before = event ? user() : std::string();
  if (event && is_decision(world_.storage_changes[input.what].key)) follow_decision();
  feed(input);
  settle();
  end_decision();
  if (event) check_follows(before, world_.storage_changes[input.what].key);
}

// A page follows another page's id, unless both ids were made a moment ago.
void Document::check_follows(const std::string& before, const std::string& key) {
  const std::string after = user();
  world_.identity_rules.followed(id_, before, after, true);
  if (key != kIdKey || before.empty() || after.empty()) return;
  if (world_.plan.persistence == appizer::Persistence::cookie ||
      world_.plan.persistence == appizer::Persistence::memory) {
    return;
  }
  const std::string* id = world_.storage.get(key);
  if (id == nullptr || !appizer::is_plausible_user_id(*id) || *id == after) return;
  if (world_.identity_rules.is_new(id_, before)) return;
  world_.ledger.violated(name() + " is " + after + " while storage has " + *id);
}

void Document::nudge() {
  if (dead_ || cached_ || frozen_) return;
  begin();
  client_->handle_wake(moment());
  settle();
}

void Document::feed(const Input& input) {
  switch (input.kind) {
    case Input::answer:
      return answer(input.what);
    case Input::lock: {
      auto& claim = world_.locks.claim(input.what);
      if (claim.granted && !claim.open)
        return client_->handle_wake(moment());  // given back before that
      claim.reported = true;
      world_.trace.say("  " + name() + (claim.granted ? " has lock " : " may not have lock ") +
                       claim.name);
      client_->handle_lock(claim.name, claim.granted, moment());
      return;
    }
    case Input::storage: {
      const StorageChange& change = world_.storage_changes[input.what];
      world_.coverage.add(Count::storage_events);
      if (change.cleared) return client_->handle_storage_cleared(moment());
      // What the event says may be older than what the page itself has written since: so the glue
      // looks what is there now.
      return read(change.key, true);
    }
    case Input::wake: {
      const std::size_t before = effects_;
      client_->handle_wake(moment());
      drain();
      const Millis now = world_.clock.monotonic();
      if (effects_ != before || idle_wakes_ == 0) idle_since_ = now;
      idle_wakes_ = effects_ == before ? idle_wakes_ + 1 : 0;
      if (idle_wakes_ > 50 && now - idle_since_ < 10 * kSecond) {
        world_.ledger.violated(name() + " spins: wakes and does nothing");
      }
      return;
    }
  }
}

void Document::resume() {
  if (!std::exchange(frozen_, false)) return;
  begin();
  world_.liveness.disturb(id_);
  for (const Input& input : std::exchange(inbox_, {})) deliver(input);
  show(visible_);
  online(world_.online);
}

void Document::leave() {
  begin();
  if (ended < 0) ended = world_.clock.now();
  world_.trace.say("  " + name() + " leaves");
  parting_ = true;
  leaving_ = true;
  client_->handle_pagehide(moment());
  drain();
  for (const Input& input : std::exchange(microtasks_, {})) {
    feed(input);
    drain();
  }
  left_ = true;
  gone();
  // A page that holds a lock is not cached, and no other page can take over what it left.
  if (world_.locks.wants(id_)) world_.ledger.violated(name() + " leaves and keeps a lock");
  show(false);
}

void Document::die_leaving() {
  begin();
  parting_ = leaving_ = true;
  client_->handle_pagehide(moment());
  drain();
  die();
}

void Document::gone() {
  for (const std::uint32_t index : sends_) {
    Send& send = world_.sends[index];
    if (send.state != Send::flying || !send.keepalive || world_.plan.confirm_unload) continue;
    // While offline nobody knows what becomes of it.
    if (send.lane == users || !online_) continue;
    if (world_.plan.features.has(Feature::wrapped_fetch)) continue;
    send.state = Send::handed_over;
    world_.ledger.handed_over(send);
    world_.view_rules.may_be_lost(send);
  }
  hand_over(*client_, !world_.plan.features.has(Feature::wrapped_fetch), moment());
  world_.ledger.leaves(id_, unsaved(), world_.clock.now());
  drain();
  world_.ledger.leaves(id_, unsaved(), world_.clock.now());
}

void Document::note_views() const {
  if (unsaved()) world_.view_rules.excuse();
  for (const std::uint64_t name : named_) {
    if (!seen_) world_.view_rules.never_seen(name);
    if (left_ || !visible_) world_.view_rules.ended_hidden(name);
  }
}

void Document::die() {
  if (std::exchange(dead_, true)) return;
  if (ended < 0) ended = world_.clock.now();
  if (consent_ == Consent::pending) world_.ledger.withdraw(id_);
  note_views();
  world_.ledger.dies(id_, unsaved(), world_.clock.now());
  world_.locks.release_all(id_);
  world_.report_locks();
  if (!left_body_.empty()) {
    world_.coverage.add(Count::fetch_later_sent);
    request(0, std::move(left_url_), std::move(left_body_), true);
  }
  for (const std::uint32_t index : sends_) {
    Send& send = world_.sends[index];
    if (send.state == Send::flying) send.state = Send::orphaned;
    world_.network.orphan(send);
  }
}

void Document::come_back() {
  world_.liveness.disturb(id_);
  cached_ = false;
  auto queued = std::exchange(inbox_, {});
  // The browser decides whether pending answers arrive before or after `pageshow`.
  if (world_.rng.percent(50)) {
    for (const Input& input : std::exchange(queued, {})) deliver(input);
  }
  const bool shown_first = world_.rng.percent(70);
  if (shown_first) show(true);
  left_ = leaving_ = parting_ = false;
  came_back_ = true;
  returning_ = true;
  looked = world_.clock.now();
  const std::string before = user();
  follow_decision();
  world_.ledger.returns(id_);
  client_->handle_pageshow(moment());
  settle();
  end_decision();
  world_.identity_rules.followed(id_, before, user(), false);
  returning_ = false;
  for (const Input& input : queued) deliver(input);
  show(true);
  online(world_.online);
}

void Document::settle() {
  if (early_) return;
  drain();
  if (left_) gone();
  parting_ = leaving_;
  arm();
}

void Document::drain() {
  Effect effect;
  for (int i = 0; client_->poll(effect); ++i) {
    ++effects_;
    perform(effect);
    if (i == 100'000) return world_.ledger.violated(name() + " never stops asking");
  }
  drained_ = world_.clock.monotonic();
}

void Document::perform(Effect& effect) {
  check_allowed(effect);
  switch (effect.kind) {
    case Effect::request:
      return request(effect.number, std::move(effect.text), std::move(effect.more), effect.flag);
    case Effect::cancel:
      return cancel(effect.number);
    case Effect::store:
      return store(effect.text, effect.more);
    case Effect::erase:
      return erase(effect.text);
    case Effect::read:
      return read(effect.text, false);
    case Effect::scan:
      if (prefix_.empty()) prefix_ = effect.text;
      if (world_.storage.health() == Storage::Health::throws) {
        return client_->handle_storage_keys(appizer::View::none(), moment());
      }
      return client_->handle_storage_keys(world_.storage.keys(effect.text), moment());
    case Effect::lock:
      world_.trace.say("  " + name() + " asks for lock " + effect.text);
      world_.locks.request(id_, effect.text, effect.flag, world_.clock.monotonic());
      return world_.report_locks();
    case Effect::unlock:
      world_.trace.say("  " + name() + " gives back " + effect.text);
      world_.locks.release(id_, effect.text);
      return world_.report_locks();
    case Effect::fetch_later:
      if (effect.more.size() > appizer::Delivery::kKeepaliveBytes) {
        world_.ledger.violated("more is left with the browser than it takes");
      }
      left_url_ = std::move(effect.text);
      left_body_ = std::move(effect.more);
      return;
    case Effect::page_facts:
      return report_page();
    case Effect::report:
      world_.trace.say("  " + name() + " reports " + effect.text);
      // What was dropped while it waited is reported without names.
      if (contains(effect.text, "\"records\":[]")) world_.identity_rules.overflowed(id_);
      return world_.ledger.reported(id_, effect.text);
    case Effect::flushed:
      if (std::erase(flushes_, effect.number) != 1) {
        world_.ledger.violated("a flush was answered that nobody asked for");
      }
      return;
    default:
      return;
  }
}

bool Document::lane_of_wait(std::string_view key, Lane& lane) const {
  if (prefix_.empty() || !key.starts_with(prefix_)) return false;
  key.remove_prefix(prefix_.size());
  if (key != "w.e" && key != "w.p") return false;
  lane = key == "w.e" ? events : users;
  return true;
}

void Document::store(const std::string& key, const std::string& value) {
  const std::string* before = world_.storage.get(key);
  Lane lane;
  const bool journal = is_journal(key, lane);
  if (journal) check_write(before, value);
  if (journal) world_.ledger.wrote(lane, value);
  const bool changed = before == nullptr || *before != value;
  const bool took = world_.storage.set(key, value);
  if (took) note_own(key, &value);
  if (!took && journal && before != nullptr) world_.ledger.outdate(lane, *before);
  if (lane_of_wait(key, lane)) world_.protocol_rules.wait_written(id_, key, lane, &value, took);
  if (took) {
    if (world_.trace.on()) {
      world_.trace.say("  " + name() + " writes " + key + (journal ? "" : " = " + value));
    }
    if (journal) failing_[lane] = false;
    if (is_claim(key, value)) world_.coverage.add(Count::lease_claims);
    if (changed) world_.announce(id_, key);
    return;
  }
  world_.trace.say("  " + name() + " may not write " + key);
  world_.coverage.add(Count::quota_refusals);
  world_.ledger.disturb();  // it may have been a lease
  world_.identity_rules.disturb();
  failing_[events] = failing_[users] = true;
  was_refused = was_refused || journal;
  storage_pause_ = world_.clock.monotonic() + appizer::Journal::kStoragePause;
  client_->handle_store_failed(key, moment());
}

// A write must not grow with the queue: what was there before is rewritten only while it is small,
// and nothing but a single record makes a segment large.
void Document::check_write(const std::string* before, const std::string& value) {
  constexpr std::size_t kLines = 2'500;  // what the lines of a full segment add to its records
  using appizer::Journal;
  const bool single = value.find('\n') + 1 == value.size();
  if (value.size() > Journal::kSegment + kLines && !single) {
    world_.ledger.violated(name() + " writes a segment of " + std::to_string(value.size()));
  }
  // What a page that came back puts back was its own before.
  if (came_back_ || before == nullptr) return;
  if (before->size() < Journal::kRewritten + kLines / 10) return;
  if (value.size() > before->size() && value.starts_with(*before)) {
    world_.ledger.violated(name() + " rewrites " + std::to_string(before->size()) +
                           " bytes to append");
  }
}

void Document::erase(const std::string& key) {
  const std::string* before = world_.storage.get(key);
  const bool there = before != nullptr;
  Lane lane;
  if (world_.storage.health() == Storage::Health::throws) {
    const auto item = world_.storage.items().find(key);
    if (item != world_.storage.items().end() && is_journal(key, lane)) {
      world_.ledger.outdate(lane, item->second);
    }
  }
  const bool took = world_.storage.erase(key);
  if (took) note_own(key, nullptr);
  if (lane_of_wait(key, lane)) world_.protocol_rules.wait_written(id_, key, lane, nullptr, took);
  if (there && took) {
    world_.trace.say("  " + name() + " removes " + key);
    world_.announce(id_, key);
  }
}

void Document::read(const std::string& key, bool event) {
  if (!event && prefix_.empty() && key.ends_with(".w.e")) prefix_ = key.substr(0, key.size() - 3);
  const std::string* value = stored(key);
  Lane lane;
  if (value != nullptr && is_journal(key, lane)) {
    if (!event) {
      world_.trace.say("  " + name() + " takes in " + key);
      world_.coverage.add(Count::takeovers);
      if (!world_.plan.locks) world_.coverage.add(Count::takeovers_by_lease);
      world_.ledger.took_over(id_, lane, *value, world_.clock.now());
      if (value->starts_with('{')) world_.take_over_calls(*value);
    }
  }
  if (lane_of_wait(key, lane)) {
    const bool blind = world_.storage.health() == Storage::Health::throws;
    world_.protocol_rules.wait_read(id_, key, lane, value, blind);
  }
  const std::string before = user();
  const std::string copy = value == nullptr ? "" : *value;  // the client may replace it
  client_->handle_storage_value(key, value == nullptr ? appizer::View::none() : appizer::View(copy),
                                moment());
  if (returning_) return;
  world_.identity_rules.followed(id_, before, user(), true);
  // A cookie that another page has changed is read again before the event that it waits for.
  if (tracking_ && !before.empty() && user() != before) {
    world_.identity_rules.acts(*tracking_, id_, user());
  }
}

void Document::request(std::uint32_t flight, std::string url, std::string body, bool keepalive) {
  const auto index = static_cast<std::uint32_t>(world_.sends.size());
  Send send;
  send.document = id_;
  send.flight = flight;
  send.lane = url.find("/v1/users") == std::string::npos ? events : users;
  send.keepalive = keepalive;
  send.parting = parting_;
  send.leaving = leaving_;
  send.began = world_.clock.monotonic();
  send.size = body.size();
  send.url = std::move(url);
  send.body = std::move(body);
  if (send.lane == events) {
    read_events(send.body, send.parts);
    read_automatic(send.body, send.automatic);
    for (const Part& part : send.parts) {
      const bool own =
          part.tag < world_.ledger.size() && world_.ledger.entry(part.tag).document == id_;
      if (own) named_.insert(part.view_document);
    }
  } else {
    read_users(send.body, send.parts);
  }
  if (world_.trace.on()) {
    std::string line = "  " + name() + " sends " + std::to_string(flight) + ":";
    for (const Part& part : send.parts) line += " " + world_.ledger.word(part.tag);
    for (const Automatic& event : send.automatic) {
      line.append(" ").append(event.name).append("#" + std::to_string(event.part.number));
    }
    world_.trace.say(line + (keepalive ? ", keepalive" : ""));
  }
  std::size_t others = world_.clock.now() < own_until ? own_bytes : 0;
  for (const std::uint32_t i : sends_) {
    const Send& other = world_.sends[i];
    if (other.carried && other.keepalive) others += other.size;
  }
  world_.sends.push_back(std::move(send));
  world_.coverage.add(Count::requests);
  if (keepalive) world_.coverage.add(Count::keepalive);
  if (world_.sends[index].batch()) world_.coverage.add(Count::batches);
  if (dead_) {
    world_.ledger.sending(index);
    world_.sends[index].state = Send::orphaned;
    world_.sends[index].carried = false;
    world_.network.send(index, 0);
    return;
  }
  sends_.push_back(index);
  world_.protocol_rules.sending(index, prefix_);
  world_.liveness.sending(world_.sends[index]);
  check_persisted(world_.sends[index]);
  world_.ledger.sending(index);
  world_.identity_rules.sending(index);
  if (world_.plan.features.has(Feature::sequence)) world_.sequence.sending(world_.sends[index]);
  if (leaving_ && world_.plan.features.has(Feature::wrapped_fetch)) {
    // The page is gone before the other script passes it on.
    world_.sends[index].arrives = world_.sends[index].carried = false;
    world_.coverage.add(Count::lost_in_wrapper);
    return;
  }
  if (world_.network.send(index, others)) return;
  if (parting_ && world_.rng.percent(60)) {
    microtasks_.push_back({Input::answer, index});
  } else {
    world_.queue.push(world_.clock.now() + world_.rng.between(0, 3), Due::answer, id_, index);
  }
}

// What is sent is in storage, in case the page dies before the answer.
void Document::check_persisted(const Send& send) {
  if (send.parts.empty() || world_.ledger.leases_excuse() || world_.rng.below(4) != 0) return;
  if (failing_[send.lane] || world_.clock.monotonic() < storage_pause_) return;
  for (const Part* part : {&send.parts.front(), &send.parts.back()}) {
    const Entry& entry = world_.ledger.entry(part->tag);
    if (entry.harmed >= 0 || entry.outdated || entry.repeated) continue;
    if (!world_.ledger.persisted(part->tag)) {
      world_.ledger.violated("sent before it was stored: " + world_.ledger.word(part->tag));
    }
  }
}

void Document::cancel(std::uint32_t flight) {
  const auto found = std::find_if(sends_.rbegin(), sends_.rend(), [&](std::uint32_t index) {
    return world_.sends[index].flight == flight;
  });
  if (found == sends_.rend()) return world_.ledger.violated("cancels what it never sent");
  Send& send = world_.sends[*found];
  world_.network.abort(send);
  send.given_up = true;
  if (send.state != Send::flying) return;
  send.state = Send::cancelled;
  const Millis age = world_.clock.monotonic() - send.began;
  if (age >= appizer::Delivery::kTimeout && !left_ && !returning_) {
    world_.coverage.add(Count::timeouts);
    send.status = 0;  // whatever the server meant to say
    world_.ledger.failed(*found);
    // Without locks it may also have been given up as the page slept longer than its lease.
    if (world_.plan.locks || world_.ledger.shows_fault(*found)) {
      world_.protocol_rules.answered(*found, 0);
    }
    world_.liveness.answered(send, appizer::Outcome::later, 0);
  } else if (!left_ && !returning_ && world_.plan.locks && !ends_) {
    world_.ledger.violated(name() + " gives up a request after " + std::to_string(age));
  }
}

void Document::answer(std::uint32_t index) {
  Send& send = world_.sends[index];
  const bool known =
      send.state == Send::flying || (send.state == Send::handed_over && !send.given_up);
  if (known) {
    if (world_.trace.on()) {
      world_.trace.say("  " + name() + " gets " + std::to_string(send.status) + " for " +
                       std::to_string(send.flight) + " " + send.answer);
    }
    // The glue takes no answer from elsewhere for one of the server.
    if (send.foreign) send.status = 0;
    const auto meaning = documented_outcome(send.status, send);
    if (send.state == Send::handed_over && meaning != appizer::Outcome::delivered) {
      world_.coverage.add(Count::put_back_on_return);
      world_.ledger.put_back(send);
    }
    if (left_ && send.state == Send::flying) {
      // Too late: the next page of the site may have taken over what it carried.
      send.state = Send::orphaned;
    } else if (meaning == appizer::Outcome::delivered) {
      send.state = Send::acknowledged;
    } else if (meaning == appizer::Outcome::refused && !send.batch()) {
      send.state = Send::refused_alone;
      world_.ledger.refused_alone(send);
    } else {
      send.state = Send::failed;
      if (meaning == appizer::Outcome::refused) world_.coverage.add(Count::splits);
    }
    if (meaning == appizer::Outcome::not_allowed || send.status == 0) world_.ledger.failed(index);
    world_.protocol_rules.answered(index, send.status);
    const Millis pause = requested_pause(send, world_.clock.wall());
    world_.liveness.answered(send, meaning, pause);
  } else if (send.foreign) {
    send.status = 0;
  }
  send.carried = false;
  const std::string body = send.answer;
  client_->handle_response(send.flight, send.status, send.wait, body, moment());
}

// A page that waits for an answer wakes in time to abort the request.
void Document::check_patience(Millis wait) {
  if (dead_ || cached_ || left_ || leaving_ || sends_.empty()) return;
  const Send& send = world_.sends[sends_.back()];
  if (send.state != Send::flying) return;
  const Millis rest = send.began + appizer::Delivery::kTimeout - world_.clock.monotonic();
  if (wait < 0 || wait > std::max<Millis>(rest, 0)) {
    world_.ledger.violated(name() + " waits too long for an answer: " + std::to_string(wait) +
                           " ms, not " + std::to_string(rest));
  }
}

void Document::arm() {
  const Millis wait = dead_ || cached_ || left_ ? -1 : client_->next_wake();
  check_patience(wait);
  if (wait < 0) {
    if (std::exchange(armed_, false)) ++generation_;
    return;
  }
  const Millis now = world_.clock.now();
  const Millis throttle = world_.plan.throttle;
  // Browsers run a timer late rather than early, and throttle those of hidden pages.
  Millis at = now + std::max<Millis>(wait, 1);
  if (!visible_ && throttle > 0) {
    const Millis step = now - hidden_since_ >= 5 * kMinute ? throttle : kSecond;
    at = (at + step - 1) / step * step;
  }
  if (armed_ && at == armed_at_) return;
  armed_ = true;
  armed_at_ = at;
  wake_due_ = world_.clock.monotonic() + std::max<Millis>(wait, 1);
  world_.queue.push(at, Due::timer, id_, ++generation_);
}

bool Document::unsaved() const { return drained_ < storage_pause_; }

}  // namespace sim
