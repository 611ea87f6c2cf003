#include "people.h"

#include <utility>

#include "config.h"
#include "json.h"

namespace appizer {
namespace {

void append_name(std::string& out, std::string_view name) {
  out += ',';
  json::append_string(out, name);
  out += ':';
}

Record record(Kind kind, std::string_view user_id) {
  Record made;
  made.kind = kind;
  made.text = "{\"user_id\":";
  json::append_string(made.text, user_id);
  return made;
}

}  // namespace

void People::named(std::string_view user_id, std::string_view linked, Delivery& delivery,
                   Effects& effects) {
  delivery.add(Delivery::people, record(Kind::user, user_id), effects);
  if (linked.empty()) return;
  Record alias = record(Kind::alias, user_id);
  append_name(alias.text, "alias_id");
  json::append_string(alias.text, linked);
  delivery.add(Delivery::people, std::move(alias), effects);
}

bool People::know(std::string_view user_id, std::string_view properties, Delivery& delivery,
                  Effects& effects) {
  const auto copy = json::copy(properties, kPropertyLimits, [](std::string_view) { return false; });
  if (!copy) return false;
  Journal& journal = delivery.journal(Delivery::people);
  if (user_id != known_of_ || !journal.is_last_waiting(number_)) {
    known_.clear();
    number_ = 0;
  }
  known_of_ = user_id;
  const std::string text = "{" + copy->members + "}";
  const auto members = json::members(text);
  if (!members || members->empty()) return true;
  for (const json::Member& member : *members) {
    std::size_t i = 0;
    while (i < known_.size() && known_[i].name != member.name) ++i;
    if (i == known_.size()) {
      known_.push_back({member.name, {}});
    }
    known_[i].value = member.value;
  }
  Record user = record(Kind::user, user_id);
  std::string others;
  for (const Fact& fact : known_) {
    const bool field = (fact.name == "email" || fact.name == "phone") && fact.value[0] == '"';
    std::string& out = field ? user.text : others;
    append_name(out, fact.name);
    out += fact.value;
  }
  if (!others.empty()) {
    others[0] = '{';
    user.text += ",\"properties\":";
    user.text += others;
    user.text += '}';
  }
  if (number_ != 0) {
    journal.amend(std::move(user.text));
  } else {
    delivery.add(Delivery::people, std::move(user), effects);
    number_ = journal.last_number();
  }
  return true;
}

}  // namespace appizer
