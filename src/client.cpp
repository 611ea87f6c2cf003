#include "client.h"

#include <utility>

#include "base/compare.h"
#include "base/list.h"
#include "base/text.h"
#include "delivery/report.h"

namespace appizer {
namespace {

// Names the space that all documents with the same app and server share. Another app on the same
// origin, or another version of the format (the 1), neither reads nor touches it.
View prefix_of(const Config& config) {
  constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, 64 bits
  const View space = config.api_base + "\n" + config.app_id + "\n";
  for (const char c : space) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  String& out = scratch("appizer.1.");
  for (int i = 0; i < 8; ++i) out += kAlphabet[hash >> (5 * i + 20) & 31];
  return out += '.';
}

constexpr std::size_t kDocumentLength = 10;

// Where the visit began, behind the members of a user's origin.
void append_origin(String& out, View landing) {
  List<json::Member> members;
  json::members(landing, members);
  for (const auto& [name, value] : members) {
    if (value == "\"\"") continue;
    if (name == "utm_campaign") (out += ",\"campaign\":") += value;
    out += ',';
    json::append_string(out, name == "url" ? View("landing_page") : name);
    out += ':';
    out += value;
  }
}

}  // namespace

bool Client::input(const Moment& now) {
  now_ = now;
  release_scratch();
  return running_.has_value();
}

bool Client::ready() const {
  return running_.has_value() && running_->identity.is_known() && pending_calls_.size() == 0;
}

void Client::hint(Hint hint, View detail) {
  if (config_.debug) effects_.hint(hint, detail);
}

Status Client::start(View config, const Seed& seed, const Moment& now) {
  now_ = now;
  if (started_) return Status::already_started;
  Config chosen;
  List<Config::Problem> problems;
  const Status status = chosen.read(config, problems);
  if (status != Status::ok) return status;
  started_ = true;
  config_ = std::move(chosen);
  ids_.seed(seed.ids);
  user_entropy_ = seed.user;
  prefix_ = prefix_of(config_);
  for (const auto& problem : problems) hint(problem.hint, problem.name);
  if (config_.drops_bot()) {
    // For good, and there is nothing to remove.
    config_.consent = Consent::denied;
    return Status::ok;
  }
  if (config_.remember_consent && !config_.consent_given) {
    // The answer may be in storage; until it is read nothing else is.
    config_.consent = Consent::pending;
    effects_.read(consent_key());
    return Status::ok;
  }
  return apply_consent(config_.consent);
}

View Client::consent_key() const { return prefix_ + "c"; }

View Client::cookie_change_key() const { return prefix_ + "i"; }

// Nobody tells of a cookie that has changed; so a key in storage does, by another content.
void Client::announce_id() {
  if (config_.persistence == Persistence::cookie) {
    effects_.store(cookie_change_key(), ids_.token(kDocumentLength));
  }
}

Status Client::apply_consent(Consent consent) {
  config_.consent = consent;
  switch (consent) {
    case Consent::granted:
      // What a no has just forbidden goes first.
      if (!running_ && !erasing_) begin();
      break;
    case Consent::denied:
      end();
      return Status::ok;
    case Consent::pending:
      break;
  }
  if (!views_started_) {
    views_started_ = true;
    views_.start(now_, effects_);
    forms_.start(effects_);
  }
  return Status::ok;
}

// What was decided can be decided otherwise, but not undecided: events would have no place to
// wait.
bool Client::may_become(Consent consent) const {
  if (consent == config_.consent) return false;
  return consent != Consent::pending || config_.consent != Consent::granted;
}

void Client::begin() {
  running_.emplace(config_, ids_, prefix_);
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  take_name();
  owns_lock_ = wants_recovery_ = hinted_storage_ = false;
  read_all();
  orphans.scan_at(now_.monotonic + Orphans::kFirstScan);
}

// Nothing may be left of what was stored, by this page or an earlier one.
void Client::end() {
  if (running_) running_->delivery.abandon(effects_);
  running_.reset();
  pending_calls_.clear();
  for (const std::uint32_t token : flushes_) effects_.flushed(token, flush_result(0, 0, 0));
  flushes_.clear();
  erasing_ = true;
  // Whoever comes after a no given here or in another tab is somebody else.
  for (auto& byte : user_entropy_) byte ^= static_cast<std::uint8_t>(ids_.draw());
  Identity(config_.user_id_storage_key, Persistence::both).erase(effects_);
  effects_.scan(prefix_);
  effects_.fetch_later({}, {});
  if (config_.locks) effects_.unlock(prefix_);
}

Status Client::set_consent(View state, const Entropy& user, const Moment& now) {
  now_ = now;
  if (!started_) return Status::not_started;
  Consent consent = Consent::granted;
  const bool known = read_consent(json::string(state), consent);
  if (!known || (consent != config_.consent && !may_become(consent))) {
    hint(Hint::consent_refused, json::clip(state, kLongestUserId));
    return Status::consent_unusable;
  }
  if (config_.drops_bot()) return Status::ok;
  if (config_.remember_consent) {
    effects_.store(consent_key(), name_of(consent));
  }
  if (consent == config_.consent) return Status::ok;
  user_entropy_ = user;
  apply_consent(consent);
  return Status::ok;
}

// What waited happens now, in order.
void Client::replay() {
  running_->delivery.journal(Delivery::events).count_lost(pending_calls_.dropped_events());
  report_dropped(pending_calls_.dropped());
  for (const PendingCall& held : pending_calls_.take()) {
    switch (held.kind) {
      case PendingCall::event:
        record(held.name, held.value, held.happened, held.app);
        break;
      case PendingCall::user_id:
        set_user_id(held.value, now_);
        break;
      case PendingCall::user_properties:
        set_user_properties(held.value, now_);
        break;
      case PendingCall::form_user:
        record_form_user(held.value, held.name, held.app);
        break;
      case PendingCall::reset: {
        Entropy user;
        for (std::size_t i = 0; i < sizeof user; ++i) {
          user[i] = static_cast<std::uint8_t>(held.value[i]);
        }
        reset(user, now_);
        break;
      }
      case PendingCall::visit:
        begin_visit(held.value, held.happened);
        break;
    }
  }
}

void Client::report_dropped(std::size_t count) {
  if (count == 0) return;
  effects_.report(report_of("evicted", 0, count, {}));
  String& text = scratch();
  json::append_integer(text, static_cast<std::int64_t>(count));
  hint(Hint::event_evicted, text);
}

Status Client::track(View name, View properties, View app, Millis happened, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (is_blank(name)) return Status::name_missing;
  const Event event = record(name, properties, happened, app);
  if (config_.debug) {
    if (!is_snake_case(name)) hint(Hint::name_not_snake_case, name);
    if (says_nothing(name)) hint(Hint::name_says_nothing, name);
    if (event.properties_lost) hint(Hint::properties_not_an_object, name);
    if (event.name_cut) hint(Hint::name_cut, name);
    for (const View property : event.cut) {
      // Said already, and better.
      const bool said = event.properties_lost || (event.name_cut && property == "event_name");
      if (!said) hint(Hint::properties_cut, property);
    }
    for (const View property : event.reserved) hint(Hint::property_name_reserved, property);
  }
  return event.properties_lost ? Status::properties_unusable : Status::ok;
}

// Returns what was made of it, for the hints; its text is in the journal.
Event Client::record(View name, View properties, Millis happened, View app) {
  if (!ready()) {
    if (may_watch()) {
      pending_calls_.add({PendingCall::event, name, properties, app, happened});
    }
    return {};
  }
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  const View id = ids_.event_id(happened);
  const View session_id = session.touch(ids_, happened, effects_);
  Event event =
      make_event(name, properties,
                 {viewed_by_.empty() ? identity.id() : View(viewed_by_), session_id, id, happened});
  hint(Hint::tracked, name);
  Record record;
  record.text = std::move(event.head);
  record.app = app;
  delivery.add(Delivery::events, std::move(record), effects_);
  return event;
}

Status Client::set_user_id(View id, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  View named = json::string(id);
  if (const double number = json::number(id); number == number) {
    const std::size_t begin = id.find_first_of("-0123456789");
    named = id.substr(begin, id.find_last_of("0123456789") + 1 - begin);
  }
  if (!is_plausible_user_id(named)) {
    hint(Hint::user_id_refused, json::clip(id, kLongestUserId));
    return Status::user_id_unusable;
  }
  if (!ready()) {
    if (may_watch()) pending_calls_.add({PendingCall::user_id, {}, id, {}, 0});
    return Status::ok;
  }
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  const View before = scratch(identity.id());
  keep_viewer();
  const auto change = identity.set(named, effects_);
  if (change == Identity::Change::none) return Status::ok;
  announce_id();
  const bool linked = change == Identity::Change::named;
  // Another person on the same device: nothing may link the two.
  if (!linked) session.restart(ids_, now.wall, effects_);
  user_records.identify(named, linked ? before : View(), delivery, effects_);
  return Status::ok;
}

// A view that is still to be counted was seen by whoever was there.
void Client::keep_viewer() {
  if (viewer_.empty() && views_.is_pending()) viewer_ = running_->identity.id();
}

Status Client::set_user_properties(View properties, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (!json::is_object(properties)) {
    hint(Hint::user_properties_refused, {});
    return Status::user_properties_unusable;
  }
  if (ready()) {
    running_->user_records.set_properties(running_->identity.id(), properties, running_->delivery,
                                          effects_);
  } else if (may_watch()) {
    pending_calls_.add({PendingCall::user_properties, {}, properties, {}, 0});
  }
  return Status::ok;
}

Status Client::reset(const Entropy& user, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (!ready()) {
    const View bytes(reinterpret_cast<const char*>(user.bytes), sizeof user);
    if (may_watch()) pending_calls_.add({PendingCall::reset, {}, bytes, {}, 0});
    return Status::ok;
  }
  keep_viewer();
  running_->identity.reset(user, effects_);
  announce_id();
  running_->session.restart(ids_, now.wall, effects_);
  return Status::ok;
}

View Client::user_id() const { return running_ ? running_->identity.id() : View(); }

Status Client::flush(std::uint32_t token, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (config_.consent != Consent::granted) {
    effects_.flushed(token, flush_result(0, 0, pending_calls_.size()));
  } else if (views_.count_pending_now(effects_) || !ready()) {
    flushes_.push_back(token);
  } else {
    running_->delivery.flush(token);
  }
  return Status::ok;
}

void Client::handle_storage_value(View key, View text, const Moment& now) {
  input(now);
  if (config_.remember_consent && key == consent_key()) {
    const bool first = config_.consent == Consent::pending && !views_started_;
    Consent heard = first ? config_.consent_default : config_.consent;
    read_consent(text, heard);
    if (first || (may_become(heard) && !config_.drops_bot())) apply_consent(heard);
  }
  if (!running_) return;
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  Orphans::Found segment;
  const bool was_known = identity.is_known();
  if (const auto news = identity.handle_storage_value(key, text, now, effects_);
      news != Identity::StorageChange::foreign) {
    if (news == Identity::StorageChange::refused) {
      hint(Hint::stored_user_id_refused, json::clip(text, kLongestUserId));
    } else if (news == Identity::StorageChange::replaced) {
      delivery.rename(identity.replaced(), identity.id());
    }
    if (!was_known && identity.is_known() && identity.is_new(now)) announce_id();
  } else if (key == cookie_change_key()) {
    identity.reread_cookies(effects_);
  } else if (key == session.key()) {
    session.handle_storage_value(text);
  } else if (orphans.handle_storage_value(key, segment)) {
    if (text.is_none()) return;
    auto lane = segment.lane == 'e' ? Delivery::events : Delivery::users;
    const std::size_t unreadable = delivery.journal(lane).take_over(segment.key, text);
    if (unreadable > 0) {
      effects_.report(report_of("unreadable", 0, unreadable, {}));
      hint(Hint::record_set_aside, segment.key);
    }
  } else if (!delivery.handle_stored_pause(key, text, now)) {
    List<Leases::Decision> decisions;
    leases.handle_storage_value(key, text, now, effects_, decisions);
    for (const auto& decision : decisions) {
      apply_ownership(decision.document, decision.granted);
      // Nobody tells when a lease is not renewed any more, so there is another look then.
      if (decision.again != kNever) orphans.scan_at(decision.again);
    }
  }
}

void Client::handle_storage_keys(View list, const Moment& now) {
  input(now);
  if (running_) {
    running_->orphans.handle_storage_keys(list, document_, now.monotonic);
  } else if (erasing_) {
    while (!list.empty()) {
      const View key = take_until(list, '\n');
      if (key != consent_key()) effects_.erase(key);
    }
  }
}

// Lock names are the prefix and a document's name, or "r" for the one that recovers.
void Client::handle_lock(View name, bool granted, const Moment& now) {
  if (input(now) && name.starts_with(prefix_))
    apply_ownership(name.substr(prefix_.size()), granted);
}

void Client::apply_ownership(View document, bool granted) {
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  if (document == document_) return;
  if (document == "r") {
    delivery.set_recovery_lock(granted);
    if (!granted) return;
    // Whoever had it before may have learned how long to wait, or that the wait is over.
    effects_.read(delivery.pause_key(Delivery::events));
    effects_.read(delivery.pause_key(Delivery::users));
    return;
  }
  const std::size_t bytes = delivery.journal(Delivery::events).bytes();
  const bool room = bytes < config_.max_queue_bytes / 2;
  if (orphans.handle_ownership(document, granted, room, effects_) && config_.locks) {
    effects_.unlock(prefix_ + document);
  }
}

void Client::handle_store_failed(View key, const Moment& now) {
  if (!input(now)) return;
  running_->delivery.handle_store_failed(key, now.monotonic);
  running_->identity.handle_store_failed(key);
}

void Client::handle_storage_cleared(const Moment& now) {
  if (!input(now)) return;
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  delivery.journal(Delivery::events).handle_storage_cleared();
  delivery.journal(Delivery::users).handle_storage_cleared();
  identity.write(effects_);
}

void Client::handle_response(std::uint32_t id, int status, const RetryHeaders& wait, View body,
                             const Moment& now) {
  if (input(now)) running_->delivery.handle_response(id, status, wait, body, now, effects_);
}

void Client::handle_online(bool online, const Moment& now) {
  config_.online = online;
  if (!input(now)) return;
  running_->delivery.handle_online(online, now);
  if (online) running_->orphans.scan_at(now.monotonic + Orphans::kFirstScan);
}

void Client::handle_visibility(bool visible, const Moment& now) {
  input(now);
  config_.visible = visible;
  if (may_watch()) views_.handle_visibility(visible, now, effects_);
  if (!running_) return;
  running_->delivery.handle_visibility(visible);
  if (!visible) return;
  running_->identity.reread_cookies(effects_);
  running_->orphans.scan_at(now.monotonic + Orphans::kFirstScan);
}

void Client::handle_pagehide(const Moment& now) {
  input(now);
  away_ = true;
  if (may_watch()) {
    forms_.handle_pagehide(now, effects_);
    record_forms();
    views_.handle_pagehide(effects_);
  }
  if (running_) running_->delivery.handle_pagehide();
}

void Client::handle_requests_unsure(const Moment& now) {
  if (input(now)) running_->delivery.recall(effects_);
}

void Client::handle_handover(const Moment& now, bool sure) {
  if (!input(now)) return;
  running_->delivery.handle_handover(effects_, sure);
  running_->orphans.forget();
  running_->leases.forget();
  running_->leases.release(effects_);
  // One name stands for all: a page that is gone holds nothing.
  if (config_.locks) effects_.unlock(prefix_);
  owns_lock_ = false;
  wants_recovery_ = false;
}

void Client::handle_pageshow(const Moment& now) {
  input(now);
  if (!std::exchange(away_, false)) return;
  // Nobody told it of a decision that was made meanwhile.
  if (config_.remember_consent) effects_.read(consent_key());
  if (running_) rejoin();
  if (may_watch()) views_.handle_pageshow(now, effects_);
}

void Client::handle_navigation(View url, const Moment& now) {
  input(now);
  if (may_watch()) views_.handle_navigation(url, now, effects_);
}

void Client::handle_page_facts(const PageViews::Page& page, const Moment& now) {
  input(now);
  if (!may_watch()) return;
  PageViews::Findings found;
  views_.handle_page_facts(page, now, found);
  if (!found.landing.empty()) begin_visit(found.landing, found.landed);
  if (found.count > 0) viewed_by_ = std::exchange(viewer_, {});
  for (std::size_t i = 0; i < found.count; ++i) {
    const auto& [name, properties, happened] = found.all[i];
    record_automatic(name, properties, happened);
  }
  if (!viewed_by_.empty()) composed_for_ = std::exchange(viewed_by_, {});
}

// A visit starts with its first view, whatever happened in it before.
void Client::begin_visit(View landing, Millis happened) {
  if (!ready()) {
    pending_calls_.add({PendingCall::visit, {}, landing, {}, happened});
    return;
  }
  Session& session = running_->session;
  const bool lands = session.landing().empty();
  const View before = scratch(session.id());
  const bool starts = session.touch(ids_, happened, effects_, landing) != before || lands;
  if (config_.session_start && starts) record_automatic("session_start", landing, happened);
}

void Client::handle_click(const Link& link, const Moment& now) {
  input(now);
  if (!may_watch()) return;
  String& properties = scratch();
  const View name = link_event(config_, views_.url(), views_.page(), link, properties);
  if (!name.empty()) record_automatic(name, properties, now.wall);
}

void Client::handle_form(Forms::Input news, std::uint32_t id, double detail, View text,
                         const Moment& now) {
  input(now);
  if (!may_watch()) return;
  // Who submits has seen the page: it comes before its form, and says where the visit began.
  if (news == Forms::Input::submits) views_.count_pending_now(effects_);
  forms_.handle_input(news, id, detail, text, now, effects_);
  record_forms();
}

// The site's hooks see it first, if it has any.
void Client::record_automatic(View name, View properties, Millis happened, View app) {
  if (!config_.hooks) {
    record(name, properties, happened, app);
    return;
  }
  String& event = scratch("{\"happened\":");
  json::append_integer(event, happened);
  event += ",\"app\":";
  json::append_string(event, app);
  event += ",\"properties\":";
  event += properties;
  event += '}';
  effects_.compose(name, event, !viewed_by_.empty());
}

void Client::record_forms() {
  Forms::Finding form;
  while (forms_.take(form)) {
    record_automatic(form.event, form.properties, form.happened, form.app);
    if (!form.user.empty()) record_form_user(form.user, form.origin, form.app);
    // The page may be about to be left for what the form leads to.
    if (running_ && form.event == "form_submit") running_->delivery.flush_now();
  }
}

void Client::record_form_user(View person, View origin, View app) {
  if (!ready()) {
    pending_calls_.add({PendingCall::form_user, origin, person, app, 0});
    return;
  }
  Record user;
  user.kind = Kind::user;
  user.app = app;
  user.text = "{\"user_id\":";
  json::append_string(user.text, running_->identity.id());
  user.text += ',';
  user.text += person;
  user.text += ",\"origin\":{";
  user.text += origin;
  append_origin(user.text, running_->session.landing());
  user.text += '}';
  running_->delivery.add(Delivery::users, std::move(user), effects_);
}

// The document's segments may have been inherited meanwhile. So it takes a new name, and comes by
// what is left under the old one like any heir.
void Client::rejoin() {
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  const View former = scratch(document_);
  take_name();
  owns_lock_ = false;
  delivery.handle_pageshow(now_, effects_);
  orphans.forget();
  orphans.reclaim(former);
  read_all();
}

// What all documents of the site share.
void Client::read_all() {
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  identity.read(user_entropy_, effects_);
  effects_.read(session.key());
  effects_.read(delivery.pause_key(Delivery::events));
  effects_.read(delivery.pause_key(Delivery::users));
}

void Client::handle_wake(const Moment& now) { input(now); }

void Client::take_name() {
  document_ = ids_.token(kDocumentLength);
  running_->delivery.journal(Delivery::events).set_document(document_);
  running_->delivery.journal(Delivery::users).set_document(document_);
}

void Client::take_lock(View document) {
  if (config_.locks) {
    effects_.lock(prefix_ + document, false);
  } else {
    running_->leases.claim(document, ids_.draw(), effects_);
  }
}

// PendingCall from the first segment until nothing is left: Firefox keeps no page in its
// back/forward cache that holds a lock when it is left, and a page is mostly idle then.
void Client::own_lock() {
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  if (away_) return;
  if (delivery.idle()) {
    for (const View document : orphans.take_finished()) {
      if (config_.locks) effects_.unlock(prefix_ + document);
    }
    if (!config_.locks) leases.release(effects_);
    if (owns_lock_) {
      owns_lock_ = false;
      if (config_.locks) {
        effects_.unlock(prefix_ + document_);
      } else {
        // Somebody may be inheriting what had this name.
        take_name();
      }
    }
    if (orphans.left_some()) orphans.scan_at(now_.monotonic + Orphans::kFirstScan);
  } else if (!owns_lock_) {
    owns_lock_ = true;
    if (config_.locks) {
      effects_.lock(prefix_ + document_, true);
    } else {
      leases.hold(document_, now_, effects_);
    }
  }
}

void Client::hint_storage(bool failing) {
  if (failing == hinted_storage_) return;
  hinted_storage_ = failing;
  hint(failing ? Hint::storage_failing : Hint::storage_recovered, {});
}

void Client::advance() {
  if (!away_ && may_watch()) {
    views_.advance(now_, effects_);
    forms_.advance(now_, effects_);
    record_forms();
  }
  if (!running_) {
    erasing_ = false;
    if (config_.consent == Consent::granted) begin();
    return;
  }
  auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
  if (!config_.locks && !away_ && leases.overslept(now_)) {
    leases.release(effects_);
    leases.forget();
    rejoin();
    return;
  }
  if (identity.is_known() && pending_calls_.size() > 0) replay();
  for (const std::uint32_t token : flushes_) delivery.flush(token);
  flushes_.clear();
  own_lock();
  leases.advance(now_, effects_);
  if (!away_) {
    for (const View document : orphans.take_due(now_.monotonic, effects_)) take_lock(document);
  }
  delivery.pause_for_takeover(orphans.reclaiming());
  const bool wants = config_.locks && delivery.wants_recovery_lock();
  if (wants != wants_recovery_) {
    wants_recovery_ = wants;
    if (wants) {
      effects_.lock(prefix_ + "r", true);
    } else {
      delivery.set_recovery_lock(false);
      effects_.unlock(prefix_ + "r");
    }
  }
  hint_storage(delivery.journal(Delivery::events).storage_failing());
  if (effects_.empty()) delivery.advance(now_, effects_);
}

bool Client::poll(Effect& effect) {
  viewed_by_.clear();
  for (;;) {
    if (effects_.empty() && started_) advance();
    if (effects_.empty()) return false;
    effect = effects_.take();
    // What the hooks leave of it comes back before anything else is done.
    if (effect.kind == Effect::compose && effect.flag) viewed_by_ = composed_for_;
    // Nothing outlives the page, so nothing is looked for either; but the decision, if the site
    // wants that, and what was there before a no.
    if (!config_.cookieless || effect.text == consent_key()) return true;
    const bool erasing = !running_;
    switch (effect.kind) {
      case Effect::read:
        handle_storage_value(effect.text, View::none(), now_);
        break;
      case Effect::scan:
        if (erasing) return true;
        handle_storage_keys({}, now_);
        break;
      case Effect::erase:
        if (erasing) return true;
        break;
      case Effect::store:
      case Effect::lock:
      case Effect::unlock:
        break;
      default:
        return true;
    }
  }
}

Millis Client::next_wake() const {
  if (!may_watch() || away_) return -1;
  Millis next = min(views_.next_wake(), forms_.next_wake());
  if (running_) {
    const auto& [delivery, orphans, leases, identity, session, user_records] = *running_;
    next = min(next, delivery.next_wake(now_.monotonic));
    next = min(next, min(orphans.next_wake(), leases.next_wake()));
  }
  return next == kNever ? -1 : max<Millis>(0, next - now_.monotonic);
}

}  // namespace appizer
