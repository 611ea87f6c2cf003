#include "capture/clicks.h"

#include "base/json.h"
#include "base/list.h"
#include "base/text.h"

namespace appizer {

View press_event(const Config& config, View page, const Press& press, String& properties) {
  properties = "{";
  if (!is_blank(press.event)) {
    List<json::Member> members;
    json::members(press.properties, members);
    for (const json::Member& member : members) {
      // Attributes have dashes where properties have underscores.
      String& name = scratch(member.name);
      for (char& c : name) c = c == '-' ? '_' : c;
      if (properties.size() > 1) properties += ',';
      json::append_string(properties, name);
      properties += ':';
      properties += member.value;
    }
    properties += '}';
    return press.event;
  }
  if (!config.clicks) return {};
  json::append_member(properties, "text", json::clip(press.text, kLongestTitle));
  json::append_member(properties, "page", page);
  if (!press.id.empty()) json::append_member(properties, "id", json::clip(press.id, kLongestTitle));
  properties += '}';
  return "button_click";
}

}  // namespace appizer
