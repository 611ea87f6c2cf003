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
  String& out = keep("appizer.1.");
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
  release_kept();
  return running_.has_value();
}

bool Client::ready() const {
  return running_.has_value() && running_->identity.is_known() && waiting_.size() == 0;
}

void Client::tell(Hint hint, View detail) {
  if (config_.debug) effects_.tell(hint, detail);
}

Status Client::start(View config, const Seed& seed, const Moment& now) {
  now_ = now;
  if (started_) return Status::already_started;
  Config chosen;
  List<Config::Complaint> complaints;
  const Status status = chosen.read(config, complaints);
  if (status != Status::ok) return status;
  started_ = true;
  config_ = std::move(chosen);
  ids_.seed(seed.ids);
  user_entropy_ = seed.user;
  prefix_ = prefix_of(config_);
  for (const auto& complaint : complaints) tell(complaint.hint, complaint.name);
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
  return decide(config_.consent);
}

View Client::consent_key() const { return prefix_ + "c"; }

View Client::news_key() const { return prefix_ + "i"; }

// Nobody tells of a cookie that has changed; so a key in storage does, by another content.
void Client::announce() {
  if (config_.persistence == Persistence::cookie) {
    effects_.store(news_key(), ids_.token(kDocumentLength));
  }
}

Status Client::decide(Consent consent) {
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
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  take_name();
  owns_lock_ = wants_recovery_ = told_storage_ = false;
  read_all();
  adoption.look(now_.monotonic + Adoption::kFirstLook);
}

// Nothing may be left of what was stored, by this page or an earlier one.
void Client::end() {
  if (running_) running_->delivery.abandon(effects_);
  running_.reset();
  waiting_.clear();
  for (const std::uint32_t token : flushes_) effects_.flushed(token, flush_result(0, 0, 0));
  flushes_.clear();
  erasing_ = true;
  // Whoever comes after a no given here or in another tab is somebody else.
  for (auto& byte : user_entropy_) byte ^= static_cast<std::uint8_t>(ids_.draw());
  Identity(config_.user_id_storage_key, Persistence::both).erase(effects_);
  effects_.scan(prefix_);
  effects_.leave({}, {});
  if (config_.locks) effects_.unlock(prefix_);
}

Status Client::set_consent(View state, const Entropy& user, const Moment& now) {
  now_ = now;
  if (!started_) return Status::not_started;
  Consent consent = Consent::granted;
  const bool known = read_consent(json::string(state), consent);
  if (!known || (consent != config_.consent && !may_become(consent))) {
    tell(Hint::consent_refused, json::clip(state, kLongestUserId));
    return Status::consent_unusable;
  }
  if (config_.drops_bot()) return Status::ok;
  if (config_.remember_consent) {
    effects_.store(consent_key(), name_of(consent));
  }
  if (consent == config_.consent) return Status::ok;
  user_entropy_ = user;
  decide(consent);
  return Status::ok;
}

// What waited happens now, in order.
void Client::replay() {
  running_->delivery.journal(Delivery::events).lose(waiting_.dropped_events());
  report_dropped(waiting_.dropped());
  for (const Held& held : waiting_.take()) {
    switch (held.kind) {
      case Held::event:
        record(held.name, held.value, held.happened, held.app);
        break;
      case Held::user_id:
        set_user_id(held.value, now_);
        break;
      case Held::user_properties:
        set_user_properties(held.value, now_);
        break;
      case Held::person:
        record_person(held.value, held.name, held.app);
        break;
      case Held::reset: {
        Entropy user;
        for (std::size_t i = 0; i < sizeof user; ++i) {
          user[i] = static_cast<std::uint8_t>(held.value[i]);
        }
        reset(user, now_);
        break;
      }
      case Held::landing:
        land(held.value, held.happened);
        break;
    }
  }
}

void Client::report_dropped(std::size_t count) {
  if (count == 0) return;
  effects_.report(report_of("evicted", 0, count, {}));
  String& text = keep();
  json::append_integer(text, static_cast<std::int64_t>(count));
  tell(Hint::event_evicted, text);
}

Status Client::track(View name, View properties, View app, Millis happened, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (is_blank(name)) return Status::name_missing;
  const Event event = record(name, properties, happened, app);
  if (config_.debug) {
    if (!is_snake_case(name)) tell(Hint::name_not_snake_case, name);
    if (says_nothing(name)) tell(Hint::name_says_nothing, name);
    if (event.properties_lost) tell(Hint::properties_not_an_object, name);
    if (event.name_cut) tell(Hint::name_cut, name);
    for (const View property : event.cut) {
      // Said already, and better.
      const bool said = event.properties_lost || (event.name_cut && property == "event_name");
      if (!said) tell(Hint::properties_cut, property);
    }
    for (const View property : event.reserved) tell(Hint::property_name_reserved, property);
  }
  return event.properties_lost ? Status::properties_unusable : Status::ok;
}

