#include "delivery/documented_limits.h"

#include "base/json.h"
#include "base/list.h"

namespace appizer {
namespace {

// What is added to the properties when the event is sent: library, `$bot`, `$dropped`.
constexpr std::size_t kAddedLater = 200;
constexpr std::size_t kRoom = kDocumentedProperties - kAddedLater;
// And names in `$cut`.
constexpr std::size_t kNamed = 10;

View first_characters(View text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && count-- == 0) break;
  }
  return text.substr(0, end);
}

void append_properties(String& out, View properties, bool name_cut) {
  List<json::Member> members;
  json::members(properties, members);
  List<String> cut;
  std::size_t size = count_characters(properties);
  if (name_cut) cut.push_back("event_name");
  while (size > kRoom) {
    json::Member* longest = nullptr;
    for (json::Member& member : members) {
      if (member.name.starts_with("$")) continue;
      if (longest == nullptr || member.value.size() > longest->value.size()) longest = &member;
    }
    if (longest == nullptr) break;
    size -= count_characters(longest->value) + count_characters(longest->name);
    cut.push_back(longest->name);
    members.erase(static_cast<std::size_t>(longest - members.begin()));
  }
  out += '{';
  View before;
  for (const json::Member& member : members) {
    if (member.name == "$cut") {
      before = member.value;
      continue;
    }
    if (out.back() != '{') out += ',';
    json::append_string(out, member.name);
    out += ':';
    out += member.value;
  }
  json::strings(before, cut);
  for (std::size_t i = 0; i < cut.size() && i < kNamed; ++i) {
    out += i == 0 ? ",\"$cut\":[" : ",";
    json::append_string(out, cut[i]);
  }
  out += ']';
}

}  // namespace

std::size_t count_characters(View text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

View cut_to_documented_limits(const Record& record) {
  if (record.kind != Kind::event) return View::none();
  const View whole = record.text + ending(record.kind);
  const View name = json::string(json::member(whole, "event_name"));
  const View properties = json::member(whole, "properties");
  const bool name_cut = count_characters(name) > kDocumentedName;
  if (!name_cut && count_characters(properties) <= kRoom) return View::none();
  String& out = scratch("{\"event_name\":");
  json::append_string(out, first_characters(name, kDocumentedName));
  json::append_member(out, "user_id", json::string(json::member(whole, "user_id")));
  out += ",\"properties\":";
  append_properties(out, properties, name_cut);
  // A record that could not be made shorter would be sent again for ever.
  return out.size() < record.text.size() ? View(out) : View::none();
}

}  // namespace appizer
