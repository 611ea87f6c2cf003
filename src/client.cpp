#include "client.h"

#include <algorithm>
#include <utility>

#include "report.h"

namespace appizer {
namespace {

// Names the space that all documents with the same app and server share. Another app on the same
// origin, or another version of the format (the 1), neither reads nor touches it.
std::string prefix_of(const Config& config) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, 64 bits
  for (const std::string* text : {&config.api_base, &config.app_id}) {
    for (const char c : *text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ '\n') * 1099511628211U;
  }
  std::string out = "appizer.1.";
  for (int i = 0; i < 8; ++i) out += kAlphabet[hash >> (5 * i + 20) & 31];
  return out + ".";
}

constexpr std::size_t kDocumentLength = 10;

// Where the visit began, behind the members of a user's origin.
void append_origin(std::string& out, std::string_view landing) {
  const auto members = json::members(landing);
  if (!members) return;
  for (const auto& [name, value] : *members) {
    if (value == "\"\"") continue;
    if (name == "utm_campaign") (out += ",\"campaign\":") += value;
    out += ',';
    json::append_string(out, name == "url" ? "landing_page" : name);
    out += ':';
    out += value;
  }
}

}  // namespace

bool Client::input(Moment now) {
  now_ = now;
  return running_ != nullptr;
}

bool Client::ready() const {
  return running_ != nullptr && running_->identity.is_known() && waiting_.size() == 0;
}

void Client::tell(Hint hint, std::string detail) {
  if (config_.debug) effects_.tell(hint, std::move(detail));
}

