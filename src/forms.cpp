#include "forms.h"

#include <algorithm>
#include <utility>

#include "json.h"
#include "redaction.h"
#include "timers.h"
#include "url.h"

namespace appizer {
namespace {

// A look is answered at once, though not in the same millisecond.
constexpr Millis kAnswer = 100;
constexpr std::size_t kMostSubmissions = 8;
constexpr std::size_t kMostAsked = 40;
constexpr std::size_t kMostNames = 50;
constexpr std::size_t kLongestFieldName = 100;
constexpr std::size_t kLongestKey = 64;

/// Texts separated by NUL.
class Texts {
 public:
  explicit Texts(std::string_view all) : rest_(all) {}

  bool more() const { return more_; }
  std::string_view next() {
    const std::size_t end = std::min(rest_.find('\0'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    more_ = end < rest_.size();
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return text;
  }

 private:
  std::string_view rest_;
  bool more_ = true;
};

/// What a form says of itself, in the order in which the glue tells it; its fields follow.
struct Facts {
  std::string_view id;
  std::string_view name;
  /// Where it would be sent: an absolute URL.
  std::string_view action;
  std::string_view method;
  /// `data-appizer`; "false" also where something around the form says so.
  std::string_view wish;
  /// `data-appizer-app-id`
  std::string_view app;
  /// Where the page is.
  std::string_view url;

  explicit Facts(Texts& from)
      : id(from.next()),
        name(from.next()),
        action(from.next()),
        method(from.next()),
        wish(from.next()),
        app(from.next()),
        url(from.next()) {}
};

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!out.empty() && out.back() != '{') out += ',';
  json::append_string(out, name);
  out += ':';
  json::append_string(out, json::clip(value, kLongestTitle));
}

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= kLongestKey &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

std::string_view key_of(Meaning meaning) {
  switch (meaning) {
    case Meaning::email:
      return "email";
    case Meaning::phone:
      return "phone";
    case Meaning::first_name:
      return "first_name";
    case Meaning::last_name:
      return "last_name";
    case Meaning::full_name:
      return "full_name";
    default:
      return "organisation";
  }
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c >= 0 && c <= ' '; };
  while (!text.empty() && blank(text[0])) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The SDK's own requests say nothing of the page.
bool is_own(std::string_view url, const std::string& api_base) {
  for (const std::string_view path : {"/v1/events", "/v1/users"}) {
    if (url.find(api_base + std::string(path)) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

// Reads the form's facts. False where it is none of ours. `wanted` becomes the numbers of the
// fields whose values are.
bool Forms::read(std::string_view facts, Submission& to, std::string& wanted,
                 Effects& effects) const {
  struct Known {
    Meaning meaning;
    std::string_view type;
    std::string_view key;
  };
  Texts texts(facts);
  const Facts form(texts);
  std::vector<Known> known;
  std::string names;
  std::size_t named = 0;
  bool asks = form.wish == "true";
  // Which parts of a name have fields of their own.
  bool first = false;
  bool last = false;
  while (texts.more()) {
    Field field;
    field.type = texts.next();
    const std::string_view name = texts.next();
    field.autocomplete = texts.next();
    field.words = texts.next();
    field.label = texts.next();
    field.key = texts.next();
    field.ignored = !texts.next().empty();
    Meaning meaning = meaning_of(field);
    asks = asks || asks_for_email(field, meaning);
    if (!field.key.empty() && config_.debug && !is_key(field.key)) {
      effects.tell(Hint::field_key_unusable, std::string(json::clip(field.key, kLongestFieldName)));
    } else if (!field.key.empty() && config_.debug && meaning <= Meaning::unknown) {
      effects.tell(Hint::field_never_sent, std::string(field.key));
    }
    if (meaning == Meaning::marked && !is_key(field.key)) meaning = Meaning::unknown;
    first = first || meaning == Meaning::first_name;
    last = last || meaning == Meaning::last_name;
    known.push_back({meaning, field.type, field.key});
    if (meaning == Meaning::denied || name.empty() || name.size() > kLongestFieldName ||
        name.find('@') != std::string_view::npos || named == kMostNames) {
      continue;
    }
    std::string quoted;
    json::append_string(quoted, name);
    if (names.find(quoted) != std::string::npos) continue;  // of a group
    if (named++ > 0) names += ',';
    names += quoted;
  }
  if (form.wish == "false" || !asks) return false;

  // The site's marks first: of several fields for one thing the first that is filled in counts.
  for (const bool marked : {true, false}) {
    for (std::size_t i = 0; i < known.size() && to.asked.size() < kMostAsked; ++i) {
      auto [meaning, type, key] = known[i];
      if (meaning <= Meaning::unknown || key.empty() == marked) continue;
      // "Name, Vorname", "Nombre, Apellidos": what a bare name is shows in the field beside it.
      if (meaning == Meaning::full_name && first != last) {
        meaning = first ? Meaning::last_name : Meaning::first_name;
      }
      if (!to.asked.empty()) wanted += ' ';
      json::append_integer(wanted, static_cast<std::int64_t>(i));
      to.asked.push_back({meaning, type == "checkbox", type == "number" || type == "range",
                          std::string(meaning == Meaning::marked ? key : key_of(meaning))});
    }
  }

  const std::string page = page_of(split(clean_url(form.url, config_)), config_.count_hash);
  const std::string_view place = form.action.substr(0, form.action.find_first_of("?#"));
  to.scripted = form.method == "dialog" || split(form.action).scheme == "javascript";
  to.finding.app = json::clip(form.app, kLongestFieldName);
  std::string& properties = to.finding.properties;
  properties = "{";
  append_member(properties, "form_id", form.id);
  append_member(properties, "form_name", form.name);
  append_member(properties, "form_action", clean_url(place, config_));
  append_member(properties, "page", page);
  if (properties.size() > 1) properties += ',';
  properties += "\"field_names\":[" + names + "]}";
  std::string& origin = to.finding.origin;
  append_member(origin, "channel", "web");
  append_member(origin, "page", page);
  to.name = form.name.empty() ? form.id : form.name;
  append_member(origin, "label", to.name);
  return true;
}

void Forms::read_values(std::string_view text, Submission& to) const {
  std::vector<std::string_view> values;
  for (Texts texts(text); texts.more();) values.push_back(trimmed(texts.next()));
  if (values.size() != to.asked.size()) return;
  std::string& person = to.finding.person;
  std::string properties;
  std::vector<std::string_view> taken;
  // An empty box of a group says no only where no other says yes.
  for (const bool empty : {false, true}) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Asked& asked = to.asked[i];
      const bool no = asked.box && values[i].empty();
      if (no != empty || std::find(taken.begin(), taken.end(), asked.key) != taken.end()) continue;
      if (!no && !may_leave(asked.meaning, values[i])) continue;
      const bool plain = asked.box || (asked.number && json::number(values[i]));
      const bool marked = asked.meaning == Meaning::marked;
      if (asked.box && !marked) continue;
      const bool top = asked.meaning == Meaning::email || asked.meaning == Meaning::phone;
      std::string& out = top ? person : properties;
      if (!out.empty()) out += ',';
      json::append_string(out, asked.key);
      out += ':';
      if (!marked || !plain) {
        json::append_string(out, values[i]);
      } else if (asked.box) {
        out += no ? "false" : "true";
      } else {
        out += values[i];
      }
      taken.push_back(asked.key);
    }
  }
  if (properties.empty()) return;
  if (!person.empty()) person += ',';
  person += "\"properties\":{" + properties + "}";
}

void Forms::start(Effects& effects) {
  const std::uint32_t what = (config_.form_submits ? Effect::forms : 0U) |
                             (config_.form_starts ? Effect::form_starts : 0U);
  if (what != 0) effects.watch(what);
}

void Forms::hear(News news, std::uint32_t id, double detail, std::string_view text, Moment now,
                 Effects& effects) {
  if (news == News::begun || news == News::submits) {
    const bool begun = news == News::begun;
    if (!(begun ? config_.form_starts : config_.form_submits)) return;
    Submission next;
    std::string wanted;
    if (!read(text, next, wanted, effects)) return;
    next.id = id;
    next.began = now;
    next.until = now.monotonic + kWindow;
    next.finding.event = begun ? "form_start" : "form_submit";
    next.finding.happened = now.wall;
    if (begun) {
      findings_.push_back(std::move(next.finding));
      return;
    }
    if (submissions_.size() == kMostSubmissions) drop(0, effects);
    submissions_.push_back(std::move(next));
    effects.form_values(id, std::move(wanted));
    return;
  }
  std::size_t index = 0;
  while (index < submissions_.size() && submissions_[index].id != id) ++index;
  if (index == submissions_.size()) return;
  Submission& one = submissions_[index];
  switch (news) {
    case News::values:
      read_values(text, one);
      break;
    case News::ended: {
      const int ended = static_cast<int>(detail);
      const bool sent = (ended & 1) != 0 && !one.scripted;
      const bool valid = (ended & 2) != 0;
      if (sent || (valid && one.handled)) {
        count(index, effects);
      } else if (valid) {
        one.stage = Stage::open;
      } else {
        drop(index, effects);
      }
      break;
    }
    case News::request:
      if (detail >= 0 && detail <= static_cast<double>(kWindow) &&
          !is_own(text, config_.api_base)) {
        show(index, effects);
      }
      break;
    default:
      if (now.monotonic <= one.until) show(index, effects);
  }
}

// The page has shown that it handles the form.
void Forms::show(std::size_t index, Effects& effects) {
  submissions_[index].handled = true;
  if (submissions_[index].stage != Stage::begins) count(index, effects);
}

void Forms::count(std::size_t index, Effects& effects) {
  Submission& one = submissions_[index];
  const Millis began = one.began.monotonic;
  const std::string content = one.finding.properties + one.finding.person + one.finding.app;
  std::size_t kept = 0;
  bool again = false;
  for (std::size_t i = 0; i < counted_.size(); ++i) {
    const Millis apart = began - counted_[i].began;
    // One that began later may have been counted before.
    if (apart > kRepeat + kPatience) continue;
    again = again || (apart < kRepeat && -apart < kRepeat && counted_[i].content == content);
    if (kept < i) counted_[kept] = std::move(counted_[i]);
    ++kept;
  }
  counted_.resize(kept);
  if (!again) {
    counted_.push_back({began, content});
    findings_.push_back(std::move(one.finding));
  }
  forget(index, effects);
}

void Forms::drop(std::size_t index, Effects& effects) {
  if (config_.debug) effects.tell(Hint::form_not_counted, submissions_[index].name);
  forget(index, effects);
}

void Forms::forget(std::size_t index, Effects& effects) {
  effects.form_look(submissions_[index].id, false);
  submissions_.erase(submissions_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Forms::leaving(Moment now, Effects& effects) {
  while (!submissions_.empty()) {
    const Submission& one = submissions_[0];
    if (one.stage == Stage::open && now.monotonic <= one.began.monotonic + kWindow) {
      count(0, effects);
    } else {
      drop(0, effects);
    }
  }
}

void Forms::settle(Moment now, Effects& effects) {
  for (std::size_t i = 0; i < submissions_.size();) {
    Submission& one = submissions_[i];
    const Millis age = now.monotonic - one.began.monotonic;
    if (age >= kPatience) {
      drop(i, effects);
      continue;
    }
    if (one.stage == Stage::open && age >= kWindow) {
      one.stage = Stage::late;
      one.until = now.monotonic + kAnswer;
      effects.form_look(one.id, true);
    }
    ++i;
  }
}

Millis Forms::next_wake() const {
  Millis next = kNever;
  for (const Submission& one : submissions_) {
    next = std::min(next, one.began.monotonic + (one.stage == Stage::open ? kWindow : kPatience));
  }
  return next;
}

bool Forms::take(Finding& finding) {
  if (findings_.empty()) return false;
  finding = std::move(findings_[0]);
  findings_.erase(findings_.begin());
  return true;
}

}  // namespace appizer
