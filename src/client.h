// The state machine: owns the modules, turns inputs into effects.
//
// Methods are of three kinds. *Commands* come from the app (`track`), *host events* report what
// happened around it (`handle_response`, `handle_visibility`), *polls* take out what is to be done
// (`poll`, `next_wake`). The order is always: one input, then drain every effect, then arm the
// timer. Draining performs an effect before it polls the next, and answers a `read`, a `scan`, a
// `page_facts` or a failed `store` at once. Commands of one task may share one draining, except
// where `waits_for_storage` says otherwise. An early or repeated `handle_wake` does nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "capture/clicks.h"
#include "capture/forms.h"
#include "capture/links.h"
#include "config.h"
#include "delivery/answers.h"
#include "delivery/delivery.h"
#include "delivery/event.h"
#include "delivery/ownership.h"
#include "delivery/rate_guard.h"
#include "delivery/user_records.h"
#include "effect.h"
#include "pages/page_views.h"
#include "pending_calls.h"
#include "status.h"
#include "visitor/first_touch.h"
#include "visitor/identity.h"
#include "visitor/session.h"

namespace appizer {

constexpr char kSessionStart[] = "session_start";

class Client {
 public:
  /// What a client needs of the platform's cryptographic generator: one part seeds the ids, the
  /// other becomes the user id of a visitor who has none.
  struct Seed {
    Entropy ids;
    Entropy user;
  };

  // Commands.

  /// Begins. `config` is {"options":{…},"facts":{…}}, see `Config`.
  Status start(View config, const Seed& seed, const Moment& now);
  /// Records an event that happened at `happened` (wall time). `properties` is JSON text, empty for
  /// none; `app` is empty for the client's own.
  Status track(View name, View properties, View app, Millis happened, const Moment& now);
  /// The next `track` is an early call (early_calls.h). `call` is "<time> <number>": storage has it
  /// under the key of that time, in Unix milliseconds; it is that number in the document.
  void handle_early(View call);
  /// Names the visitor. `id` is JSON text: a string, or a number, which counts as its digits.
  Status set_user_id(View id, const Moment& now);
  /// Sets what the site knows about the visitor: a JSON object, merged into earlier ones.
  Status set_user_properties(View properties, const Moment& now);
  /// The visitor logs out: a new anonymous one begins. What waits goes out under its old id.
  Status reset(const Entropy& user, const Moment& now);
  /// The visitor decided; `state` is JSON text: "granted", "denied" or "pending".
  Status set_consent(View state, const Entropy& user, const Moment& now);
  /// The visitor's id; empty while there is none. Valid until the next input.
  View user_id() const;
  /// "<session> <view>" of what happens now, as events have them in `$session_id` and `$view_id`;
  /// empty where there is no client or the next event begins a session. Valid until the next input.
  View visit(const Moment& now);
  /// Whether calls wait for what storage has of the visitor: every effect is to be performed before
  /// the next call, as room for them is bounded.
  bool waits_for_storage() const { return running_.has_value() && pending_calls_.size() > 0; }
  /// Sends what is pending without waiting for a full batch; answered by the effect `flushed` with
  /// the token.
  Status flush(std::uint32_t token, const Moment& now);

  // Host events.

  /// Answers `read`, or reports another document's write: the key's value, `View::none()` if it has
  /// none.
  void handle_storage_value(View key, View text, const Moment& now);
  /// Answers `scan`: the keys, separated by line feeds.
  void handle_storage_keys(View list, const Moment& now);
  /// Answers `lock`.
  void handle_lock(View name, bool granted, const Moment& now);
  /// A `store` failed.
  void handle_store_failed(View key, const Moment& now);
  /// Another script emptied storage.
  void handle_storage_cleared(const Moment& now);
  /// Answers `request`; `status` is 0 if there was no answer.
  void handle_response(std::uint32_t id, int status, const RetryHeaders& headers, View body,
                       const Moment& now);
  void handle_online(bool online, const Moment& now);
  void handle_visibility(bool visible, const Moment& now);
  /// The page goes away (`pagehide`): everything is sent that can be.
  void handle_pagehide(const Moment& now);
  /// The browser has taken over, or refused, what was sent since `handle_pagehide`, as far as that
  /// can be known. `sure` is false where it is not known whether the browser has the requests.
  void handle_handover(const Moment& now, bool sure = true);
  /// Requests on their way went through code of the page, which may not have passed them on yet.
  void handle_requests_unsure(const Moment& now);
  /// The page is back from the back/forward cache.
  void handle_pageshow(const Moment& now);
  /// The page's URL is another now; `gesture` is whether the visitor did something since the last
  /// such change.
  void handle_navigation(View url, bool gesture, const Moment& now);
  /// Answers `page_facts`.
  void handle_page_facts(const PageViews::Page& page, const Moment& now);
  /// A link was clicked.
  void handle_click(const Link& link, const Moment& now);
  /// A marked element or a button was clicked.
  void handle_press(const Press& press, const Moment& now);
  /// Something happened to a form, see `Forms::handle_input`.
  void handle_form(Forms::Input what, std::uint32_t id, double detail, View text,
                   const Moment& now);
  void handle_wake(const Moment& now);

