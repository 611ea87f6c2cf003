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

void Client::tell(Hint hint, std::string detail) {
  if (config_.debug) effects_.tell(hint, std::move(detail));
}

Status Client::start(std::string_view config, const Seed& seed, Moment now) {
  if (input(now)) return Status::already_started;
  Config chosen;
  std::vector<Config::Complaint> complaints;
  const Status status = chosen.read(config, complaints);
  if (status != Status::ok) return status;
  config_ = std::move(chosen);
  ids_.seed(seed.ids);
  user_entropy_ = seed.user;
  document_ = ids_.token(kDocumentLength);
  prefix_ = prefix_of(config_);
  running_ = std::make_unique<Running>(config_, ids_, prefix_);
  for (auto& complaint : complaints) tell(complaint.hint, std::move(complaint.name));
  auto& [delivery, adoption, leases, identity, session] = *running_;
  delivery.journal(Delivery::events).set_document(document_);
  delivery.journal(Delivery::people).set_document(document_);
  read_all();
  adoption.look(now.monotonic + Adoption::kFirstLook);
  views_.start(now, effects_);
  forms_.start(effects_);
  return Status::ok;
}

Status Client::track(std::string_view name, std::string_view properties, Millis happened,
                     Moment now) {
  if (!input(now)) return Status::not_started;
  if (is_blank(name)) return Status::name_missing;
  const Event event = record(name, properties, happened);
  if (config_.debug) {
    if (!is_snake_case(name)) tell(Hint::name_not_snake_case, std::string(name));
    if (says_nothing(name)) tell(Hint::name_says_nothing, std::string(name));
    if (event.properties_lost) tell(Hint::properties_not_an_object, std::string(name));
    if (event.name_cut) tell(Hint::name_cut, std::string(name));
    for (const std::string& property : event.cut) tell(Hint::properties_cut, property);
    for (const std::string& property : event.reserved) tell(Hint::property_name_reserved, property);
  }
  return event.properties_lost ? Status::properties_unusable : Status::ok;
}

// Returns what was made of it, for the hints; its text is in the journal.
Event Client::record(std::string_view name, std::string_view properties, Millis happened,
                     std::string app) {
  auto& [delivery, adoption, leases, identity, session] = *running_;
  const std::string id = ids_.event_id(happened);
  const std::string& session_id = session.touch(ids_, happened, effects_);
  Event event = make_event(name, properties, {identity.id(), session_id, id, happened});
  tell(Hint::tracked, std::string(name));
  Record record;
  record.text = std::move(event.head);
  record.app = std::move(app);
  delivery.add(Delivery::events, std::move(record), effects_);
  return event;
}

Status Client::set_user_id(std::string_view id, Moment now) {
  if (!input(now)) return Status::not_started;
  auto& [delivery, adoption, leases, identity, session] = *running_;
  const auto text = json::string(id);
  const std::string named = text ? *text : json::number(id) ? std::string(id) : std::string();
  if (!is_plausible_user_id(named)) {
    tell(Hint::user_id_refused, std::string(json::clip(id, kLongestUserId)));
    return Status::user_id_unusable;
  }
  const std::string before = identity.id();
  const auto change = identity.set(named, effects_);
  if (change == Identity::Change::none) return Status::ok;
  Record user;
  user.kind = Kind::user;
  user.text = "{\"user_id\":";
  json::append_string(user.text, named);
  if (change == Identity::Change::named) {
    Record alias = user;
    alias.kind = Kind::alias;
    alias.text += ",\"alias_id\":";
    json::append_string(alias.text, before);
    delivery.add(Delivery::people, std::move(user), effects_);
    delivery.add(Delivery::people, std::move(alias), effects_);
  } else {
    // Another person on the same device: nothing may link the two.
    session.end();
    delivery.add(Delivery::people, std::move(user), effects_);
  }
  return Status::ok;
}

Status Client::flush(std::uint32_t token, Moment now) {
  if (!input(now)) return Status::not_started;
  if (views_.hurry(effects_)) {
    flushes_.push_back(token);
  } else {
    running_->delivery.flush(token);
  }
  return Status::ok;
}

void Client::value(std::string_view key, const std::string* text, Moment now) {
  if (!input(now)) return;
  auto& [delivery, adoption, leases, identity, session] = *running_;
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
  if (!input(now)) return;
  std::vector<std::string_view> all;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\n'), list.size());
    all.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  running_->adoption.keys(all, document_, now.monotonic);
}

// Lock names are the prefix and a document's name, or "r" for the one that recovers.
void Client::locked(std::string_view name, bool granted, Moment now) {
  if (!input(now)) return;
  auto& [delivery, adoption, leases, identity, session] = *running_;
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
  auto& [delivery, adoption, leases, identity, session] = *running_;
  delivery.journal(Delivery::events).storage_lost();
  delivery.journal(Delivery::people).storage_lost();
  identity.write(effects_);
}

void Client::answered(std::uint32_t id, int status, const Wait& wait, std::string_view body,
                      Moment now) {
  if (input(now)) running_->delivery.answered(id, status, wait, body, now, effects_);
}

