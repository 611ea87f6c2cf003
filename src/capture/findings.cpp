// What is recorded of a form: from its attributes, and the values that were asked for.
#include <algorithm>
#include <utility>

#include "base/compare.h"
#include "base/json.h"
#include "base/text.h"
#include "capture/forms.h"
#include "capture/values.h"
#include "pages/redaction.h"
#include "pages/url.h"
#include "pages/words.h"

namespace appizer {
namespace {

constexpr std::size_t kMostAsked = 200;
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

// What a site calls a form.
View label_of(const FormFacts& form) {
  return form[FormFact::name].empty() ? form[FormFact::id] : form[FormFact::name];
}

/// The names of fields, as the event lists them.
class Names {
 public:
  void add(View name) {
    if (name.empty() || name.size() > kLongestFieldName || name.find('@') != View::npos ||
        count_ == kMostNames) {
      return;
    }
    String& quoted = scratch();
    json::append_string(quoted, name);
    if (all_.find(quoted) != String::npos) return;  // of a group
    if (count_++ > 0) all_ += ',';
    all_ += quoted;
  }
  View all() const { return all_; }

 private:
  String& all_ = scratch();
  std::size_t count_ = 0;
};

}  // namespace

// Reads the form's facts. False where it is none of ours. `wanted` becomes the numbers of the
// fields whose values are.
bool Forms::read_facts(View facts, Submission& to, String& wanted, Effects& effects) const {
  Texts texts(facts);
  const FormFacts form(texts);
  const View wish = form[FormFact::wish];
  const Said button(form[FormFact::submitter]);
  if (wish == "false" || (button.has(Word::cancel) && !button.has(Word::fill))) return false;
  bool asks = wish == "true";
  Names names;
  List<Judgement> fields;
  while (texts.more()) {
    const Field field(texts);
    Judgement judged = judge(field);
    asks = asks || asks_for_email(field, judged.meaning);
    const View key = field[FieldFact::key];
    const bool usable = is_key(key);
    if (config_.debug && !key.empty() && (!usable || judged.meaning <= Meaning::unknown)) {
      effects.hint(usable ? Hint::field_never_sent : Hint::field_key_unusable,
                   json::clip(key, kLongestFieldName));
    }
    if (judged.meaning != Meaning::denied) names.add(field[FieldFact::name]);
    if (!usable) judged.meaning = Meaning::denied;
    fields.push_back(std::move(judged));
  }
  if (!asks) return false;
  judge_neighbours(fields);
  std::size_t asked = 0;
  // Before the visitor has agreed no value is read.
  const bool may_ask = config_.consent == Consent::granted;
  for (const Judgement& one : fields) {
    const bool ask = may_ask && one.meaning > Meaning::unknown && asked < kMostAsked;
    if (ask) {
      if (asked++ > 0) wanted += ' ';
      json::append_integer(wanted, static_cast<std::int64_t>(to.meanings.size()));
    }
    to.meanings += static_cast<char>(ask ? one.meaning : Meaning::denied);
  }
  to.facts = facts;
  describe(form, names.all(), to);
  return true;
}

void Forms::describe(const FormFacts& form, View names, Submission& to) const {
  const View action = form[FormFact::action];
  to.dialog = form[FormFact::method] == "dialog";
  to.scripted = to.dialog || split(action).scheme == "javascript";
  to.label = label_of(form);
  auto& [event, properties, user, origin, app, happened] = to.finding;
  const View page = page_of(split(clean_url(form[FormFact::url], config_)), config_.count_hash);
  const View place = action.substr(0, action.find_first_of("?#"));
  properties = "{";
  append_member(properties, "form_id", form[FormFact::id]);
  append_member(properties, "form_name", form[FormFact::name]);
  append_member(properties, "form_action", clean_url(place, config_));
  append_member(properties, "page", page);
  if (properties.size() > 1) properties += ',';
  properties += "\"field_names\":[" + names + "]}";
  append_member(origin, "channel", "web");
  append_member(origin, "page", page);
  append_member(origin, "label", to.label);
  app = json::clip(form[FormFact::app], kLongestFieldName);
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
      const View type = field[FieldFact::type];
      const View key = field[FieldFact::key];
      const bool box = type == "checkbox";
      const bool own = meaning == Meaning::marked;
      if (turn != (key.empty() ? others : box && value.empty() ? empty_boxes : marked)) continue;
      String& out = meaning <= Meaning::phone ? user : properties;
      String& member = scratch();
      json::append_string(member, own ? key : View(kKeys[static_cast<std::size_t>(meaning)]));
      member += ':';
      if (out.find(member) != String::npos) continue;
      if (box && own) {
        member += value.empty() ? "false" : "true";
      } else if (box || !may_leave(meaning, value)) {
        continue;
      } else if (own && (type == "number" || type == "range") && is_number(value)) {
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

}  // namespace appizer