  // Polls.

  /// The next effect to perform; false when there is none.
  bool poll(Effect& effect);
  /// Milliseconds until `handle_wake` is wanted, negative if it is not.
  Millis next_wake() const;

 private:
  /// What exists once consent is granted.
  struct Running {
    Running(const Config& config, const LiveState& live, Ids& ids, View prefix)
        : delivery(config, ids, prefix, live),
          ownership(config, ids, prefix, delivery),
          identity(config.user_id_storage_key, config.persistence),
          session(
              prefix, config.session_timeout,
              config.persistence == Persistence::cookie || config.persistence == Persistence::both),
          first_touch(prefix),
          guard(config.max_events_per_second) {}

    Delivery delivery;
    Ownership ownership;
    Identity identity;
    Session session;
    FirstTouch first_touch;
    UserRecords user_records;
    RateGuard guard;
  };

  /// What an event belongs to that is recorded later than it happened.
  struct Context {
    /// Empty: the current user, the current session.
    String user_id{};
    String session_id{};
    /// 0: the current view, and its page.
    std::uint32_t view = 0;
    String page{};
    /// Empty: a new one.
    String event_id{};
    /// Whether calls wait until it is recorded: it happened before them.
    bool precedes_calls = false;
    /// Whether it is not recorded, but kept for the case that the page ends: see `Provisional`.
    bool provisional = false;
  };

  /// What will be recorded if the page ends without a further host event; see `PageViews`.
  struct Provisional {
    /// What it was before the site's hooks.
    String found{};
    String name{};
    String properties{};
    Millis happened = 0;
    Context context{};
    /// The number that it was written with.
    std::uint32_t seq = 0;
  };

  bool input(const Moment& now);
  /// Whether calls can be carried out. Not before it is known who the visitor is: what happens in
  /// the task that grants consent waits behind what happened before.
  bool ready() const;
  /// Whether page, forms and links may be watched.
  bool may_watch() const { return started_ && live_.consent != Consent::denied; }
  void hint(Hint hint, View detail);
  void hint_storage(bool failing);

  // Consent (client.cpp).
  void apply_consent(Consent consent);
  bool may_become(Consent consent) const;
  void remember_decision(Consent consent, View decision);
  void begin();
  void end();
  void read_all();
  View consent_key() const;

  // Commands without the beginning of an input, which ends temporary texts: `replay` carries out
  // several (commands.cpp).
  void identify(View id);
  void describe_user(View properties);
  void forget_user(const Entropy& user);
  void replay();
  void report_dropped(std::size_t count);
  void report_suppressed(bool all);

  // What is recorded (commands.cpp).
  Event record(View name, View properties, Millis happened, View app, const Context& context);
  void record_automatic(View name, View properties, Millis happened, View app,
                        const Context& context);
  void begin_visit(View landing, Millis happened, const Context& context);
  bool continue_session(View landing, Millis happened, const Context& context);
  View origin() const;
  void keep_provisional(const PageViews::Finding& finding, View viewer);
  void write_provisional();
  void record_forms();
  void record_form_user(View members, View origin, View app);
  void announce_id();
  void take_over_id();

  // Calls from before a client ran (early_calls.cpp).
  void forget_early();
  void begin_early_view();
  void take_over_calls();
  void take_over(View key, View text);
  View document_of(View key) const;

  void rejoin();
  void rewrite_storage();
  void advance();

  /// Set once, by `start`.
  Config config_;
  LiveState live_;
  Ids ids_;
  Entropy user_entropy_{};
  Moment now_;
  String prefix_;
  /// None before consent is granted.
  std::optional<Running> running_;
  /// The decision that events are recorded under, as they say it; empty where the site asks for
  /// none.
  String decision_;
  PendingCalls pending_calls_;
  /// The early call that is carried out.
  PendingCall::Early early_;
  /// Whether another page has recorded the document's first view.
  bool view_taken_ = false;
  /// The number of that view, where storage has it as an early call.
  std::uint32_t view_seq_ = 0;
  bool started_ = false;
  /// After consent is denied, until everything is erased that was in storage: nothing begins anew
  /// before that.
  bool erasing_ = false;
  bool views_started_ = false;
  PageViews views_{config_};
  Forms forms_{config_, live_};
  /// Of the event that passes the site's hooks; empty outside of that.
  Context composed_;
  /// Whether an event that calls wait for is on its way to the site's hooks.
  bool composing_ = false;
  /// The session of the view that was counted last.
  String view_session_;
  /// Whether it waits to know what storage has, before it goes on after a long sleep.
  bool woke_ = false;
  Provisional provisional_;
  /// Names the document for as long as it lives, and counts its events: see `$view_id`, `$seq`.
  String document_id_;
  std::uint32_t seq_ = 0;
  /// Flushes that wait for the page's facts, or for the visitor's id.
  List<std::uint32_t> flushes_;
  Effects effects_;
  bool hinted_storage_ = false;
  /// From `handle_pagehide` to `handle_pageshow`.
  bool away_ = false;
};

}  // namespace appizer