void Client::online(bool online, Moment now) {
  if (!input(now)) return;
  running_->delivery.online(online, now);
  if (online) running_->adoption.look(now.monotonic + Adoption::kFirstLook);
}

void Client::visible(bool visible, Moment now) {
  if (!input(now)) return;
  views_.visible(visible, now, effects_);
  running_->delivery.visible(visible);
  if (visible) running_->adoption.look(now.monotonic + Adoption::kFirstLook);
}

void Client::leaving(Moment now) {
  if (!input(now)) return;
  away_ = true;
  forms_.leaving(now, effects_);
  record_forms();
  views_.leaving(effects_);
  running_->delivery.leaving();
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
  if (!input(now) || !std::exchange(away_, false)) return;
  rejoin();
  views_.returned(now, effects_);
}

void Client::navigated(std::string_view url, Moment now) {
  if (input(now)) views_.navigated(url, now, effects_);
}

void Client::page(const PageViews::Page& page, Moment now) {
  if (!input(now)) return;
  PageViews::Findings found;
  views_.look(page, now, found);
  if (!found.landing.empty()) running_->session.touch(ids_, found.landed, effects_, found.landing);
  for (std::size_t i = 0; i < found.count; ++i) {
    const auto& [name, properties, happened] = found.all[i];
    record(name, properties, happened);
  }
}

void Client::clicked(const Link& link, Moment now) {
  if (!input(now)) return;
  std::string properties;
  const std::string_view name = link_event(config_, views_.url(), views_.page(), link, properties);
  if (!name.empty()) record(name, properties, now.wall);
}

void Client::form(Forms::News news, std::uint32_t id, double detail, std::string_view text,
                  Moment now) {
  if (!input(now)) return;
  forms_.hear(news, id, detail, text, now, effects_);
  record_forms();
}

void Client::record_forms() {
  auto& [delivery, adoption, leases, identity, session] = *running_;
  Forms::Finding form;
  while (forms_.take(form)) {
    record(form.event, form.properties, form.happened, form.app);
    if (!form.person.empty()) {
      Record user;
      user.kind = Kind::user;
      user.app = std::move(form.app);
      user.text = "{\"user_id\":";
      json::append_string(user.text, identity.id());
      user.text += "," + form.person + ",\"origin\":{" + form.origin;
      append_origin(user.text, session.landing());
      user.text += '}';
      delivery.add(Delivery::people, std::move(user), effects_);
    }
    // The page may be about to be left for what the form leads to.
    if (form.event == "form_submit") delivery.hurry();
  }
}

// The document's segments may have been inherited meanwhile. So it takes a new name, and comes by
// what is left under the old one like any heir.
void Client::rejoin() {
  auto& [delivery, adoption, leases, identity, session] = *running_;
  const std::string former = std::exchange(document_, ids_.token(kDocumentLength));
  owns_lock_ = false;
  delivery.journal(Delivery::events).set_document(document_);
  delivery.journal(Delivery::people).set_document(document_);
  delivery.returned(now_, effects_);
  adoption.forget();
  adoption.reclaim(former);
  read_all();
}

// What all documents of the site share.
void Client::read_all() {
  auto& [delivery, adoption, leases, identity, session] = *running_;
  identity.read(user_entropy_, effects_);
  effects_.read(session.key());
  effects_.read(delivery.wait_key(Delivery::events));
  effects_.read(delivery.wait_key(Delivery::people));
}

void Client::wake(Moment now) { input(now); }

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
  auto& [delivery, adoption, leases, identity, session] = *running_;
  if (away_) return;
  if (delivery.idle()) {
    for (const std::string& document : adoption.release()) {
      if (config_.locks) effects_.unlock(prefix_ + document);
    }
    if (!config_.locks) leases.release(effects_);
    if (owns_lock_ && (!config_.locks || !delivery.is_visible())) {
      owns_lock_ = false;
      if (config_.locks) effects_.unlock(prefix_ + document_);
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
  auto& [delivery, adoption, leases, identity, session] = *running_;
  if (!config_.locks && leases.overslept(now_)) {
    leases.release(effects_);
    leases.forget();
    rejoin();
    return;
  }
  for (const std::uint32_t token : flushes_) delivery.flush(token);
  flushes_.clear();
  if (!away_) {
    views_.settle(now_, effects_);
    forms_.settle(now_, effects_);
  }
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
  if (effects_.empty() && running_) settle();
  if (effects_.empty()) return false;
  effect = effects_.take();
  return true;
}

Millis Client::next_wake() const {
  if (!running_ || away_) return -1;
  const auto& [delivery, adoption, leases, identity, session] = *running_;
  const Millis next = std::min({delivery.next_wake(now_.monotonic), adoption.next_wake(),
                                leases.next_wake(), views_.next_wake(), forms_.next_wake()});
  return next == kNever ? -1 : std::max<Millis>(0, next - now_.monotonic);
}

}  // namespace appizer