Status Client::start(std::string_view config, const Seed& seed, Moment now) {
  now_ = now;
  if (started_) return Status::already_started;
  Config chosen;
  std::vector<Config::Complaint> complaints;
  const Status status = chosen.read(config, complaints);
  if (status != Status::ok) return status;
  started_ = true;
  config_ = std::move(chosen);
  ids_.seed(seed.ids);
  user_entropy_ = seed.user;
  prefix_ = prefix_of(config_);
  for (auto& complaint : complaints) tell(complaint.hint, std::move(complaint.name));
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

std::string Client::consent_key() const { return prefix_ + "c"; }

Status Client::decide(Consent consent) {
  config_.consent = consent;
  switch (consent) {
    case Consent::granted:
      if (!running_) begin();
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

void Client::begin() {
  running_ = std::make_unique<Running>(config_, ids_, prefix_);
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
  Identity(config_.user_id_storage_key, Persistence::both).erase(effects_);
  effects_.scan(prefix_);
  effects_.leave({}, {});
  if (config_.locks) effects_.unlock(prefix_);
}

Status Client::set_consent(std::string_view state, const Entropy& user, Moment now) {
  now_ = now;
  if (!started_) return Status::not_started;
  const auto name = json::string(state);
  const auto consent = name ? consent_of(*name) : std::nullopt;
  // What was decided can be decided otherwise, but not undecided: events would have no place to
  // wait.
  const bool late = consent == Consent::pending && config_.consent == Consent::granted;
  if (!consent || late) {
    tell(Hint::consent_refused, std::string(json::clip(state, kLongestUserId)));
    return Status::consent_unusable;
  }
  if (config_.drops_bot()) return Status::ok;
  if (config_.remember_consent) {
    effects_.store(consent_key(), std::string(name_of(*consent)));
  }
  if (*consent == config_.consent) return Status::ok;
  user_entropy_ = user;
  decide(*consent);
  return Status::ok;
}

// What waited happens now, in order.
void Client::replay() {
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
    }
  }
}

void Client::report_dropped(std::size_t count) {
  if (count == 0) return;
  effects_.report(report_of("evicted", 0, count, {}));
  std::string text;
  json::append_integer(text, static_cast<std::int64_t>(count));
  tell(Hint::event_evicted, std::move(text));
}

Status Client::track(std::string_view name, std::string_view properties, std::string_view app,
                     Millis happened, Moment now) {
  input(now);
  if (!started_) return Status::not_started;
  if (is_blank(name)) return Status::name_missing;
  const Event event = record(name, properties, happened, std::string(app));
  if (config_.debug) {
    if (!is_snake_case(name)) tell(Hint::name_not_snake_case, std::string(name));
    if (says_nothing(name)) tell(Hint::name_says_nothing, std::string(name));
    if (event.properties_lost) tell(Hint::properties_not_an_object, std::string(name));
    if (event.name_cut) tell(Hint::name_cut, std::string(name));
    for (const std::string& property : event.cut) {
      // Said already, and better.
      const bool said = event.properties_lost || (event.name_cut && property == "event_name");
      if (!said) tell(Hint::properties_cut, property);
    }
    for (const std::string& property : event.reserved) tell(Hint::property_name_reserved, property);
  }
  return event.properties_lost ? Status::properties_unusable : Status::ok;
}

// Returns what was made of it, for the hints; its text is in the journal.
Event Client::record(std::string_view name, std::string_view properties, Millis happened,
                     std::string app) {
  if (!ready()) {
    if (watches()) {
      waiting_.add(
          {Held::event, std::string(name), std::string(properties), std::move(app), happened});
    }
    return {};
  }
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  const std::string id = ids_.event_id(happened);
  const std::string& session_id = session.touch(ids_, happened, effects_);
  Event event =
      make_event(name, properties,
                 {viewed_by_.empty() ? identity.id() : viewed_by_, session_id, id, happened});
  tell(Hint::tracked, std::string(name));
  Record record;
  record.text = std::move(event.head);
  record.app = std::move(app);
  delivery.add(Delivery::events, std::move(record), effects_);
  return event;
}

Status Client::set_user_id(std::string_view id, Moment now) {
  input(now);
  if (!started_) return Status::not_started;
  std::string named = json::string(id).value_or("");
  if (json::number(id)) {
    const std::size_t begin = id.find_first_of("-0123456789");
    named = id.substr(begin, id.find_last_of("0123456789") + 1 - begin);
  }
  if (!is_plausible_user_id(named)) {
    tell(Hint::user_id_refused, std::string(json::clip(id, kLongestUserId)));
    return Status::user_id_unusable;
  }
  if (!ready()) {
    if (watches()) waiting_.add({Held::user_id, {}, std::string(id), {}, 0});
    return Status::ok;
  }
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  const std::string before = identity.id();
  keep_viewer();
  const auto change = identity.set(named, effects_);
  if (change == Identity::Change::none) return Status::ok;
  const bool linked = change == Identity::Change::named;
  // Another person on the same device: nothing may link the two.
  if (!linked) session.end();
  people.named(named, linked ? before : std::string(), delivery, effects_);
  return Status::ok;
}

// A view that is still to be counted was seen by whoever was there.
void Client::keep_viewer() {
  if (viewer_.empty() && views_.is_pending()) viewer_ = running_->identity.id();
}

Status Client::set_user_properties(std::string_view properties, Moment now) {
  input(now);
  if (!started_) return Status::not_started;
  if (!json::is_object(properties)) {
    tell(Hint::user_properties_refused, {});
    return Status::user_properties_unusable;
  }
  if (ready()) {
    running_->people.know(running_->identity.id(), properties, running_->delivery, effects_);
  } else if (watches()) {
    waiting_.add({Held::user_properties, {}, std::string(properties), {}, 0});
  }
  return Status::ok;
}

Status Client::reset(const Entropy& user, Moment now) {
  input(now);
  if (!started_) return Status::not_started;
  if (!running_) return Status::ok;
  keep_viewer();
  running_->identity.reset(user, effects_);
  running_->session.end();
  return Status::ok;
}

std::string_view Client::user_id() const {
  return running_ ? std::string_view(running_->identity.id()) : std::string_view();
}

Status Client::flush(std::uint32_t token, Moment now) {
  input(now);
  if (!started_) return Status::not_started;
  if (!running_) {
    std::string json = "{\"delivered\":0,\"dropped\":0,\"pending\":";
    json::append_integer(json, static_cast<std::int64_t>(waiting_.size()));
    effects_.flushed(token, json + "}");
  } else if (views_.hurry(effects_) || !ready()) {
    flushes_.push_back(token);
  } else {
    running_->delivery.flush(token);
  }
  return Status::ok;
}

void Client::value(std::string_view key, const std::string* text, Moment now) {
  input(now);
  if (key == consent_key() && !running_ && config_.consent == Consent::pending) {
    const auto remembered = text != nullptr ? consent_of(*text) : std::nullopt;
    decide(remembered.value_or(config_.consent_default));
  }
  if (!running_) return;
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  Adoption::Found segment;
  if (const auto news = identity.value(key, text, now, effects_); news != Identity::News::foreign) {
    if (news == Identity::News::refused) {
      tell(Hint::stored_user_id_refused, std::string(json::clip(*text, kLongestUserId)));
    } else if (news == Identity::News::replaced) {
      delivery.rename(identity.replaced(), identity.id());
    }
  } else if (key == session.key()) {
    session.restore(text);
  } else if (adoption.value(key, segment)) {
    if (text == nullptr) return;
    auto lane = segment.lane == 'e' ? Delivery::events : Delivery::people;
    const std::size_t unreadable = delivery.journal(lane).adopt(segment.key, *text);
    if (unreadable > 0) {
      effects_.report(report_of("unreadable", 0, unreadable, {}));
      tell(Hint::record_set_aside, segment.key);
    }
  } else if (!delivery.wait_stored(key, text, now)) {
    std::vector<Leases::Verdict> verdicts;
    leases.value(key, text, now, effects_, verdicts);
    for (const auto& verdict : verdicts) {
      locked(prefix_ + verdict.document, verdict.granted, now);
      // Nobody tells when a lease is not renewed any more, so there is another look then.
      if (verdict.again != kNever) adoption.look(verdict.again);
    }
  }
}

void Client::keys(std::string_view list, Moment now) {
  input(now);
  std::vector<std::string_view> all;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\n'), list.size());
    all.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  if (running_) {
    running_->adoption.keys(all, document_, now.monotonic);
  } else if (config_.consent == Consent::denied) {
    for (const std::string_view key : all) {
      if (key != consent_key()) effects_.erase(std::string(key));
    }
  }
}

// Lock names are the prefix and a document's name, or "r" for the one that recovers.
void Client::locked(std::string_view name, bool granted, Moment now) {
  if (!input(now)) return;
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  if (name.substr(0, prefix_.size()) != prefix_) return;
  const std::string_view document = name.substr(prefix_.size());
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
    effects_.unlock(std::string(name));
  }
}

