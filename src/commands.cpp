// The client's commands, and what they and the page's events record.
#include <utility>

#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "client.h"
#include "delivery/documented_limits.h"
#include "delivery/report.h"
#include "early_calls.h"
#include "storage_keys.h"
#include "visitor/consent.h"

namespace appizer {
namespace {

constexpr std::size_t kChangeLength = 10;
/// Stands before the app of what comes back from the site's hooks: an event that they track
/// themselves meanwhile has no app.
constexpr char kComposed[] = "=";

// A landing's members, each after a comma, by the names that they have in a user's origin.
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

// No event reports that a cookie has changed; so a key in storage gets another text.
void Client::announce_id() {
  if (config_.persistence == Persistence::cookie) {
    effects_.store(prefix_ + storage_keys::kIdChange, ids_.token(kChangeLength));
  }
}

// Carries out the calls that waited, in order.
void Client::replay() {
  // What was dropped was tracked as well.
  seq_ += static_cast<std::uint32_t>(pending_calls_.dropped_events());
  running_->delivery.journal(Delivery::events).count_lost(pending_calls_.dropped_events());
  report_dropped(pending_calls_.dropped());
  for (PendingCall& call : pending_calls_.take()) {
    // One that waits again, for what storage has of the session, keeps the others behind it.
    if (pending_calls_.size() > 0 || composing_) {
      pending_calls_.add(std::move(call));
      continue;
    }
    switch (call.kind) {
      case PendingCall::event:
        early_ = call.early;
        record(call.name, call.json, call.happened, call.app,
               {.view = call.view, .page = call.page});
        break;
      case PendingCall::user_id:
        identify(call.name);
        break;
      case PendingCall::user_properties:
        describe_user(call.json);
        break;
      case PendingCall::form_user:
        record_form_user(call.json, call.origin, call.app);
        break;
      case PendingCall::reset:
        forget_user(call.entropy);
        break;
      case PendingCall::composed:
        composing_ = true;
        effects_.compose(call.name, call.json);
        break;
      case PendingCall::visit:
        begin_visit(call.json, call.happened, {.view = call.view});
        break;
    }
  }
}

void Client::report_dropped(std::size_t count) {
  if (count == 0) return;
  effects_.report(report_of("evicted", 0, count, {}));
  hint(Hint::event_evicted, json::integer_text(count));
}

// What the rate guard held back.
void Client::report_suppressed(bool all) {
  const std::size_t count = running_->guard.take_report(now_.monotonic, all);
  if (count == 0) return;
  effects_.report(report_of("suppressed", 0, count, {}));
  hint(Hint::event_suppressed, json::integer_text(count));
}

Status Client::track(View name, View properties, View app, Millis happened, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (is_blank(name)) return Status::name_missing;
  const bool composed = app.starts_with(kComposed);
  if (composed) app.remove_prefix(1);
  if (composed && composed_.provisional) {
    provisional_ = {provisional_.found, name, properties, happened, composed_};
    return Status::ok;
  }
  const Event event = record(name, properties, happened, app, composed ? composed_ : Context{});
  if (config_.debug) {
    if (!is_snake_case(name)) hint(Hint::name_not_snake_case, name);
    if (says_nothing(name)) hint(Hint::name_says_nothing, name);
    if (count_characters(name) > kDocumentedName)
      hint(Hint::name_over_limit, json::clip(name, 255));
    if (count_characters(properties) > kDocumentedProperties) {
      hint(Hint::properties_over_limit, name);
    }
    if (event.properties_lost) hint(Hint::properties_not_an_object, name);
    if (event.name_cut) hint(Hint::name_cut, name);
    for (const View property : event.cut) {
      // There is a better hint already.
      const bool said = event.properties_lost || (event.name_cut && property == "event_name");
      if (!said) hint(Hint::properties_cut, property);
    }
    for (const View property : event.reserved) hint(Hint::property_name_reserved, property);
  }
  return event.properties_lost ? Status::properties_unusable : Status::ok;
}

// Returns what was made of it, for the hints; its text is in the journal.
Event Client::record(View name, View properties, Millis happened, View app,
                     const Context& context) {
  const PendingCall::Early early = std::exchange(early_, {});
  const std::uint32_t view = context.view != 0 ? context.view : views_.current_view();
  const View page = context.view != 0 ? View(context.page) : views_.page();
  // The end of a view belongs to its session, and never begins one.
  const bool continues = !context.session_id.empty();
  const bool waits = !ready() && !(context.precedes_calls && running_);
  if (waits || !(continues || continue_session({}, happened, context)) || composing_) {
    if (!may_watch()) return {};
    pending_calls_.add(
        {PendingCall::event, properties, name, {}, app, happened, {}, view, page, early});
    return running_ ? make_event(name, properties, {}) : Event();
  }
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  std::uint32_t suppressed = 0;
  if (!guard.admit(name, now_.monotonic, suppressed)) {
    early_ = early;
    forget_early();
    return {};
  }
  Event event =
      make_event(name, properties,
                 {.user_id = context.user_id.empty() ? identity.id() : View(context.user_id),
                  .session_id = continues ? View(context.session_id) : session.id(),
                  .event_id = !early.key.empty()         ? early_event_id(early.key)
                              : context.event_id.empty() ? ids_.event_id(happened)
                                                         : View(context.event_id),
                  .wall = happened,
                  .document = document_id_,
                  .view = view,
                  .seq = early.seq > 0 ? early.seq : ++seq_,
                  .page = page,
                  .consent = decision_});
  if (suppressed > 0) {
    event.head += ",\"$suppressed\":";
    json::append_integer(event.head, suppressed);
  }
  hint(Hint::tracked, name);
  Record record;
  record.text = std::move(event.head);
  record.app = app;
  delivery.journal(Delivery::events).replace(early.key);
  delivery.add(Delivery::events, std::move(record), effects_);
  return event;
}

// What happens now belongs to the session that goes on, or to a new one, which then says so where
// the site asks for it. False, and nothing done, while storage is asked whether another document
// has begun it, or has changed the cookies that are to be written again.
bool Client::continue_session(View landing, Millis happened, const Context& context) {
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  const bool begins = session.would_begin(happened, landing);
  const bool renews = begins || session.is_cookie_due(happened);
  if (renews && !session.is_fresh()) {
    if (session.is_asked()) return false;
    // Its answer comes last, see `is_fresh`.
    identity.reread_cookies(effects_);
    session.read(effects_);
    return false;
  }
  if (begins && landing.empty()) landing = views_.landing();
  session.touch(ids_, happened, effects_, landing);
  // That of the session, which may have begun on another sub-domain.
  first_touch.handle_landing(session.landing(), effects_);
  if (renews) identity.renew_cookie(effects_);
  if (!begins) return true;
  if (!config_.cookieless) delivery.settle_until(now_.monotonic + Session::kSettle);
  if (config_.session_start) {
    composing_ = config_.hooks;
    if (!delivery.journal(Delivery::events).early_provisional().empty()) {
      // It comes before the view that has its number already.
      early_.seq = view_seq_;
      view_seq_ = ++seq_;
    }
    Context start = context;
    start.event_id.clear();
    start.precedes_calls = true;
    start.provisional = false;
    record_automatic(kSessionStart, landing.empty() ? View("{}") : landing, happened, {}, start);
  }
  return true;
}

Status Client::set_user_id(View id, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  const View named = user_id_in(id);
  if (!is_plausible_user_id(named)) {
    hint(Hint::user_id_refused, json::clip(id, kLongestUserId));
    return Status::user_id_unusable;
  }
  if (ready()) {
    identify(named);
  } else if (may_watch()) {
    pending_calls_.add({PendingCall::user_id, {}, named});
  }
  return Status::ok;
}

// `id` is plausible.
void Client::identify(View id) {
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  const View before = scratch(identity.id());
  views_.keep_viewer(before);
  const auto change = identity.set(id, effects_);
  if (change == Identity::Change::none) return;
  announce_id();
  const bool linked = change == Identity::Change::named;
  // Another user on the same device: nothing may link the two.
  if (!linked) {
    session.end(now_.wall, effects_);
    first_touch.forget(effects_);
  }
  user_records.identify(id, linked ? before : View(), origin(), delivery, effects_);
}

Status Client::set_user_properties(View properties, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (!json::is_object(properties)) {
    hint(Hint::user_properties_refused, {});
    return Status::user_properties_unusable;
  }
  if (ready()) {
    describe_user(properties);
  } else if (may_watch()) {
    pending_calls_.add({PendingCall::user_properties, properties});
  }
  return Status::ok;
}

// `properties` is a JSON object.
void Client::describe_user(View properties) {
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  user_records.set_properties(identity.id(), properties, origin(), delivery, effects_);
}

Status Client::reset(const Entropy& user, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (ready()) {
    forget_user(user);
  } else if (may_watch()) {
    pending_calls_.add({PendingCall::reset, {}, {}, {}, {}, 0, user});
  }
  return Status::ok;
}

void Client::forget_user(const Entropy& user) {
  views_.keep_viewer(running_->identity.id());
  running_->identity.reset(user, effects_);
  announce_id();
  running_->session.end(now_.wall, effects_);
  running_->first_touch.forget(effects_);
}

View Client::user_id() const { return running_ ? running_->identity.id() : View(); }

Status Client::flush(std::uint32_t token, const Moment& now) {
  input(now);
  if (!started_) return Status::not_started;
  if (live_.consent != Consent::granted) {
    effects_.flushed(token, flush_result(0, 0, pending_calls_.size()));
  } else if (views_.count_pending_now(effects_) || !ready()) {
    flushes_.push_back(token);
  } else {
    running_->delivery.flush(token);
  }
  return Status::ok;
}

// A visit starts with its first view, whatever happened in it before.
void Client::begin_visit(View landing, Millis happened, const Context& context) {
  if (ready() && continue_session(landing, happened, context)) {
    // Not that of a view that is still pending: the one before it has not ended yet.
    if (context.view == views_.counted_view()) view_session_ = running_->session.id();
  } else {
    pending_calls_.add({PendingCall::visit, landing, {}, {}, {}, happened, {}, context.view});
  }
}

void Client::keep_provisional(const PageViews::Finding& finding, View viewer) {
  const String same =
      finding.name == provisional_.found && finding.view == provisional_.context.view
          ? provisional_.context.event_id
          : String();
  provisional_ = {};
  if (finding.name.empty() || view_taken_) return;
  const bool leaves = finding.landing.empty();
  Context context{.user_id = viewer, .view = finding.view, .event_id = same, .provisional = true};
  if (leaves) context.session_id = view_session_;
  if (!config_.hooks) {
    provisional_ = {finding.name, finding.name, finding.properties, finding.happened, context};
    if (!leaves) begin_visit(finding.landing, finding.happened, context);
  } else if (leaves) {
    // What the hooks leave of it comes back by `track`. A pending view is not shown to them before
    // it is final, as that would be twice for each view.
    if (context.event_id.empty()) context.event_id = ids_.event_id(finding.happened);
    provisional_.found = finding.name;
    provisional_.context = context;
    record_automatic(finding.name, finding.properties, finding.happened, {}, context);
  }
}

// Brings it up to date in storage. Its number in the document is the next one, so that it is
// written again after each event.
void Client::write_provisional() {
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  Journal& journal = delivery.journal(Delivery::events);
  if (!views_.is_provisional()) provisional_ = {};
  auto& [found, name, properties, happened, context, seq] = provisional_;
  if (name.empty() || !ready()) {
    journal.set_provisional({});
    return;
  }
  const View early = journal.early_provisional();
  const std::uint32_t number = early.empty() ? seq_ + 1 : view_seq_;
  if (seq == number) return;
  seq = number;
  if (context.event_id.empty()) {
    context.event_id = early.empty() ? ids_.event_id(happened) : early_event_id(early);
  }
  const Event event = make_event(
      name, properties,
      {.user_id = context.user_id.empty() ? identity.id() : View(context.user_id),
       .session_id = context.session_id.empty() ? session.id() : View(context.session_id),
       .event_id = context.event_id,
       .wall = happened,
       .document = document_id_,
       .view = context.view,
       .seq = seq,
       .consent = decision_});
  journal.set_provisional(event.head);
}

// The site's hooks see it first, if it has any.
void Client::record_automatic(View name, View properties, Millis happened, View app,
                              const Context& context) {
  if (!config_.hooks) {
    record(name, properties, happened, app, context);
    return;
  }
  String& event = scratch("{\"happened\":");
  json::append_integer(event, happened);
  event += ",\"app\":";
  json::append_string(event, kComposed + app);
  event += ",\"properties\":";
  event += properties;
  json::append_member(event, "user", context.user_id);
  json::append_member(event, "session", context.session_id);
  json::append_member(event, "event_id", context.event_id);
  json::append_member(event, "page", context.page);
  if (context.provisional) event += ",\"provisional\":1";
  // What began a session comes behind its start.
  const bool waits = waits_for_storage() && !context.precedes_calls && !context.provisional;
  if (waits || context.precedes_calls) event += ",\"first\":1";
  event += ",\"view\":";
  json::append_integer(event, context.view);
  event += '}';
  if (waits) {
    pending_calls_.add({PendingCall::composed, event, name});
  } else {
    effects_.compose(name, event);
  }
}

// Where the visitor came from: on the first visit, and behind that on this one. Each member after a
// comma.
View Client::origin() const {
  String& out = scratch();
  append_origin(out, running_->first_touch.landing());
  String& last = scratch();
  append_origin(last, running_->session.landing());
  if (last.empty()) return out;
  out += ",\"last\":{";
  out += last.substr(1);
  return out += '}';
}

void Client::record_forms() {
  Forms::Finding form;
  while (forms_.take(form)) {
    if (!form.event.empty()) {
      record_automatic(form.event, form.properties, form.happened, form.app, {});
    }
    if (!form.user.empty()) record_form_user(form.user, form.origin, form.app);
    // The page may be about to be left for what the form leads to.
    if (running_ && !(form.event == "form_start")) running_->delivery.flush_now();
  }
}

void Client::record_form_user(View members, View origin, View app) {
  if (!ready()) {
    pending_calls_.add({PendingCall::form_user, members, {}, origin, app});
    return;
  }
  Record user;
  user.kind = Kind::user;
  user.app = app;
  user.text = "{\"user_id\":";
  json::append_string(user.text, running_->identity.id());
  user.text += ',';
  user.text += members;
  user.text += ",\"origin\":{";
  user.text += origin;
  user.text += this->origin();
  user.text += '}';
  running_->delivery.add(Delivery::users, std::move(user), effects_);
}

}  // namespace appizer
