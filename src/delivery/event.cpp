#include "delivery/event.h"

#include <algorithm>
#include <array>

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "config.h"

namespace appizer {
namespace {

bool is_ours(View name) {
  return lists(
      "$event_id $timestamp $sent_at $session_id $view_id $seq $page $lib $lib_version $bot "
      "$dropped $suppressed $cut $consent",
      name);
}

void append_padded(String& out, Millis value, int width) {
  Millis unit = 1;
  while (--width > 0) unit *= 10;
  for (; unit > 0; unit /= 10) out += static_cast<char>('0' + value / unit % 10);
}

// Ten names say what happened; a list as long as the properties would undo the cut.
void append_cut(String& out, std::size_t& named, const List<View>& list) {
  constexpr std::size_t kNamed = 10;
  for (const View name : list) {
    if (named++ >= kNamed) return;
    out += named == 1 ? ",\"$cut\":[" : ",";
    json::append_string(out, json::clip(name, kPropertyLimits.name));
  }
}

}  // namespace

bool is_snake_case(View name) {
  if (name.empty() || !is_lower(name[0]) || name.back() == '_') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joint = name[i] == '_' && name[i + 1] != '_';
    if (!is_lower(name[i]) && !is_digit(name[i]) && !joint) return false;
  }
  return true;
}

bool says_nothing(View name) {
  while (!name.empty() && (is_digit(name.back()) || name.back() == '_')) name.remove_suffix(1);
  return name.size() < 2 || lists("event evt test click action track custom data foo name", name);
}

void append_time(String& out, Millis wall) {
  constexpr Millis kLast = 253402300799999;  // 9999-12-31T23:59:59.999Z
  wall = clamp<Millis>(wall, 0, kLast);
  const Millis rest = wall % kDay;
  // Days to a date by eras of 400 years that start in March: "chrono-Compatible Low-Level Date
  // Algorithms" by Howard Hinnant, civil_from_days.
  const Millis days = wall / kDay + 719468;
  const Millis era = days / 146097;
  const Millis of_era = days % 146097;
  const Millis year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const Millis of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const Millis march_month = (5 * of_year + 2) / 153;
  const Millis day = of_year - (153 * march_month + 2) / 5 + 1;
  const Millis month = march_month < 10 ? march_month + 3 : march_month - 9;
  const Millis year = year_of_era + era * 400 + (month <= 2);
  out += '"';
  append_padded(out, year, 4);
  out += '-';
  append_padded(out, month, 2);
  out += '-';
  append_padded(out, day, 2);
  out += 'T';
  append_padded(out, rest / kHour, 2);
  out += ':';
  append_padded(out, rest / kMinute % 60, 2);
  out += ':';
  append_padded(out, rest / kSecond % 60, 2);
  out += '.';
  append_padded(out, rest % kSecond, 3);
  out += "Z\"";
}

void append_view_id(String& out, View document, std::uint32_t view) {
  out += document;
  out += '.';
  json::append_integer(out, view);
}

Event make_event(View name, View properties, const Stamp& stamp) {
  Event event;
  const View short_name = json::clip(name, kLongestName);
  event.name_cut = short_name.size() < name.size();
  String& out = event.head;
  out.reserve(properties.size() + 300);
  out += "{\"event_name\":";
  json::append_string(out, short_name);
  json::append_member(out, "user_id", stamp.user_id);
  out += ",\"properties\":{";
  if (!properties.empty() && properties != "null") {
    json::Copy copy;
    if (json::copy(properties, kPropertyLimits, is_ours, copy)) {
      out += copy.members;
      if (!copy.members.empty()) out += ',';
      event.cut = std::move(copy.cut);
      event.reserved = std::move(copy.reserved);
    } else {
      event.properties_lost = true;
      event.cut.push_back("properties");
    }
  }
  out += "\"$event_id\":\"";
  out += stamp.event_id;
  out += "\",\"$timestamp\":";
  append_time(out, stamp.wall);
  if (!stamp.session_id.empty()) json::append_member(out, "$session_id", stamp.session_id);
  if (!stamp.document.empty()) {
    out += ",\"$view_id\":\"";
    append_view_id(out, stamp.document, stamp.view);
    out += "\",\"$seq\":";
    json::append_integer(out, stamp.seq);
  }
  // Reading every member takes as long as all the rest, so only where the word is there at all.
  const bool has_page = properties.find("\"page\"") != View::npos && !event.properties_lost &&
                        !json::member(properties, "page").is_none();
  if (!stamp.page.empty() && !has_page) json::append_member(out, "$page", stamp.page);
  if (!stamp.consent.empty()) json::append_member(out, "$consent", stamp.consent);
  if (event.name_cut) event.cut.push_back("event_name");
  std::size_t named = 0;
  append_cut(out, named, event.cut);
  append_cut(out, named, event.reserved);
  if (named > 0) out += ']';
  return event;
}

void append_event_tail(String& out, View user_agent, bool bot, std::uint32_t dropped,
                       Millis sent_at) {
  out += ",\"$sent_at\":";
  append_time(out, sent_at);
  json::append_member(out, "$lib", kLibrary);
  json::append_member(out, "$lib_version", kVersion);
  if (bot) out += ",\"$bot\":true";
  if (dropped > 0) {
    out += ",\"$dropped\":";
    json::append_integer(out, dropped);
  }
  out += '}';
  if (!user_agent.empty()) json::append_member(out, "ua", user_agent);
}

}  // namespace appizer
