// The machine: owns the modules, turns inputs into effects.
//
// Methods are of four kinds. *Commands* come from the app (`track`), *news* from the world
// (`answered`, `visible`), *polls* take out what is to be done (`poll`, `next_wake`). The rule that
// keeps it honest: one input, then drain every effect, then arm the timer. Draining performs an
// effect before it polls the next, and answers a `Read`, a `Scan`, a `Look` or a failed `Store` at
// once.
// Commands that belong to one task may share one draining. An early or repeated `wake` does
// nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "capture/forms.h"
#include "capture/links.h"
#include "config.h"
#include "delivery/answers.h"
#include "delivery/delivery.h"
#include "delivery/event.h"
#include "delivery/leases.h"
#include "delivery/orphans.h"
#include "delivery/user_records.h"
#include "effect.h"
#include "pages/page_views.h"
#include "status.h"
#include "visitor/consent.h"
#include "visitor/identity.h"
#include "visitor/session.h"

namespace appizer {

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
  /// Names the visitor. `id` is JSON text: a string, or a number, which counts as its digits.
  Status set_user_id(View id, const Moment& now);
  /// The site knows something of the visitor: a JSON object, merged into what it said before.
  Status set_user_properties(View properties, const Moment& now);
  /// The visitor leaves (logout): a new anonymous one begins. What waits goes out under its old id.
  Status reset(const Entropy& user, const Moment& now);
  /// The visitor decided; `state` is JSON text: "granted", "denied" or "pending".
  Status set_consent(View state, const Entropy& user, const Moment& now);
  /// The visitor's id; empty while there is none.
  View user_id() const;
  /// Sends what is pending without waiting for company; answered by `Flushed` with the token.
  Status flush(std::uint32_t token, const Moment& now);

  // News.

  /// A `Read`, or another document's write: the key's value, `View::none()` if it has none.
  void handle_storage_value(View key, View text, const Moment& now);
  /// A `Scan`: the keys, separated by line feeds.
  void handle_storage_keys(View list, const Moment& now);
  /// A `Lock`.
  void handle_lock(View name, bool granted, const Moment& now);
  /// A `Store` that did not take.
  void handle_store_failed(View key, const Moment& now);
  /// Storage was emptied by somebody else.
  void handle_storage_cleared(const Moment& now);
  /// A `Request`; `status` 0 if there was no answer.
  void handle_response(std::uint32_t id, int status, const RetryHeaders& wait, View body,
                       const Moment& now);
  void handle_online(bool online, const Moment& now);
  void handle_visibility(bool visible, const Moment& now);
  /// The page goes away (`pagehide`): everything is sent that can be.
  void handle_pagehide(const Moment& now);
  /// What was sent since `leaving` has been taken by the browser, or refused, as far as can be
  /// heard.
  /// Not `sure`: nobody knows whether the browser has them.
  void handle_handover(const Moment& now, bool sure = true);
  /// Requests on their way went through code of the page, which may not have passed them on yet.
  void handle_requests_unsure(const Moment& now);
  /// The page is back from the back/forward cache.
  void handle_pageshow(const Moment& now);
  /// The page's URL is another now.
  void handle_navigation(View url, const Moment& now);
  /// A `Look`.
  void handle_page_facts(const PageViews::Page& page, const Moment& now);
  /// A link was clicked.
  void handle_click(const Link& link, const Moment& now);
  /// What happens to a form, see `Forms::hear`.
  void handle_form(Forms::Input news, std::uint32_t id, double detail, View text,
                   const Moment& now);
  void handle_wake(const Moment& now);

  // Polls.

  /// The next effect to perform; false when there is none.
  bool poll(Effect& effect);
  /// Milliseconds until `wake` is wanted, negative if it is not.
  Millis next_wake() const;

 private:
  /// What exists once the client has started.
  struct Running {
    Running(const Config& config, Ids& ids, View prefix)
        : delivery(config, ids, prefix),
          orphans(prefix),
          leases(prefix),
          identity(config.user_id_storage_key, config.persistence),
          session(prefix, config.session_timeout) {}

    Delivery delivery;
    Orphans orphans;
    Leases leases;
    Identity identity;
    Session session;
    UserRecords user_records;
  };

  bool input(const Moment& now);
  /// Whether what happens can be recorded. Not before it is known who the visitor is: what happens
  /// in the task that grants consent waits with what happened before.
  bool ready() const;
  /// Whether page, forms and links may be watched.
  bool may_watch() const { return started_ && config_.consent != Consent::denied; }
  Status apply_consent(Consent consent);
  bool may_become(Consent consent) const;
  void begin();
  void keep_viewer();
  void end();
  void replay();
  void report_dropped(std::size_t count);
  Event record(View name, View properties, Millis happened, View app = {});
  void record_automatic(View name, View properties, Millis happened, View app = {});
  void begin_visit(View landing, Millis happened);
  void record_forms();
  void record_form_user(View person, View origin, View app);
  View consent_key() const;
  View cookie_change_key() const;
  void announce_id();
  void advance();
  void own_lock();
  void take_name();
  void take_lock(View document);
  void apply_ownership(View document, bool granted);
  void rejoin();
  void read_all();
  void hint(Hint hint, View detail);
  void hint_storage(bool failing);

  Config config_;
  Ids ids_;
  Entropy user_entropy_{};
  Moment now_;
  String document_;
  String prefix_;
  /// None before consent is granted.
  std::optional<Running> running_;
  PendingCalls pending_calls_;
  bool started_ = false;
  /// After a no, until all is erased that was in storage: before that nobody begins anew.
  bool erasing_ = false;
  bool views_started_ = false;
  /// Whose view is pending, where the visitor has another id since; and while it is recorded, or
  /// passes the site's hooks.
  String viewer_;
  String viewed_by_;
  String composed_for_;
  PageViews views_{config_};
  Forms forms_{config_};
  /// Flushes that wait for the page to say what it is.
  List<std::uint32_t> flushes_;
  Effects effects_;
  bool owns_lock_ = false;
  bool wants_recovery_ = false;
  bool hinted_storage_ = false;
  bool away_ = false;
};

}  // namespace appizer