// Returns what was made of it, for the hints; its text is in the journal.
Event Client::record(View name, View properties, Millis happened, View app) {
  if (!ready()) {
    if (watches()) {
      waiting_.add({Held::event, name, properties, app, happened});
    }
    return {};
  }
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  const View id = ids_.event_id(happened);
  const View session_id = session.touch(ids_, happened, effects_);
  Event event =
      make_event(name, properties,
                 {viewed_by_.empty() ? identity.id() : View(viewed_by_), session_id, id, happened});
  tell(Hint::tracked, name);
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
    tell(Hint::user_id_refused, json::clip(id, kLongestUserId));
    return Status::user_id_unusable;
  }
  if (!ready()) {
    if (watches()) waiting_.add({Held::user_id, {}, id, {}, 0});
    return Status::ok;
  }
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  const View before = keep(identity.id());
  keep_viewer();
  const auto change = identity.set(named, effects_);
  if (change == Identity::Change::none) return Status::ok;
  announce();
  const bool linked = change == Identity::Change::named;
  // Another person on the same device: nothing may link the two.
  if (!linked) session.renew(ids_, now.wall, effects_);
  people.named(named, linked ? before : View(), delivery, effects_);
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
    tell(Hint::user_properties_refused, {});
    return Status::user_properties_unusable;
  }
  if (ready()) {
    running_->people.know(running_->identity.id(), properties, running_->delivery, effects_);
  } else if (watches()) {
    waiting_.add({Held::user_properties, {}, properties, {}, 0});
  }
  return Status::ok;
}

Status Client::reset(const Entropy& user, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (!ready()) {
    const View bytes(reinterpret_cast<const char*>(user.bytes), sizeof user);
    if (watches()) waiting_.add({Held::reset, {}, bytes, {}, 0});
    return Status::ok;
  }
  keep_viewer();
  running_->identity.reset(user, effects_);
  announce();
  running_->session.renew(ids_, now.wall, effects_);
  return Status::ok;
}

View Client::user_id() const { return running_ ? running_->identity.id() : View(); }

Status Client::flush(std::uint32_t token, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (config_.consent != Consent::granted) {
    effects_.flushed(token, flush_result(0, 0, waiting_.size()));
  } else if (views_.hurry(effects_) || !ready()) {
    flushes_.push_back(token);
  } else {
    running_->delivery.flush(token);
  }
  return Status::ok;
}

void Client::value(View key, View text, const Moment& now) {
  input(now);
  if (config_.remember_consent && key == consent_key()) {
    const bool first = config_.consent == Consent::pending && !views_started_;
    Consent heard = first ? config_.consent_default : config_.consent;
    read_consent(text, heard);
    if (first || (may_become(heard) && !config_.drops_bot())) decide(heard);
  }
  if (!running_) return;
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  Adoption::Found segment;
  const bool was_known = identity.is_known();
  if (const auto news = identity.value(key, text, now, effects_); news != Identity::News::foreign) {
    if (news == Identity::News::refused) {
      tell(Hint::stored_user_id_refused, json::clip(text, kLongestUserId));
    } else if (news == Identity::News::replaced) {
      delivery.rename(identity.replaced(), identity.id());
    }
    if (!was_known && identity.is_known() && identity.is_new(now)) announce();
  } else if (key == news_key()) {
    identity.look(effects_);
  } else if (key == session.key()) {
    session.restore(text);
  } else if (adoption.value(key, segment)) {
    if (text.is_none()) return;
    auto lane = segment.lane == 'e' ? Delivery::events : Delivery::people;
    const std::size_t unreadable = delivery.journal(lane).adopt(segment.key, text);
    if (unreadable > 0) {
      effects_.report(report_of("unreadable", 0, unreadable, {}));
      tell(Hint::record_set_aside, segment.key);
    }
  } else if (!delivery.wait_stored(key, text, now)) {
    List<Leases::Verdict> verdicts;
    leases.value(key, text, now, effects_, verdicts);
    for (const auto& verdict : verdicts) {
      decided(verdict.document, verdict.granted);
      // Nobody tells when a lease is not renewed any more, so there is another look then.
      if (verdict.again != kNever) adoption.look(verdict.again);
    }
  }
}

void Client::keys(View list, const Moment& now) {
  input(now);
  if (running_) {
    running_->adoption.keys(list, document_, now.monotonic);
  } else if (erasing_) {
    while (!list.empty()) {
      const View key = take_until(list, '\n');
      if (key != consent_key()) effects_.erase(key);
    }
  }
}