void Client::store_failed(std::string_view key, Moment now) {
  if (input(now)) running_->delivery.store_failed(key, now.monotonic);
}

void Client::storage_cleared(Moment now) {
  if (!input(now)) return;
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  delivery.journal(Delivery::events).storage_lost();
  delivery.journal(Delivery::people).storage_lost();
  identity.write(effects_);
}

void Client::answered(std::uint32_t id, int status, const Wait& wait, std::string_view body,
                      Moment now) {
  if (input(now)) running_->delivery.answered(id, status, wait, body, now, effects_);
}

void Client::online(bool online, Moment now) {
  config_.online = online;
  if (!input(now)) return;
  running_->delivery.online(online, now);
  if (online) running_->adoption.look(now.monotonic + Adoption::kFirstLook);
}

void Client::visible(bool visible, Moment now) {
  input(now);
  config_.visible = visible;
  if (watches()) views_.visible(visible, now, effects_);
  if (!running_) return;
  running_->delivery.visible(visible);
  if (visible) running_->adoption.look(now.monotonic + Adoption::kFirstLook);
}

void Client::leaving(Moment now) {
  input(now);
  away_ = true;
  if (watches()) {
    forms_.leaving(now, effects_);
    record_forms();
    views_.leaving(effects_);
  }
  if (running_) running_->delivery.leaving();
}

