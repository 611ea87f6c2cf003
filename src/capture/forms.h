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
//   `kWindow` after it began the page shows that it is handling it: the form was reset or removed,
//   the URL has changed, the page is left, or a request by fetch or XMLHttpRequest has begun (which
//   is seen when it ends, up to `kLongestRequest` later). Otherwise it does not count. A request
//   may just as well have brought a refusal, so that such a submission waits another `kSettle`: if
//   the form is submitted again, or the page marks one of its fields, only what comes then counts.
//   Removal says nothing of a dialog's form, nor where the visitor has clicked on something since.
//
// The same content of the same form once more within `kRepeat` is a repeat (a second click, or
// `form.submit()` after the event) and does not count again. Submissions of a form that a script
// has handled before, and that was not reset since, are steps of one: they do not count again
// either, but the user record gets what is new in them.
//
// A button that says "Cancel" submits nothing. A submission that does not count leaves no event.
// What was typed is only ever part of the user record, never of an event.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "capture/facts.h"
#include "capture/fields.h"
#include "config.h"
#include "effect.h"

namespace appizer {

class Forms {
 public:
  static constexpr Millis kWindow = 2 * kSecond;
  static constexpr Millis kLongestRequest = 30 * kSecond;
  static constexpr Millis kSettle = 2 * kSecond;
  static constexpr Millis kRepeat = 10 * kSecond;
  static constexpr Millis kSteps = 10 * kMinute;

  /// What the glue reports. The numbers cross the ABI: they are never reused.
  enum class Input : std::int32_t {
    /// A visitor has begun to fill in a form: its facts, see `Facts`.
    begun = 0,
    /// A submission begins: its form's facts. `detail` is the form's number, the same for all
    /// submissions of one form, 0 where it is not known.
    submits = 1,
    /// The values asked for, in the order asked, separated by NUL.
    values = 2,
    /// The handlers have run: `detail` is a sum of `Ended`. Again as the page is hidden, and as
    /// the answer to a check.
    ended = 3,
    /// The page has begun a request, `detail` milliseconds after the submission: its URL, the
    /// status of its answer (0 if that is not known), and when requests to the same place began
    /// before it, in milliseconds after the submission and separated by spaces.
    request = 4,
    /// The page shows that it handles the form: `detail` is a sum of `Handled`.
    handled = 5,
  };
  enum Ended {
    /// Nothing kept the browser from sending the form.
    sent = 1,
    valid = 2,
  };
  enum Handled {
    reset = 0,
    /// Removed from the page.
    gone = 1,
    /// The page's URL is another.
    moved = 2,
    /// The visitor has clicked on something else since.
    clicked = 4,
  };

  /// What is to be recorded of a form.
  struct Finding {
    /// The event's name, and its properties as a JSON object. No name where only the user record
    /// is to be written.
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
    /// A request has shown it, and may have been refused.
    settling,
    /// The last check before it counts.
    checking,
    /// To be taken.
    counted,
  };
  static bool is_settling(Stage stage) {
    return stage == Stage::settling || stage == Stage::checking;
  }
  struct Submission {
    std::uint32_t id = 0;
    std::uint32_t form = 0;
    Stage stage = Stage::begins;
    /// There is nothing that the browser could send.
    bool scripted = false;
    /// A dialog: it is closed, whatever was chosen.
    bool dialog = false;
    /// Shown before the handlers had run.
    bool handled = false;
    bool requested = false;
    Millis began = 0;
    /// Open, late: a reset, a removal or another URL counts until then. Settling, checking: ends
    /// then.
    Millis until = 0;
    /// What the form said, and a `Meaning` for each of its fields, until its values are known.
    String facts;
    String meanings;
    /// What the site calls the form.
    String label;
    Finding finding;
  };
  /// One that counted.
  struct Counted {
    Millis began = 0;
    std::uint64_t content = 0;
    std::uint32_t form = 0;
    /// More of its form are steps of the same submission.
    bool steps = false;
  };
  static constexpr std::size_t kRemembered = 8;

  void begin(bool begun, std::uint32_t id, double form, View facts, const Moment& now,
             Effects& effects);
  bool read_facts(View facts, Submission& to, String& wanted, Effects& effects) const;
  void describe(const FormFacts& form, View names, Submission& to) const;
  void read_values(View values, Submission& to) const;
  void handle_ended(std::size_t index, int ended, const Moment& now, Effects& effects);
  void handle_request(std::size_t index, double began, View request, const Moment& now,
                      Effects& effects);
  void handle_sign(std::size_t index, int how, const Moment& now, Effects& effects);
  bool is_superseded(const Submission& one) const;
  void settle(Submission& one, const Moment& now);
  void count(std::size_t index, bool steps, Effects& effects);
  void give_up(std::size_t index, Effects& effects);
  void drop(std::size_t index, Effects& effects);
  void forget(std::size_t index, Effects& effects);

  const Config& config_;
  List<Submission> submissions_;
  /// The last that counted.
  Counted counted_[kRemembered];
  std::size_t next_counted_ = 0;
};

}  // namespace appizer
