// Which submissions of forms count, and what is known of them.
//
// The glue numbers the submissions and reports what happens to each; what that amounts to is
// decided here. A submission begins with the `submit` event, before the page's own handlers, or
// with a call of `form.submit()`. The form's attributes come first. If it is one to be watched, the
// core asks for the values of those fields that may be known (fields.h) and for no others. When
// the handlers have run, it is known whether the browser sends the form:
//
//   It does. The submission counts, at once.
//   It does not, because a handler has prevented it, because the event was a script's own, or
//   because there is nothing to send (`method=dialog`, a `javascript:` action). Then the form was
//   cancelled, or it is handled by script. It counts if it was valid, and if not later than
//   `kWindow` after it began the page shows that it is handling it: a request by fetch or
//   XMLHttpRequest has begun (which is seen when it ends, up to `kLongestRequest` later), the URL
//   has changed, the form was reset or removed, or the page is left. Otherwise it does not count.
//
// The same content of the same form once more within `kRepeat` is a repeat (a second click, or
// `form.submit()` after the event) and does not count again.
//
// Nothing is sent of a submission that does not count. What was typed is only ever part of the user
// record, never of an event.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "capture/fields.h"
#include "config.h"
#include "effect.h"

namespace appizer {

class Forms {
 public:
  static constexpr Millis kWindow = 2 * kSecond;
  static constexpr Millis kLongestRequest = 30 * kSecond;
  static constexpr Millis kRepeat = 10 * kSecond;

  /// What the glue reports. The numbers cross the ABI: they are never reused.
  enum class Input : std::int32_t {
    /// A visitor has begun to fill in a form: its facts (facts.h).
    begun = 0,
    /// A submission begins: its form's facts.
    submits = 1,
    /// The values asked for, in the order asked, separated by NUL.
    values = 2,
    /// The handlers have run. `detail` is a sum of `Ended`.
    ended = 3,
    /// The page has begun a request, `detail` milliseconds after the submission: its URL.
    request = 4,
    /// The form was reset; or, as the answer to a look, removed, or the page's URL is another.
    handled = 5,
  };

  enum Ended : std::uint32_t {
    /// Nothing kept the browser from sending the form.
    sent = 1,
    /// The form was valid.
    valid = 2,
  };

  /// What is to be recorded of a form.
  struct Finding {
    /// The event's name, and its properties as a JSON object.
    View event;
    String properties;
    /// The members that the user record has of the form, and those of its origin, without braces.
    /// Empty where nothing is known of the user.
    String user;
    String origin;
    /// The form's own app, if it has one.
    String app;
    /// Wall time.
    Millis happened = 0;
  };

  explicit Forms(const Config& config) : config_(config) {}

  void start(Effects& effects);

  /// Takes what the glue reports about submission `id`.
  void handle_input(Input input, std::uint32_t id, double detail, View text, const Moment& now,
                    Effects& effects);
  /// The page goes away.
  void handle_pagehide(const Moment& now, Effects& effects);
  /// Does what is due.
  void advance(const Moment& now, Effects& effects);
  /// When `advance` next has something to do.
  Millis next_wake() const;

  /// Takes out the next finding; false when there is none.
  bool take(Finding& finding);

 private:
  enum class Stage : std::uint8_t {
    begins,
    /// Not sent by the browser; the page may yet show that it handles it.
    open,
    /// Only a request that began in time can show it now.
    late,
    /// To be taken.
    counted,
  };
  struct Submission {
    std::uint32_t id = 0;
    Stage stage = Stage::begins;
    /// There is nothing that the browser could send.
    bool scripted = false;
    bool handled = false;
    Millis began = 0;
    /// A reset, a removal or another URL counts until then.
    Millis until = 0;
    /// What the form said, and a `Meaning` for each of its fields, until its values are known.
    String facts;
    String meanings;
    Finding finding;
  };
  struct Counted {
    Millis began = 0;
    std::uint64_t content = 0;
  };
  static constexpr std::size_t kRemembered = 8;

  bool read_facts(View facts, Submission& to, String& wanted, Effects& effects) const;
  void read_values(View values, Submission& to) const;
  void mark_handled(std::size_t index, Effects& effects);
  void count(std::size_t index, Effects& effects);
  void drop(std::size_t index, Effects& effects);
  void forget(std::size_t index, Effects& effects);

  const Config& config_;
  List<Submission> submissions_;
  /// The last that counted.
  Counted counted_[kRemembered];
  std::size_t next_counted_ = 0;
};

}  // namespace appizer