void Client::gone(Moment now) {
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

void Client::returned(Moment now) {
  input(now);
  if (!std::exchange(away_, false)) return;
  if (running_) rejoin();
  if (watches()) views_.returned(now, effects_);
}

void Client::navigated(std::string_view url, Moment now) {
  input(now);
  if (watches()) views_.navigated(url, now, effects_);
}

void Client::page(const PageViews::Page& page, Moment now) {
  input(now);
  if (!watches()) return;
  PageViews::Findings found;
  views_.look(page, now, found);
  if (running_ && !found.landing.empty()) {
    const std::string before = running_->session.id();
    const std::string after = running_->session.touch(ids_, found.landed, effects_, found.landing);
    if (config_.session_start && after != before)
      automatic("session_start", found.landing, found.landed);
  }
  if (found.count > 0) viewed_by_ = std::exchange(viewer_, {});
  for (std::size_t i = 0; i < found.count; ++i) {
    const auto& [name, properties, happened] = found.all[i];
    automatic(name, properties, happened);
  }
  viewed_by_.clear();
}

void Client::clicked(const Link& link, Moment now) {
  input(now);
  if (!watches()) return;
  std::string properties;
  const std::string_view name = link_event(config_, views_.url(), views_.page(), link, properties);
  if (!name.empty()) automatic(name, properties, now.wall);
}

void Client::form(Forms::News news, std::uint32_t id, double detail, std::string_view text,
                  Moment now) {
  input(now);
  if (!watches()) return;
  // Who submits has seen the page: it comes before its form, and says where the visit began.
  if (news == Forms::News::submits) views_.hurry(effects_);
  forms_.hear(news, id, detail, text, now, effects_);
  record_forms();
}

// The site's hooks see it first, if it has any.
void Client::automatic(std::string_view name, std::string_view properties, Millis happened,
                       std::string_view app) {
  if (!config_.hooks) {
    record(name, properties, happened, std::string(app));
    return;
  }
  std::string event = "{\"happened\":";
  json::append_integer(event, happened);
  event += ",\"app\":";
  json::append_string(event, app);
  event += ",\"properties\":";
  event += properties;
  effects_.compose(std::string(name), event + "}");
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

void Client::record_person(std::string_view person, std::string_view origin, std::string app) {
  if (!ready()) {
    waiting_.add({Held::person, std::string(origin), std::string(person), std::move(app), 0});
    return;
  }
  Record user;
  user.kind = Kind::user;
  user.app = std::move(app);
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
  const std::string former = document_;
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

void Client::wake(Moment now) { input(now); }

void Client::take_name() {
  document_ = ids_.token(kDocumentLength);
  running_->delivery.journal(Delivery::events).set_document(document_);
  running_->delivery.journal(Delivery::people).set_document(document_);
}

void Client::take_lock(std::string_view document) {
  if (config_.locks) {
    effects_.lock(prefix_ + std::string(document), false);
  } else {
    running_->leases.claim(document, ids_.draw(), effects_);
  }
}

// Held from the first segment until nothing is left and nobody watches the page: giving it back
// after every delivery would cost more than it gives others.
void Client::own_lock() {
  auto& [delivery, adoption, leases, identity, session, people] = *running_;
  if (away_) return;
  if (delivery.idle()) {
    for (const std::string& document : adoption.release()) {
      if (config_.locks) effects_.unlock(prefix_ + document);
    }
    if (!config_.locks) leases.release(effects_);
    if (owns_lock_ && (!config_.locks || !delivery.is_visible())) {
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
  if (!running_) return;
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
    for (const std::string& document : adoption.due(now_.monotonic, effects_)) take_lock(document);
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
  for (;;) {
    if (effects_.empty() && started_) settle();
    if (effects_.empty()) return false;
    effect = effects_.take();
    if (!config_.cookieless) return true;
    // Nothing outlives the page, so nothing is looked for either.
    switch (effect.kind) {
      case Effect::read:
        value(effect.text, nullptr, now_);
        break;
      case Effect::scan:
        keys({}, now_);
        break;
      case Effect::store:
      case Effect::erase:
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
  Millis next = std::min(views_.next_wake(), forms_.next_wake());
  if (running_) {
    const auto& [delivery, adoption, leases, identity, session, people] = *running_;
    next = std::min(
        {next, delivery.next_wake(now_.monotonic), adoption.next_wake(), leases.next_wake()});
  }
  return next == kNever ? -1 : std::max<Millis>(0, next - now_.monotonic);
}

}  // namespace appizer
