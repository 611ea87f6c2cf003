#include "capture/forms.h"

#include <algorithm>
#include <utility>

#include "base/compare.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "pages/url.h"

namespace appizer {
namespace {

// A look is answered at once, though not in the same millisecond.
constexpr Millis kAnswer = 100;
constexpr std::size_t kMostSubmissions = 8;

// Whether a request says nothing of what the page does with a form: the SDK's own, and those of
// common tools that measure, which answer to every click.
bool is_noise(View url, View api_base) {
  constexpr char kTools[] =
      "google-analytics.|analytics.google.|doubleclick.|googletagmanager.|facebook.|clarity.ms|"
      "hotjar.|segment.io|mixpanel.|amplitude.|posthog.|plausible.|sentry.|datadoghq.|nr-data.|"
      "fullstory.|logrocket.|tiktok.|linkedin.|bat.bing.|mc.yandex.|matomo|rudderstack.|snowplow";
  if (has_any(split(url).host, kTools)) return true;
  const std::size_t at = url.find(api_base);
  if (at == View::npos) return false;
  url.remove_prefix(at + api_base.size());
  return url.starts_with("/v1/events") || url.starts_with("/v1/users");
}

// Whether an answer refuses what was sent: it is malformed, in conflict, or cannot be processed.
// Other failures say nothing of it.
bool is_refusal(View status) { return status == "400" || status == "409" || status == "422"; }

// Whether a request is one of a series that goes on whatever the visitor does (`times` are when the
// others began): the last came shortly before the submission, or as long before this request as
// the one before had come before it.
bool is_series(View times, double began, View url) {
  constexpr double kShortly = 10'000;
  constexpr double kJitter = 0.1;
  double last = 0;
  double before = 0;
  std::size_t count = 0;
  while (!times.empty()) {
    const double time = json::number(take_until(times, ' '));
    if (time >= 0) break;  // an answer to the submission itself, or what polls for one
    before = last;
    last = time;
    ++count;
  }
  if (count == 0) return false;
  // What has one address for everything may have been called for anything.
  if (last >= -kShortly && !has_any(url, "graphql|admin-ajax|rpc")) return true;
  if (count == 1) return false;
  const double period = last - before;
  const double apart = (began - last) / period;
  return apart > 1 - kJitter && apart < 1 + kJitter;
}

}  // namespace

void Forms::start(Effects& effects) {
  const std::uint32_t what = (config_.form_submits ? Effect::forms : 0U) |
                             (config_.form_starts ? Effect::form_starts : 0U);
  if (what != 0) effects.watch(what);
}

void Forms::begin(bool begun, std::uint32_t id, double form, View facts, const Moment& now,
                  Effects& effects) {
  Submission next;
  String& wanted = scratch();
  if (!read_facts(facts, next, wanted, effects)) return;
  next.id = id;
  next.form = form > 0 && form < 1e9 ? static_cast<std::uint32_t>(form) : 0;
  next.began = now.monotonic;
  next.until = now.monotonic + kWindow;
  next.finding.event = begun ? "form_start" : "form_submit";
  next.finding.happened = now.wall;
  if (begun) next.stage = Stage::counted;
  if (submissions_.size() == kMostSubmissions) {
    // One that would count anyway, or else the oldest.
    std::size_t first = 0;
    while (first < submissions_.size() && !is_settling(submissions_[first].stage)) ++first;
    give_up(first % submissions_.size(), effects);
  }
  submissions_.push_back(std::move(next));
  if (!begun) effects.form_values(id, wanted);
}

void Forms::handle_input(Input input, std::uint32_t id, double detail, View text, const Moment& now,
                         Effects& effects) {
  if (input == Input::begun || input == Input::submits) {
    const bool begun = input == Input::begun;
    if (begun ? config_.form_starts : config_.form_submits) {
      begin(begun, id, detail, text, now, effects);
    }
    return;
  }
  std::size_t index = 0;
  while (index < submissions_.size() && submissions_[index].id != id) ++index;
  if (index == submissions_.size()) return;
  Submission& one = submissions_[index];
  switch (input) {
    case Input::values:
      read_values(text, one);
      one.facts.clear();
      one.meanings.clear();
      break;
    case Input::ended:
      return handle_ended(index, static_cast<int>(detail), now, effects);
    case Input::request:
      return handle_request(index, detail, text, now, effects);
    default:
      if (now.monotonic <= one.until && detail >= 0 && detail < 8) {
        handle_sign(index, static_cast<int>(detail), now, effects);
      }
  }
}

void Forms::handle_ended(std::size_t index, int ended, const Moment& now, Effects& effects) {
  Submission& one = submissions_[index];
  const bool accepted = (ended & Ended::valid) != 0;
  switch (one.stage) {
    case Stage::begins:
      if ((ended & Ended::sent) != 0 && !one.scripted) return count(index, false, effects);
      if (!accepted) return drop(index, effects);
      if (one.handled) return count(index, false, effects);
      one.stage = Stage::open;
      if (one.requested) settle(one, now);
      break;
    case Stage::counted:
      break;
    case Stage::checking:
    case Stage::settling:
      if (accepted) return count(index, true, effects);
      return drop(index, effects);
    default:
      if (!accepted) drop(index, effects);
  }
}

void Forms::handle_request(std::size_t index, double began, View request, const Moment& now,
                           Effects& effects) {
  Submission& one = submissions_[index];
  Texts texts(request);
  const View url = texts.next();
  const View status = texts.next();
  const View times = texts.next();
  if (!(began >= 0 && began <= static_cast<double>(kWindow)) || is_refusal(status) ||
      is_noise(url, config_.api_base) || is_series(times, began, url)) {
    return;
  }
  // What was begun after the form was submitted again is of that submission.
  for (const Submission& other : submissions_) {
    if (one.form != 0 && other.form == one.form && other.id > one.id &&
        static_cast<double>(other.began - one.began) <= began) {
      return;
    }
  }
  one.requested = true;
  if (one.stage == Stage::open || one.stage == Stage::late) settle(one, now);
  static_cast<void>(effects);
}

// The form was reset or removed, or the page's URL is another.
void Forms::handle_sign(std::size_t index, int how, const Moment& now, Effects& effects) {
  Submission& one = submissions_[index];
  // It is a sign for the newest.
  if (is_superseded(one)) return;
  // Both end whatever the visitor has chosen, unless there was a request first.
  if ((one.dialog || (how & Handled::clicked) != 0) && !one.requested) return;
  if ((how & Handled::moved) != 0) {
    // Perhaps the next step of the same form.
    one.requested = true;
    if (one.stage == Stage::open || one.stage == Stage::late) settle(one, now);
    return;
  }
  one.handled = true;
  if (one.stage != Stage::begins) count(index, false, effects);
}

void Forms::settle(Submission& one, const Moment& now) {
  one.stage = Stage::settling;
  one.until = now.monotonic + kSettle;
}

// Whether its form was submitted again, and that is not decided yet.
bool Forms::is_superseded(const Submission& one) const {
  for (const Submission& other : submissions_) {
    if (one.form != 0 && other.form == one.form && other.id > one.id &&
        (other.stage == Stage::begins || other.stage == Stage::open ||
         other.stage == Stage::settling || other.stage == Stage::checking)) {
      return true;
    }
  }
  return false;
}

void Forms::count(std::size_t index, bool steps, Effects& effects) {
  Submission& one = submissions_[index];
  auto& [event, properties, user, origin, app, happened] = one.finding;
  Counted fresh{one.began, fnv1a(app, fnv1a(user, fnv1a<std::uint64_t>(properties))), one.form,
                steps};
  // What the same form was submitted with before was not accepted, or is a step of this.
  if (one.form != 0) {
    const std::uint32_t id = one.id;
    for (std::size_t i = index; i-- > 0;) {
      if (submissions_[i].form == fresh.form && submissions_[i].stage != Stage::counted) {
        forget(i, effects);
      }
    }
    index = 0;
    while (submissions_[index].id != id) ++index;
  }
  Submission& kept = submissions_[index];
  for (Counted& other : counted_) {
    const Millis apart = fresh.began - other.began;
    // One that began later may have been counted before.
    if (apart < kRepeat && -apart < kRepeat && other.content == fresh.content) {
      return forget(index, effects);
    }
    if (other.steps && fresh.form != 0 && other.form == fresh.form && apart < kSteps) {
      other.steps = steps;
      if (other.content == fresh.content || kept.finding.user.empty()) {
        return forget(index, effects);
      }
      other.content = fresh.content;
      kept.finding.event = {};
      kept.stage = Stage::counted;
      return effects.form_check(kept.id, false);
    }
  }
  counted_[next_counted_++ % kRemembered] = fresh;
  kept.stage = Stage::counted;
  effects.form_check(kept.id, false);
}

// Decides now, as there is no time left.
void Forms::give_up(std::size_t index, Effects& effects) {
  const Stage stage = submissions_[index].stage;
  if (is_settling(stage)) {
    count(index, true, effects);
  } else if (stage != Stage::counted) {
    drop(index, effects);
  }
}

void Forms::drop(std::size_t index, Effects& effects) {
  if (config_.debug) effects.hint(Hint::form_not_counted, submissions_[index].label);
  forget(index, effects);
}

void Forms::forget(std::size_t index, Effects& effects) {
  effects.form_check(submissions_[index].id, false);
  submissions_.erase(index);
}

void Forms::handle_pagehide(const Moment& now, Effects& effects) {
  // The newest first: of several of one form it is what counts.
  for (std::size_t i = submissions_.size(); i-- > 0;) {
    if (i >= submissions_.size()) continue;
    const Submission& one = submissions_[i];
    if (one.stage == Stage::open && !one.dialog && now.monotonic <= one.began + kWindow) {
      count(i, false, effects);
    } else {
      give_up(i, effects);
    }
  }
}

void Forms::advance(const Moment& now, Effects& effects) {
  for (std::size_t i = submissions_.size(); i-- > 0;) {
    if (i >= submissions_.size()) continue;
    Submission& one = submissions_[i];
    if (is_settling(one.stage)) {
      if (now.monotonic < one.until) continue;
      if (is_superseded(one)) {
        one.until = now.monotonic + kSettle;
      } else if (one.stage == Stage::checking) {
        count(i, true, effects);
      } else {
        one.stage = Stage::checking;
        one.until = now.monotonic + kAnswer;
        effects.form_check(one.id, true);
      }
    } else if (now.monotonic - one.began >= kLongestRequest) {
      drop(i, effects);
    } else if (one.stage == Stage::open && now.monotonic - one.began >= kWindow) {
      one.stage = Stage::late;
      one.until = now.monotonic + kAnswer;
      effects.form_check(one.id, true);
    }
  }
}

Millis Forms::next_wake() const {
  Millis next = kNever;
  for (const Submission& one : submissions_) {
    next = min(next, is_settling(one.stage)     ? one.until
                     : one.stage == Stage::open ? one.began + kWindow
                                                : one.began + kLongestRequest);
  }
  return next;
}

bool Forms::take(Finding& finding) {
  for (std::size_t i = 0; i < submissions_.size(); ++i) {
    if (submissions_[i].stage != Stage::counted) continue;
    finding = std::move(submissions_[i].finding);
    submissions_.erase(i);
    return true;
  }
  return false;
}

}  // namespace appizer
