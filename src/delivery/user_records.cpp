#include "delivery/user_records.h"

#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "config.h"

namespace appizer {
namespace {

Record record(Kind kind, View user_id) {
  Record made;
  made.kind = kind;
  made.text = "{\"user_id\":";
  json::append_string(made.text, user_id);
  return made;
}

void append_origin(String& out, View origin) {
  if (origin.empty()) return;
  out += ",\"origin\":{";
  out += origin.substr(1);
  out += '}';
}

}  // namespace

void UserRecords::identify(View user_id, View linked, View origin, Delivery& delivery,
                           Effects& effects) {
  Record user = record(Kind::user, user_id);
  append_origin(user.text, origin);
  delivery.add(Delivery::users, std::move(user), effects);
  if (linked.empty()) return;
  Record alias = record(Kind::alias, user_id);
  json::append_member(alias.text, "alias_id", linked);
  delivery.add(Delivery::users, std::move(alias), effects);
}

bool UserRecords::set_properties(View user_id, View properties, View origin, Delivery& delivery,
                                 Effects& effects) {
  json::Copy copy;
  if (!json::copy(
          properties, kPropertyLimits, [](View) { return false; }, copy))
    return false;
  Journal& journal = delivery.journal(Delivery::users);
  if (user_id != user_id_ || !journal.is_last_waiting(number_)) {
    properties_.clear();
    number_ = 0;
  }
  user_id_ = user_id;
  List<json::Member> members;
  json::members("{" + copy.members + "}", members);
  if (members.empty()) return true;
  for (const json::Member& member : members) {
    Property* known =
        properties_.find([&](const Property& one) { return one.name == member.name; });
    if (known == nullptr) known = &properties_.push_back({member.name, {}});
    known->value = member.value;
  }
  Record user = record(Kind::user, user_id);
  String& others = scratch();
  for (const Property& fact : properties_) {
    const bool field = (fact.name == "email" || fact.name == "phone") && fact.value[0] == '"';
    String& out = field ? user.text : others;
    out += ',';
    json::append_string(out, fact.name);
    out += ':';
    out += fact.value;
  }
  if (!others.empty()) {
    others[0] = '{';
    user.text += ",\"properties\":";
    user.text += others;
    user.text += '}';
  }
  append_origin(user.text, origin);
  if (number_ != 0) {
    journal.amend(user.text);
  } else {
    delivery.add(Delivery::users, std::move(user), effects);
    number_ = journal.last_number();
  }
  return true;
}

}  // namespace appizer