// Lock names are the prefix and a document's name, or "r" for the one that recovers.
void Client::locked(View name, bool granted, const Moment& now) {
  if (input(now) && name.starts_with(prefix_)) decided(name.substr(prefix_.size()), granted);
}

void Client::decided(View document, bool granted) {
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  if (document == document_) return;
  if (document == "r") {
    delivery.recovery_lock(granted);
    if (!granted) return;
    // Whoever had it before may have learned how long to wait, or that the wait is over.
    effects_.read(delivery.wait_key(Delivery::events));
    effects_.read(delivery.wait_key(Delivery::people));
    return;
  }
  const std::size_t bytes = delivery.journal(Delivery::events).bytes();
  const bool room = bytes < config_.max_queue_bytes / 2;
  if (adoption.locked(document, granted, room, effects_) && config_.locks) {
    effects_.unlock(prefix_ + document);
  }
}

void Client::store_failed(View key, const Moment& now) {
  if (!input(now)) return;
  running_->delivery.store_failed(key, now.monotonic);
  running_->identity.store_failed(key);
}

void Client::storage_cleared(const Moment& now) {
  if (!input(now)) return;
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  delivery.journal(Delivery::events).storage_lost();
  delivery.journal(Delivery::people).storage_lost();
  identity.write(effects_);
}

void Client::answered(std::uint32_t id, int status, const Wait& wait, View body,
                      const Moment& now) {
  if (input(now)) running_->delivery.answered(id, status, wait, body, now, effects_);
}

void Client::online(bool online, const Moment& now) {
  config_.online = online;
  if (!input(now)) return;
  running_->delivery.online(online, now);
  if (online) running_->adoption.look(now.monotonic + Adoption::kFirstLook);
}

void Client::visible(bool visible, const Moment& now) {
  input(now);
  config_.visible = visible;
  if (watches()) views_.visible(visible, now, effects_);
  if (!running_) return;
  running_->delivery.visible(visible);
  if (!visible) return;
  running_->identity.look(effects_);
  running_->adoption.look(now.monotonic + Adoption::kFirstLook);
}

void Client::leaving(const Moment& now) {
  input(now);
  away_ = true;
  if (watches()) {
    forms_.leaving(now, effects_);
    record_forms();
    views_.leaving(effects_);
  }
  if (running_) running_->delivery.leaving();
}

void Client::gone(const Moment& now) {
  if (!input(now)) return;
  running_->delivery.gone(effects_);
  running_->adoption.forget();
  running_->leases.forget();
  running_->leases.release(effects_);
  // One name stands for all: a page that is gone holds nothing.
  if (config_.locks) effects_.unlock(prefix_);
  owns_lock_ = false;
  wants_recovery_ = false;
}

void Client::returned(const Moment& now) {
  input(now);
  if (!std::exchange(away_, false)) return;
  // Nobody told it of a decision that was made meanwhile.
  if (config_.remember_consent) effects_.read(consent_key());
  if (running_) rejoin();
  if (watches()) views_.returned(now, effects_);
}

void Client::navigated(View url, const Moment& now) {
  input(now);
  if (watches()) views_.navigated(url, now, effects_);
}

void Client::page(const PageViews::Page& page, const Moment& now) {
  input(now);
  if (!watches()) return;
  PageViews::Findings found;
  views_.look(page, now, found);
  if (!found.landing.empty()) land(found.landing, found.landed);
  if (found.count > 0) viewed_by_ = std::exchange(viewer_, {});
  for (std::size_t i = 0; i < found.count; ++i) {
    const auto& [name, properties, happened] = found.all[i];
    automatic(name, properties, happened);
  }
  if (!viewed_by_.empty()) composed_for_ = std::exchange(viewed_by_, {});
}

// A visit starts with its first view, whatever happened in it before.
void Client::land(View landing, Millis happened) {
  if (!ready()) {
    waiting_.add({Held::landing, {}, landing, {}, happened});
    return;
  }
  Session& session = running_->session;
  const bool lands = session.landing().empty();
  const View before = keep(session.id());
  const bool starts = session.touch(ids_, happened, effects_, landing) != before || lands;
  if (config_.session_start && starts) automatic("session_start", landing, happened);
}

void Client::clicked(const Link& link, const Moment& now) {
  input(now);
  if (!watches()) return;
  String& properties = keep();
  const View name = link_event(config_, views_.url(), views_.page(), link, properties);
  if (!name.empty()) automatic(name, properties, now.wall);
}

void Client::form(Forms::News news, std::uint32_t id, double detail, View text, const Moment& now) {
  input(now);
  if (!watches()) return;
  // Who submits has seen the page: it comes before its form, and says where the visit began.
  if (news == Forms::News::submits) views_.hurry(effects_);
  forms_.hear(news, id, detail, text, now, effects_);
  record_forms();
}

