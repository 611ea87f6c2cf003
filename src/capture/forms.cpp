#include "capture/forms.h"

#include <algorithm>
#include <utility>

#include "base/compare.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "pages/redaction.h"
#include "pages/url.h"

namespace appizer {
namespace {

// A look is answered at once, though not in the same millisecond.
constexpr Millis kAnswer = 100;
constexpr std::size_t kMostSubmissions = 8;
constexpr std::size_t kMostAsked = 40;
constexpr std::size_t kMostNames = 50;
constexpr std::size_t kLongestFieldName = 100;
constexpr std::size_t kLongestKey = 64;

// By `Meaning`.
constexpr const char* kKeys[] = {"",           "",          "email",     "phone",
                                 "first_name", "last_name", "full_name", "organisation"};

void append_member(String& out, const char* name, View value) {
  if (value.empty()) return;
  if (out.size() > 1) out += ',';
  json::append_string(out, name);
  out += ':';
  json::append_string(out, json::clip(value, kLongestTitle));
}

bool is_number(View text) {
  const double number = json::number(text);
  return number == number;
}

bool is_key(View key) {
  return key.size() <= kLongestKey && std::all_of(key.begin(), key.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
         });
}

View trimmed(View text) {
  while (!text.empty() && is_blank(text[0])) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

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

}  // namespace

// Reads the form's facts. False where it is none of ours. `wanted` becomes the numbers of the
// fields whose values are.
bool Forms::read_facts(View facts, Submission& to, String& wanted, Effects& effects) const {
  Texts texts(facts);
  const FormFacts form(texts);
  String& names = scratch();
  std::size_t named = 0;
  std::size_t asked = 0;
  bool asks = form[FormFact::wish] == "true";
  // Which parts of a name have fields of their own.
  bool first = false;
  bool last = false;
  while (texts.more()) {
    const Field field(texts);
    Meaning meaning = meaning_of(field);
    asks = asks || asks_for_email(field, meaning);
    const bool usable = is_key(field[FieldFact::key]);
    if (config_.debug && !field[FieldFact::key].empty() &&
        (!usable || meaning <= Meaning::unknown)) {
      effects.hint(usable ? Hint::field_never_sent : Hint::field_key_unusable,
                   json::clip(field[FieldFact::key], kLongestFieldName));
    }
    if (meaning != Meaning::denied && !field[FieldFact::name].empty() &&
        field[FieldFact::name].size() <= kLongestFieldName &&
        field[FieldFact::name].find('@') == View::npos && named < kMostNames) {
      String& quoted = scratch();
      json::append_string(quoted, field[FieldFact::name]);
      if (names.find(quoted) == String::npos) {  // else it is of a group
        if (named++ > 0) names += ',';
        names += quoted;
      }
    }
    if (!usable || asked == kMostAsked) meaning = Meaning::denied;
    first = first || meaning == Meaning::first_name;
    last = last || meaning == Meaning::last_name;
    if (meaning > Meaning::unknown) {
      if (asked++ > 0) wanted += ' ';
      json::append_integer(wanted, static_cast<std::int64_t>(to.meanings.size()));
    }
    to.meanings += static_cast<char>(meaning);
  }
  if (form[FormFact::wish] == "false" || !asks) return false;
  // "Name, Vorname", "Nombre, Apellidos": what a bare name is shows in the field beside it.
  if (first != last) {
    const Meaning rest = first ? Meaning::last_name : Meaning::first_name;
    for (char& meaning : to.meanings) {
      if (meaning == static_cast<char>(Meaning::full_name)) meaning = static_cast<char>(rest);
    }
  }

  to.facts = facts;
  to.scripted =
      form[FormFact::method] == "dialog" || split(form[FormFact::action]).scheme == "javascript";
  auto& [event, properties, user, origin, app, happened] = to.finding;
  const View page = page_of(split(clean_url(form[FormFact::url], config_)), config_.count_hash);
  const View place = form[FormFact::action].substr(0, form[FormFact::action].find_first_of("?#"));
  properties = "{";
  append_member(properties, "form_id", form[FormFact::id]);
  append_member(properties, "form_name", form[FormFact::name]);
  append_member(properties, "form_action", clean_url(place, config_));
  append_member(properties, "page", page);
  if (properties.size() > 1) properties += ',';
  properties += "\"field_names\":[" + names + "]}";
  append_member(origin, "channel", "web");
  append_member(origin, "page", page);
  append_member(origin, "label",
                form[FormFact::name].empty() ? form[FormFact::id] : form[FormFact::name]);
  app = json::clip(form[FormFact::app], kLongestFieldName);
  return true;
}

void Forms::read_values(View values, Submission& to) const {
  String& user = to.finding.user;
  String& properties = scratch();
  // The site's marks first: of several fields for one thing the first that is filled in counts. An
  // empty box last: of a group it says no only where no other says yes.
  enum Turn { marked, others, empty_boxes, end };
  for (int turn = marked; turn < end; ++turn) {
    Texts facts(to.facts);
    const FormFacts form(facts);
    Texts typed(values);
    for (const char one : to.meanings) {
      const Field field(facts);
      const auto meaning = static_cast<Meaning>(one);
      if (meaning <= Meaning::unknown) continue;
      if (!typed.more()) return;
      const View value = trimmed(typed.next());
      const bool box = field[FieldFact::type] == "checkbox";
      const bool own = meaning == Meaning::marked;
      if (turn != (field[FieldFact::key].empty() ? others
                   : box && value.empty()        ? empty_boxes
                                                 : marked))
        continue;
      String& out = meaning <= Meaning::phone ? user : properties;
      String& member = scratch();
      json::append_string(
          member, own ? field[FieldFact::key] : View(kKeys[static_cast<std::size_t>(meaning)]));
      member += ':';
      if (out.find(member) != String::npos) continue;
      if (box && own) {
        member += value.empty() ? "false" : "true";
      } else if (box || !may_leave(meaning, value)) {
        continue;
      } else if (own && (field[FieldFact::type] == "number" || field[FieldFact::type] == "range") &&
                 is_number(value)) {
        member += value;
      } else {
        json::append_string(member, value);
      }
      if (!out.empty()) out += ',';
      out += member;
    }
    // Not what was asked for.
    if (typed.more() && !values.empty()) return user.clear();
  }
  if (properties.empty()) return;
  if (!user.empty()) user += ',';
  user += "\"properties\":{" + properties + "}";
}

void Forms::start(Effects& effects) {
  const std::uint32_t what = (config_.form_submits ? Effect::forms : 0U) |
                             (config_.form_starts ? Effect::form_starts : 0U);
  if (what != 0) effects.watch(what);
}

void Forms::handle_input(Input input, std::uint32_t id, double detail, View text, const Moment& now,
                         Effects& effects) {
  if (input == Input::begun || input == Input::submits) {
    const bool begun = input == Input::begun;
    if (!(begun ? config_.form_starts : config_.form_submits)) return;
    Submission next;
    String& wanted = scratch();
    if (!read_facts(text, next, wanted, effects)) return;
    next.id = id;
    next.began = now.monotonic;
    next.until = now.monotonic + kWindow;
    next.finding.event = begun ? "form_start" : "form_submit";
    next.finding.happened = now.wall;
    if (begun) next.stage = Stage::counted;
    if (submissions_.size() == kMostSubmissions) drop(0, effects);
    submissions_.push_back(std::move(next));
    if (!begun) effects.form_values(id, wanted);
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
    case Input::ended: {
      const auto ended = static_cast<std::uint32_t>(detail);
      const bool to_be_sent = (ended & sent) != 0 && !one.scripted;
      const bool accepted = (ended & valid) != 0;
      if (to_be_sent || (accepted && one.handled)) {
        count(index, effects);
      } else if (accepted) {
        one.stage = Stage::open;
      } else {
        drop(index, effects);
      }
      break;
    }
    case Input::request:
      if (detail >= 0 && detail <= static_cast<double>(kWindow) &&
          !is_noise(text, config_.api_base)) {
        mark_handled(index, effects);
      }
      break;
    default:
      if (now.monotonic <= one.until) mark_handled(index, effects);
  }
}

// The page has shown that it handles the form.
void Forms::mark_handled(std::size_t index, Effects& effects) {
  submissions_[index].handled = true;
  if (submissions_[index].stage != Stage::begins) count(index, effects);
}

void Forms::count(std::size_t index, Effects& effects) {
  Submission& one = submissions_[index];
  const auto& [event, properties, user, origin, app, happened] = one.finding;
  Counted fresh{one.began, fnv1a(app, fnv1a(user, fnv1a<std::uint64_t>(properties)))};
  for (const Counted& other : counted_) {
    const Millis apart = fresh.began - other.began;
    // One that began later may have been counted before.
    if (apart < kRepeat && -apart < kRepeat && other.content == fresh.content) {
      return forget(index, effects);
    }
  }
  counted_[next_counted_++ % kRemembered] = fresh;
  one.stage = Stage::counted;
  effects.form_check(one.id, false);
}

void Forms::drop(std::size_t index, Effects& effects) {
  const String& origin = submissions_[index].finding.origin;
  // Its last member is the form's name.
  if (config_.debug) effects.hint(Hint::form_not_counted, origin.substr(origin.rfind(':') + 1));
  forget(index, effects);
}

void Forms::forget(std::size_t index, Effects& effects) {
  effects.form_check(submissions_[index].id, false);
  submissions_.erase(index);
}

void Forms::handle_pagehide(const Moment& now, Effects& effects) {
  for (std::size_t i = submissions_.size(); i-- > 0;) {
    const Submission& one = submissions_[i];
    if (one.stage == Stage::counted) continue;
    if (one.stage == Stage::open && now.monotonic <= one.began + kWindow) {
      count(i, effects);
    } else {
      drop(i, effects);
    }
  }
}

void Forms::advance(const Moment& now, Effects& effects) {
  for (std::size_t i = submissions_.size(); i-- > 0;) {
    Submission& one = submissions_[i];
    if (now.monotonic - one.began >= kLongestRequest) {
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
    next = min(next, one.began + (one.stage == Stage::open ? kWindow : kLongestRequest));
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
