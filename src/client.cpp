#include "client.h"

#include <utility>

#include "base/compare.h"
#include "base/list.h"
#include "base/text.h"
#include "delivery/event.h"
#include "storage_keys.h"
#include "visitor/consent.h"

namespace appizer {
namespace {

constexpr std::size_t kDocumentIdLength = 10;

}  // namespace

bool Client::input(const Moment& now) {
  now_ = now;
  release_scratch();
  if (running_) running_->session.handle_input();
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
  live_ = config_.live();
  ids_.seed(seed.ids);
  user_entropy_ = seed.user;
  document_id_ = ids_.token(kDocumentIdLength);
  if (!config_.document.empty()) document_id_ = config_.document;
  seq_ = static_cast<std::uint32_t>(config_.kept_calls);
  prefix_ = storage_keys::prefix_of(config_.api_base, config_.app_id);
  for (const auto& problem : problems) hint(problem.hint, problem.name);
  if (config_.drops_bot()) {
    // For good, and there is nothing to erase.
    live_.consent = Consent::denied;
    return Status::ok;
  }
  if (config_.remember_consent && !config_.consent_given) {
    // The decision may be in storage; until it is read nothing else is.
    live_.consent = Consent::pending;
    effects_.read(consent_key());
    return Status::ok;
  }
  if (config_.consent_given) remember_decision(live_.consent, {});
  apply_consent(live_.consent);
  return Status::ok;
}

View Client::consent_key() const { return prefix_ + storage_keys::kConsent; }

void Client::apply_consent(Consent consent) {
  live_.consent = consent;
  switch (consent) {
    case Consent::granted:
      // What a denial has just forbidden is erased first. A page that is prerendered may never be
      // opened.
      if (!running_ && !erasing_ && !live_.prerendering) begin();
      break;
    case Consent::denied:
      end();
      return;
    case Consent::pending:
      break;
  }
  if (!views_started_) {
    views_started_ = true;
    views_.start(live_.visible, now_, effects_);
    forms_.start(effects_);
    effects_.watch(Effect::presses);
  }
}

// A decision can be changed, but not taken back: events would have no place to wait.
bool Client::may_become(Consent consent) const {
  if (consent == live_.consent) return false;
  return consent != Consent::pending || live_.consent != Consent::granted;
}

// What events say of it, and how it is stored: its own name after that of the state, if it has one.
void Client::remember_decision(Consent consent, View decision) {
  decision_ = decision.empty() ? name_of(consent) : json::clip(decision, kLongestDecision);
}

void Client::begin() {
  running_.emplace(config_, live_, ids_, prefix_);
  hinted_storage_ = false;
  running_->ownership.start(now_);
  begin_early_view();
  config_.document.clear();
  read_all();
}

// Nothing may be left of what was stored, by this page or an earlier one.
void Client::end() {
  if (running_) running_->delivery.abandon(effects_);
  running_.reset();
  pending_calls_.clear();
  early_ = {};
  for (const std::uint32_t token : flushes_) effects_.flushed(token, flush_result(0, 0, 0));
  flushes_.clear();
  erasing_ = true;
  // A visitor who grants consent after that, here or in another tab, is a new one.
  for (auto& byte : user_entropy_) byte ^= static_cast<std::uint8_t>(ids_.draw());
  Identity(config_.user_id_storage_key, Persistence::both).erase(effects_);
  effects_.erase(Session(prefix_, 0, true).cookie_key());
  effects_.scan(prefix_);
  effects_.fetch_later({}, {});
  if (config_.locks) effects_.unlock(prefix_);
}

Status Client::set_consent(View state, const Entropy& user, const Moment& now) {
  now_ = now;
  if (!started_) return Status::not_started;
  Consent consent = Consent::granted;
  const bool named = state.starts_with("{");
  const bool known =
      read_consent(json::string(named ? json::member(state, "state") : state), consent);
  if (!known || (consent != live_.consent && !may_become(consent))) {
    hint(Hint::consent_refused, json::clip(state, kLongestUserId));
    return Status::consent_unusable;
  }
  if (config_.drops_bot()) return Status::ok;
  const String decision(named ? json::string(json::member(state, "decision")) : View());
  remember_decision(consent, decision);
  if (config_.remember_consent) {
    String stored = name_of(consent);
    if (!decision.empty()) {
      stored += ' ';
      stored += decision_;
    }
    effects_.store(consent_key(), stored);
  }
  if (consent == live_.consent) return Status::ok;
  user_entropy_ = user;
  apply_consent(consent);
  return Status::ok;
}

// What all documents of the site share.
void Client::read_all() {
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  identity.read(user_entropy_, effects_);
  session.read(effects_);
  first_touch.read(effects_);
  delivery.read_pauses(effects_);
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
    if (live_.consent == Consent::granted && !live_.prerendering) begin();
    return;
  }
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  if (!config_.locks && !away_ && ownership.overslept(now_)) {
    if (!std::exchange(woke_, true)) effects_.scan(prefix_);
    return;
  }
  if (identity.is_known() && pending_calls_.size() > 0 && !composing_) replay();
  forget_early();
  take_over_calls();
  write_provisional();
  if (pending_calls_.size() == 0) {
    for (const std::uint32_t token : flushes_) delivery.flush(token);
    flushes_.clear();
  }
  report_suppressed(false);
  ownership.advance(away_, now_, effects_);
  hint_storage(delivery.journal(Delivery::events).storage_failing());
  if (effects_.empty()) delivery.advance(now_, effects_);
}

View Client::visit(const Moment& now) {
  if (!input(now) || running_->session.would_begin(now.wall, {})) return {};
  String& text = scratch(running_->session.id());
  text += ' ';
  append_view_id(text, document_id_, views_.current_view());
  return text;
}

bool Client::poll(Effect& effect) {
  composed_ = {};
  for (;;) {
    if (effects_.empty() && started_) advance();
    if (effects_.empty()) return false;
    effect = effects_.take();
    // What the hooks leave of it comes back by `track` before the next poll.
    if (effect.kind == Effect::compose) {
      composed_.precedes_calls = !json::member(effect.more, "first").is_none();
      if (composed_.precedes_calls) composing_ = false;
      composed_.user_id = json::string(json::member(effect.more, "user"));
      composed_.session_id = json::string(json::member(effect.more, "session"));
      composed_.event_id = json::string(json::member(effect.more, "event_id"));
      composed_.page = json::string(json::member(effect.more, "page"));
      composed_.provisional = !json::member(effect.more, "provisional").is_none();
      composed_.view = static_cast<std::uint32_t>(json::number(json::member(effect.more, "view")));
    }
    // Where nothing outlives the page there is nothing to look for: except for the decision, if the
    // site wants it kept, and for what was stored before a denial.
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
    const auto& [delivery, ownership, identity, session, first_touch, user_records, guard] =
        *running_;
    next = min(next, delivery.next_wake(now_.monotonic));
    next = min(next, min(ownership.next_wake(), guard.next_wake()));
  }
  return next == kNever ? -1 : max<Millis>(0, next - now_.monotonic);
}

}  // namespace appizer