// The site's hooks see it first, if it has any.
void Client::automatic(View name, View properties, Millis happened, View app) {
  if (!config_.hooks) {
    record(name, properties, happened, app);
    return;
  }
  String& event = keep("{\"happened\":");
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
    automatic(form.event, form.properties, form.happened, form.app);
    if (!form.person.empty()) record_person(form.person, form.origin, form.app);
    // The page may be about to be left for what the form leads to.
    if (running_ && form.event == "form_submit") running_->delivery.hurry();
  }
}

void Client::record_person(View person, View origin, View app) {
  if (!ready()) {
    waiting_.add({Held::person, origin, person, app, 0});
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
  running_->delivery.add(Delivery::people, std::move(user), effects_);
}

// The document's segments may have been inherited meanwhile. So it takes a new name, and comes by
// what is left under the old one like any heir.
void Client::rejoin() {
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  const View former = keep(document_);
  take_name();
  owns_lock_ = false;
  delivery.returned(now_, effects_);
  adoption.forget();
  adoption.reclaim(former);
  read_all();
}

// What all documents of the site share.
void Client::read_all() {
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  identity.read(user_entropy_, effects_);
  effects_.read(session.key());
  effects_.read(delivery.wait_key(Delivery::events));
  effects_.read(delivery.wait_key(Delivery::people));
}

void Client::wake(const Moment& now) { input(now); }

void Client::take_name() {
  document_ = ids_.token(kDocumentLength);
  running_->delivery.journal(Delivery::events).set_document(document_);
  running_->delivery.journal(Delivery::people).set_document(document_);
}

void Client::take_lock(View document) {
  if (config_.locks) {
    effects_.lock(prefix_ + document, false);
  } else {
    running_->leases.claim(document, ids_.draw(), effects_);
  }
}

// Held from the first segment until nothing is left: Firefox keeps no page in its back/forward
// cache that holds a lock when it is left, and a page is mostly idle then.
void Client::own_lock() {
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  if (away_) return;
  if (delivery.idle()) {
    for (const View document : adoption.release()) {
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
    if (adoption.left_some()) adoption.look(now_.monotonic + Adoption::kFirstLook);
  } else if (!owns_lock_) {
    owns_lock_ = true;
    if (config_.locks) {
      effects_.lock(prefix_ + document_, true);
    } else {
      leases.hold(document_, now_, effects_);
    }
  }
}

void Client::tell_storage(bool failing) {
  if (failing == told_storage_) return;
  told_storage_ = failing;
  tell(failing ? Hint::storage_failing : Hint::storage_recovered, {});
}

void Client::settle() {
  if (!away_ && watches()) {
    views_.settle(now_, effects_);
    forms_.settle(now_, effects_);
    record_forms();
  }
  if (!running_) {
    erasing_ = false;
    if (config_.consent == Consent::granted) begin();
    return;
  }
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  if (!config_.locks && !away_ && leases.overslept(now_)) {
    leases.release(effects_);
    leases.forget();
    rejoin();
    return;
  }
  if (identity.is_known() && waiting_.size() > 0) replay();
  for (const std::uint32_t token : flushes_) delivery.flush(token);
  flushes_.clear();
  own_lock();
  leases.settle(now_, effects_);
  if (!away_) {
    for (const View document : adoption.due(now_.monotonic, effects_)) take_lock(document);
  }
  delivery.hold(adoption.reclaiming());
  const bool wants = config_.locks && delivery.wants_recovery_lock();
  if (wants != wants_recovery_) {
    wants_recovery_ = wants;
    if (wants) {
      effects_.lock(prefix_ + "r", true);
    } else {
      delivery.recovery_lock(false);
      effects_.unlock(prefix_ + "r");
    }
  }
  tell_storage(delivery.journal(Delivery::events).storage_failing());
  if (effects_.empty()) delivery.settle(now_, effects_);
}

bool Client::poll(Effect& effect) {
  viewed_by_.clear();
  for (;;) {
    if (effects_.empty() && started_) settle();
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
        value(effect.text, View::none(), now_);
        break;
      case Effect::scan:
        if (erasing) return true;
        keys({}, now_);
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
  if (!watches() || away_) return -1;
  Millis next = min(views_.next_wake(), forms_.next_wake());
  if (running_) {
    const auto& [delivery, adoption, leases, identity, session, people] = *running_;
    next = min(next, delivery.next_wake(now_.monotonic));
    next = min(next, min(adoption.next_wake(), leases.next_wake()));
  }
  return next == kNever ? -1 : max<Millis>(0, next - now_.monotonic);
}

}  // namespace appizer
