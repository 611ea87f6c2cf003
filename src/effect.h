// All the core may ask for. The host performs these, in the order they are polled.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/list.h"
#include "base/text.h"
#include "hint.h"

namespace appizer {

/// One thing to be done. A plain struct for all kinds and not a variant: the module then holds the
/// code to build, move and destroy one type, not twelve (docs/size.md has what that gave).
struct Effect {
  /// The numbers cross the ABI (abi.h): they are never reused.
  enum Kind : std::int32_t {
    none = 0,
    /// Sends a POST: `number` is its id, `text` the URL, `more` the body (JSON), `flag` whether it
    /// must survive the page (fetch's `keepalive`). Answered by `Client::answered`, once, unless
    /// cancelled.
    request = 1,
    /// Gives up on request `number`; an answer that still comes is ignored.
    cancel = 2,
    /// Writes `more` under the key `text`, to outlive the page. `Client::store_failed` if it does
    /// not take.
    store = 3,
    /// Removes the key `text`.
    erase = 4,
    /// Asks for the value of the key `text`; answered by `Client::value`.
    read = 5,
    /// Asks for the names of all keys that start with `text`; answered by `Client::keys`.
    scan = 6,
    /// Asks for the exclusive lock `text`, shared by all documents of the origin; answered by
    /// `Client::locked`. `flag` is whether to queue for one that somebody holds.
    lock = 7,
    /// Gives the lock `text` back, or stops waiting for it. One that ends with a dot stands for
    /// all.
    unlock = 8,
    /// Leaves a request (URL `text`, body `more`) with the browser, to be sent when the page ends,
    /// however it ends (`fetchLater`). Replaces the one left before; an empty body only takes that
    /// one back.
    fetch_later = 9,
    /// Shows the developer, in debug, a mistake and its cure: `number` is a `Hint`, `text` what
    /// it is about.
    hint = 10,
    /// Reports to the site the events that ended otherwise than delivered: `text` is JSON
    /// (report.h).
    report = 11,
    /// Answers the flush `number`: `text` is {"delivered","dropped","pending"}.
    flushed = 12,
    /// Asks for the page's facts as they are now; answered by `Client::handle_page_facts`. `flag`
    /// is whether the scroll depth is measured now, which may cost a layout, and not only taken
    /// from what was scrolled; `number` is 1 where the depth begins anew after it.
    page_facts = 13,
    /// Begins to watch what the page does: `number` is a sum of `Watched`.
    watch = 14,
    /// Asks for the values of some fields of the submission `number`: `text` is their numbers,
    /// separated by spaces. Answered by `Client::form`.
    form_values = 15,
    /// `flag`: asks whether the form of the submission `number` was removed, or the URL is another
    /// since; answered by `Client::form` only if so. Otherwise nothing more is to be reported about
    /// it.
    form_check = 16,
    /// Asks the site's hooks what becomes of an automatic event: `text` is its name, `more` the
    /// JSON object {"happened","app","properties"}, beside what the event belongs to ("user",
    /// "session", "view", "page"), for the core alone. What they leave of it comes back by
    /// `Client::track`, at once, with the same "happened" and "app".
    compose = 17,
  };

  /// What the page can be watched for. Without need nothing of it is listened to.
  enum Watched : std::uint32_t {
    /// Changes of the URL (`Client::navigated`) and scrolling.
    navigation = 1,
    /// Clicks on links (`Client::clicked`).
    links = 2,
    /// Submissions of forms, and that a visitor begins to fill one in (`Client::form`).
    forms = 4,
    form_starts = 8,
    /// Clicks on marked elements and on buttons (`Client::handle_press`).
    presses = 16,
  };

  Kind kind = none;
  std::uint32_t number = 0;
  bool flag = false;
  String text;
  String more;
};

/// Effects in the order in which they are to be performed.
class Effects {
 public:
  void request(std::uint32_t id, View url, View body, bool keepalive);
  void cancel(std::uint32_t id);
  void store(View key, View value);
  void erase(View key);
  void read(View key);
  void scan(View prefix);
  void lock(View name, bool wait);
  void unlock(View name);
  void fetch_later(View url, View body);
  void hint(Hint hint, View detail);
  void report(View json);
  void flushed(std::uint32_t token, View json);
  void page_facts(bool measure, bool restart);
  void watch(std::uint32_t what);
  void form_values(std::uint32_t id, View fields);
  void form_check(std::uint32_t id, bool further);
  void compose(View name, View event);

  bool empty() const { return next_ == all_.size(); }
  /// Takes out the first.
  Effect take();

 private:
  void add(Effect::Kind kind, std::uint32_t number, bool flag, View text, View more);

  List<Effect> all_;
  std::size_t next_ = 0;
};

}  // namespace appizer
