// What the client does with each host event.
#include <utility>

#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "client.h"
#include "storage_keys.h"
#include "visitor/consent.h"

namespace appizer {

void Client::handle_storage_value(View key, View text, const Moment& now) {
  input(now);
  if (config_.remember_consent && key == consent_key()) {
    const bool first = live_.consent == Consent::pending && !views_started_;
    Consent stored = first ? config_.consent : live_.consent;
    View decision = text;
    const bool known = read_consent(take_until(decision, ' '), stored);
    const bool follows = first || may_become(stored);
    if (known && (follows || stored == live_.consent)) remember_decision(stored, decision);
    if (first || (follows && !config_.drops_bot())) apply_consent(stored);
  }
  if (!running_) return;
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  const bool was_known = identity.is_known();
  if (const auto change = identity.handle_storage_value(key, text, now, effects_);
      change != Identity::StorageChange::foreign) {
    if (change == Identity::StorageChange::refused) {
      hint(Hint::stored_user_id_refused, json::clip(text, kLongestUserId));
    } else if (change == Identity::StorageChange::replaced) {
      take_over_id();
    }
    if (!was_known && identity.is_known() && identity.is_new(now)) announce_id();
  } else if (key == prefix_ + storage_keys::kIdChange) {
    identity.reread_cookies(effects_);
  } else if (session.is_key(key)) {
    const auto what = session.handle_storage_value(key, text, now.wall, effects_);
    if (what == Session::Change::replaced) {
      if (view_session_ == session.replaced()) view_session_ = session.id();
      delivery.rename("$session_id", session.replaced(), session.id());
    }
    if (what != Session::Change::none) {
      delivery.settle_until(now.monotonic + Session::kSettle);
    }
  } else if (first_touch.handle_storage_value(key, text)) {
    return;
  } else if (!delivery.handle_stored_pause(key, text, now)) {
    ownership.handle_storage_value(key, text, now, effects_);
  }
}

// Two tabs made an id each, or the site named the visitor in the other one before it knew of ours.
void Client::take_over_id() {
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  const View former = scratch(identity.replaced());
  const bool anonymous = identity.is_anonymous();
  if (anonymous) delivery.rename("user_id", former, identity.id());
  // Under an id that the server has seen, or will see, are events that belong to the new one. A
  // third page may have found it in storage, and does not know that it was contested.
  if (anonymous || seq_ > 0)
    user_records.identify(identity.id(), former, origin(), delivery, effects_);
}

void Client::handle_storage_keys(View list, const Moment& now) {
  input(now);
  if (running_ && std::exchange(woke_, false)) {
    // Others may have taken over what is missing, unless all is, which nobody but the page's own
    // scripts can have removed: their `clear()` is no event here.
    if (list.empty() && !list.is_none()) rewrite_storage();
    running_->ownership.release_leases(effects_);
    rejoin();
  } else if (running_) {
    if (running_->ownership.handle_storage_keys(list, now)) rewrite_storage();
  } else if (erasing_) {
    while (!list.empty()) {
      const View key = take_until(list, '\n');
      if (key != consent_key()) effects_.erase(key);
    }
  }
}

void Client::handle_lock(View name, bool granted, const Moment& now) {
  if (input(now)) running_->ownership.handle_lock(name, granted, effects_);
}

// What storage has of the session stays known: a write that fails each time must not make it be
// asked for each time.
void Client::handle_store_failed(View key, const Moment& now) {
  now_ = now;
  release_scratch();
  if (!running_) return;
  running_->delivery.handle_store_failed(key, now.monotonic);
  running_->identity.handle_store_failed(key);
}

void Client::handle_storage_cleared(const Moment& now) {
  if (!input(now)) return;
  rewrite_storage();
}

void Client::rewrite_storage() {
  running_->delivery.handle_storage_cleared();
  running_->identity.write(effects_);
}

void Client::handle_response(std::uint32_t id, int status, const RetryHeaders& headers, View body,
                             const Moment& now) {
  if (input(now)) running_->delivery.handle_response(id, status, headers, body, now, effects_);
}

void Client::handle_online(bool online, const Moment& now) {
  live_.online = online;
  if (!input(now)) return;
  running_->delivery.handle_online(online, now);
  if (online) running_->ownership.scan_soon(now);
}

void Client::handle_visibility(bool visible, const Moment& now) {
  input(now);
  live_.visible = visible;
  if (visible) live_.prerendering = false;
  if (may_watch()) views_.handle_visibility(visible, now, effects_);
  if (!running_) return;
  running_->delivery.handle_visibility(visible);
  if (!visible) {
    report_suppressed(true);
    // The last chance on many phones: they end hidden pages without a word.
    running_->ownership.verify_storage(effects_);
    return;
  }
  running_->identity.reread_cookies(effects_);
  running_->ownership.scan_soon(now);
}

void Client::handle_pagehide(const Moment& now) {
  input(now);
  away_ = true;
  if (may_watch()) {
    forms_.handle_pagehide(now, effects_);
    record_forms();
    views_.handle_pagehide(effects_);
  }
  if (!running_) return;
  report_suppressed(true);
  running_->ownership.verify_storage(effects_);
  running_->delivery.handle_pagehide();
}

void Client::handle_requests_unsure(const Moment& now) {
  if (input(now)) running_->delivery.recall(effects_);
}

void Client::handle_handover(const Moment& now, bool sure) {
  if (!input(now)) return;
  running_->delivery.handle_handover(effects_, sure);
  running_->ownership.handle_handover(effects_);
}

void Client::handle_pageshow(const Moment& now) {
  input(now);
  if (!std::exchange(away_, false)) return;
  // A decision made meanwhile was not reported to it.
  if (config_.remember_consent) effects_.read(consent_key());
  if (running_) rejoin();
  if (may_watch()) views_.handle_pageshow(now, effects_);
}

void Client::handle_navigation(View url, bool gesture, const Moment& now) {
  input(now);
  if (may_watch()) views_.handle_navigation(url, gesture, now, effects_);
}

void Client::handle_page_facts(const PageViews::Page& page, const Moment& now) {
  input(now);
  if (!may_watch()) return;
  PageViews::Findings found;
  views_.handle_page_facts(page, now, found);
  for (std::size_t i = 0; i < found.count; ++i) {
    const auto& [name, properties, happened, view, landing] = found.all[i];
    Context context{.user_id = found.viewer, .view = view};
    // What storage may have of it already is the same event.
    if (name == provisional_.found && view == provisional_.context.view) {
      context.event_id = provisional_.context.event_id;
    }
    if (!landing.empty()) {
      begin_visit(landing, happened, context);
    } else {
      context.session_id = view_session_;
    }
    // The first view, where another page has recorded it.
    if (name.empty() || (!landing.empty() && std::exchange(view_taken_, false))) continue;
    // The document's first view.
    if (running_) {
      early_ = {running_->delivery.journal(Delivery::events).take_early_provisional(), 0};
      if (!early_.key.empty()) early_.seq = view_seq_;
    }
    record_automatic(name, properties, happened, {}, context);
  }
  keep_provisional(found.provisional, found.viewer);
}

void Client::handle_click(const Link& link, const Moment& now) {
  input(now);
  if (!may_watch()) return;
  String& properties = scratch();
  const View name = link_event(config_, views_.url(), views_.page(), link, properties);
  if (!name.empty()) record_automatic(name, properties, now.wall, {}, {});
}

void Client::handle_press(const Press& press, const Moment& now) {
  input(now);
  if (!may_watch()) return;
  String& properties = scratch();
  const View name = press_event(config_, views_.page(), press, properties);
  if (!name.empty()) record_automatic(name, properties, now.wall, {}, {});
}

void Client::handle_form(Forms::Input what, std::uint32_t id, double detail, View text,
                         const Moment& now) {
  input(now);
  if (!may_watch()) return;
  // A visitor who submits has seen the page: its view comes first, and says where the visit began.
  if (what == Forms::Input::submits) views_.count_pending_now(effects_);
  forms_.handle_input(what, id, detail, text, now, effects_);
  record_forms();
}

// The document goes on under another name, as one that is back from the back/forward cache.
void Client::rejoin() {
  running_->ownership.handle_pageshow(now_, effects_);
  read_all();
}

void Client::handle_wake(const Moment& now) { input(now); }

}  // namespace appizer
