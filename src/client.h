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
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adoption.h"
#include "answers.h"
#include "config.h"
#include "consent.h"
#include "delivery.h"
#include "effect.h"
#include "event.h"
#include "forms.h"
#include "identity.h"
#include "ids.h"
#include "leases.h"
#include "links.h"
#include "moment.h"
#include "page_views.h"
#include "people.h"
#include "session.h"
#include "status.h"

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
  Status start(std::string_view config, const Seed& seed, Moment now);
  /// Records an event that happened at `happened` (wall time). `properties` is JSON text, empty for
  /// none; `app` is empty for the client's own.
  Status track(std::string_view name, std::string_view properties, std::string_view app,
               Millis happened, Moment now);
  /// Names the visitor. `id` is JSON text: a string, or a number, which counts as its digits.
  Status set_user_id(std::string_view id, Moment now);
  /// The site knows something of the visitor: a JSON object, merged into what it said before.
  Status set_user_properties(std::string_view properties, Moment now);
  /// The visitor leaves (logout): a new anonymous one begins. What waits goes out under its old id.
  Status reset(const Entropy& user, Moment now);
  /// The visitor decided; `state` is JSON text: "granted", "denied" or "pending".
  Status set_consent(std::string_view state, const Entropy& user, Moment now);
  /// The visitor's id; empty while there is none.
  std::string_view user_id() const;
  /// Sends what is pending without waiting for company; answered by `Flushed` with the token.
  Status flush(std::uint32_t token, Moment now);

  // News.

  /// A `Read`, or another document's write: the key's value, null if it has none.
  void value(std::string_view key, const std::string* text, Moment now);
  /// A `Scan`: the keys, separated by line feeds.
  void keys(std::string_view list, Moment now);
  /// A `Lock`.
  void locked(std::string_view name, bool granted, Moment now);
  /// A `Store` that did not take.
  void store_failed(std::string_view key, Moment now);
  /// Storage was emptied by somebody else.
  void storage_cleared(Moment now);
  /// A `Request`; `status` 0 if there was no answer.
  void answered(std::uint32_t id, int status, const Wait& wait, std::string_view body, Moment now);
  void online(bool online, Moment now);
  void visible(bool visible, Moment now);
  /// The page goes away (`pagehide`): everything is sent that can be.
  void leaving(Moment now);
  /// What was sent since `leaving` has been taken by the browser, or refused, as far as can be
  /// heard.
  void gone(Moment now);
  /// The page is back from the back/forward cache.
  void returned(Moment now);
  /// The page's URL is another now.
  void navigated(std::string_view url, Moment now);
  /// A `Look`.
  void page(const PageViews::Page& page, Moment now);
  /// A link was clicked.
  void clicked(const Link& link, Moment now);
  /// What happens to a form, see `Forms::hear`.
  void form(Forms::News news, std::uint32_t id, double detail, std::string_view text, Moment now);
  void wake(Moment now);

  // Polls.

  /// The next effect to perform; false when there is none.
  bool poll(Effect& effect);
  /// Milliseconds until `wake` is wanted, negative if it is not.
  Millis next_wake() const;

 private:
  /// What exists once the client has started.
  struct Running {
    Running(const Config& config, Ids& ids, const std::string& prefix)
        : delivery(config, ids, prefix),
          adoption(prefix + "j."),
          leases(prefix + "l."),
          identity(config.user_id_storage_key, config.persistence),
          session(prefix + "s", config.session_timeout) {}

    Delivery delivery;
    Adoption adoption;
    Leases leases;
    Identity identity;
    Session session;
    People people;
  };

  bool input(Moment now);
  /// Whether what happens can be recorded. Not before it is known who the visitor is: what happens
  /// in the task that grants consent waits with what happened before.
  bool ready() const;
  /// Whether page, forms and links may be watched.
  bool watches() const { return started_ && config_.consent != Consent::denied; }
  Status decide(Consent consent);
  void begin();
  void keep_viewer();
  void end();
  void replay();
  void report_dropped(std::size_t count);
  Event record(std::string_view name, std::string_view properties, Millis happened,
               std::string app = {});
  void automatic(std::string_view name, std::string_view properties, Millis happened,
                 std::string_view app = {});
  void record_forms();
  void record_person(std::string_view person, std::string_view origin, std::string app);
  std::string consent_key() const;
  void settle();
  void own_lock();
  void take_name();
  void take_lock(std::string_view document);
  void rejoin();
  void read_all();
  void tell(Hint hint, std::string detail);
  void tell_storage(bool failing);

  Config config_;
  Ids ids_;
  Entropy user_entropy_{};
  Moment now_;
  std::string document_;
  std::string prefix_;
  /// None before consent is granted.
  std::unique_ptr<Running> running_;
  Waiting waiting_;
  bool started_ = false;
  bool views_started_ = false;
  /// Whose view is pending, where the visitor has another id since; and while it is recorded.
  std::string viewer_;
  std::string viewed_by_;
  PageViews views_{config_};
  Forms forms_{config_};
  /// Flushes that wait for the page to say what it is.
  std::vector<std::uint32_t> flushes_;
  Effects effects_;
  bool owns_lock_ = false;
  bool wants_recovery_ = false;
  bool told_storage_ = false;
  bool away_ = false;
};

}  // namespace appizer
